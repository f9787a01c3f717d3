"""Scores a bank of questions (the form of tests/questions/FORMAT.md) against answers, for `perfbot questions score`."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kpi_engine.measures import CATALOGUE

Line = Mapping[str, Any]
Answer = Mapping[str, Any]
Verdict = Literal["exact", "partly", "clarified", "refused", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("exact", "partly", "clarified", "refused", "wrong")
APART = frozenset({"outcome", "choices_should_include", "groups_include", "held_back", "must_not"})
ROWS = frozenset({"list", "headline"})


@dataclass
class Score:
    """Counts by verdict, whole, per show and per family; `confusions`: what was asked and what was answered."""

    total: Counter[str] = field(default_factory=Counter)
    per_show: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    per_family: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    confusions: list[dict[str, Any]] = field(default_factory=list)
    left_out: int = 0

    def to_json(self) -> dict[str, Any]:
        """The score as `perfbot questions score --json` prints it."""
        return {
            "lines": sum(self.total.values()),
            "left_out": self.left_out,
            **{verdict: self.total[verdict] for verdict in VERDICTS},
            "per_show": {show: dict(sorted(found.items())) for show, found in sorted(self.per_show.items())},
            "per_family": {
                name: dict(sorted(found.items())) for name, found in sorted(self.per_family.items())
            },
            "confusions": self.confusions,
        }


def read_bank(text: str) -> list[dict[str, Any]]:
    """The lines of a question file; raises ValueError naming the line that is no JSON object."""
    out = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number} is not JSON: {error.msg}") from None
        if not isinstance(value, dict) or not {"as", "text", "expect"} <= set(value):
            raise ValueError(f"line {number} needs at least as, text and expect")
        out.append(value)
    return out


def score(lines: Iterable[Line], ask: Callable[[Line], Answer]) -> Score:
    """Asks every line in order (one session after another as they stand) and compares.

    ask: gives the answer JSON of contract.md for a line; it keeps the conversation of a `session` itself.
    """
    result = Score()
    shown: dict[str, list[str]] = {}
    for line in lines:
        answer = ask(line)
        session = line.get("session")
        rows = _first_rows(answer)
        expect = dict(line["expect"])
        pointed = expect.get("child")
        if isinstance(pointed, str) and pointed.startswith("$row"):
            children = shown.get(str(session), [])
            place = int(pointed.removeprefix("$row")) - 1
            if place >= len(children):
                result.left_out += 1
                continue
            expect["child"] = children[place]
        verdict = judge(expect, line.get("accept", ()), answer)
        _count(result, expect, verdict)
        if verdict != "exact":
            result.confusions.append(
                {
                    "id": line.get("id"), "text": line["text"], "verdict": verdict, "expected": expect,
                    "outcome": answer.get("outcome"), "understood": answer.get("understood"),
                }
            )  # fmt: skip
        if session is not None and rows and (answer.get("understood") or {}).get("show") in ROWS:
            shown[str(session)] = rows
    return result


def judge(expect: Mapping[str, Any], accept: Sequence[Mapping[str, Any]], answer: Answer) -> Verdict:
    """One line's verdict: exact if `expect`, or `expect` with one entry of `accept` over it, matches."""
    readings = [dict(expect), *({**expect, **entry} for entry in accept)]
    if any(_matches(reading, answer) for reading in readings):
        return "exact"
    outcome = answer.get("outcome")
    if outcome == "clarify":
        return "clarified"
    if outcome in ("out_of_scope", "not_understood", "not_permitted"):
        return "refused"
    understood = answer.get("understood") or {}
    same = any(
        reading.get("outcome") in ("answered", "no_data") and _same_measures(reading, understood)
        for reading in readings
    )
    return "partly" if same else "wrong"


def _matches(expect: Mapping[str, Any], answer: Answer) -> bool:
    if expect["outcome"] != answer.get("outcome") or not _numbers_only_where_answered(answer):
        return False
    if expect["outcome"] == "clarify":
        return _choices_hold(expect.get("choices_should_include", ()), answer.get("choices") or ())
    if expect["outcome"] != "answered":
        return True
    understood = answer.get("understood") or {}
    for key, wanted in expect.items():
        if key in APART:
            continue
        if key == "measures":
            if not _same_measures(expect, understood):
                return False
        elif key == "unit":
            unit = understood.get("unit") or {}
            if any(unit.get(part) != value for part, value in wanted.items()):
                return False
        elif key == "units":
            if set(understood.get("units") or ()) != set(wanted):
                return False
        elif understood.get(key) != wanted:
            return False
    if expect.get("held_back") and not answer.get("held_back"):
        return False
    if any(understood.get(key) == value for key, value in expect.get("must_not", {}).items()):
        return False
    groups = {group.get("id") for part in answer.get("answers") or () for group in part.get("groups") or ()}
    return not groups or set(expect.get("groups_include", ())) <= groups


def _same_measures(expect: Mapping[str, Any], understood: Mapping[str, Any]) -> bool:
    wanted = expect.get("measures", "*")
    return wanted == "*" or sorted(wanted) == sorted(understood.get("measures") or ())


def _choices_hold(wanted: Sequence[Any], choices: Sequence[Mapping[str, Any]]) -> bool:
    """Every entry turns up in some choice as a measure, unit or worker; a list needs one of its members."""
    held: set[str] = set()
    for choice in choices:
        question = choice.get("understood") or choice.get("question") or choice
        held |= set(question.get("measures") or ())
        held |= {str((question.get("unit") or {}).get("id")), str(question.get("worker"))}
    return len(choices) <= 5 and all(
        any(member in held for member in entry) if isinstance(entry, list) else entry in held
        for entry in wanted
    )


def _numbers_only_where_answered(answer: Answer) -> bool:
    """No numbers and no rows unless the outcome is answered (no_data may offer the authority's number)."""
    if answer.get("outcome") in ("answered", "no_data"):
        return True
    return not any(part.get("value") is not None or part.get("rows") for part in answer.get("answers") or ())


def _first_rows(answer: Answer) -> list[str]:
    """Children of the first answer that has rows."""
    if answer.get("outcome") != "answered":
        return []
    for part in answer.get("answers") or ():
        children = [row["child_id"] for row in part.get("rows") or () if row.get("child_id")]
        if children:
            return children
    return []


def _count(result: Score, expect: Mapping[str, Any], verdict: Verdict) -> None:
    show = str(expect.get("show") or expect["outcome"])
    result.total[verdict] += 1
    result.per_show[show][verdict] += 1
    measures = expect.get("measures")
    families = (
        {CATALOGUE[s].family for s in measures if s in CATALOGUE} if isinstance(measures, list) else set()
    )
    for family in families or {"-"}:
        result.per_family[family][verdict] += 1
