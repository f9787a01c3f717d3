"""Scores a bank of questions (the form of tests/questions/FORMAT.md) against answers: of the reader alone in the tests,
of the whole bot for `perfbot questions score`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kpi_engine.measures import CATALOGUE

Line = Mapping[str, Any]
Answer = Mapping[str, Any]
Discloses = Callable[[Line, Answer], str]
"""What an answer shows to somebody who may not see it, "" for nothing."""
Verdict = Literal["exact", "partly", "clarified", "refused", "wrong"]
VERDICTS: tuple[Verdict, ...] = ("exact", "partly", "clarified", "refused", "wrong")
APART = frozenset({"outcome", "choices_should_include", "groups_include", "held_back"})
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
    """The lines of a question file; raises ValueError naming the line that is no JSON object with what is needed."""
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


class Scoring:
    """Counts line after line; keeps what later lines of a session may point back at."""

    def __init__(self, discloses: Discloses = lambda line, answer: "") -> None:
        self.result = Score()
        self._discloses = discloses
        self._shown: dict[str, list[str]] = {}

    def count(self, line: Line, answer: Answer) -> None:
        """Compares one answer with its line. A line that points at a row nobody has seen is left out."""
        session = line.get("session")
        rows = _first_rows(answer)
        expect = dict(line["expect"])
        pointed = expect.get("child")
        if isinstance(pointed, str) and pointed.startswith("$row"):
            children = self._shown.get(str(session), [])
            place = int(pointed.removeprefix("$row")) - 1
            if place >= len(children):
                self.result.left_out += 1
                return
            expect["child"] = children[place]
        must_not = expect.pop("must_not", None) or line.get("must_not", {})
        verdict, faults = judge(
            expect, line.get("accept", ()), answer, must_not, self._discloses(line, answer)
        )
        _count(self.result, expect, verdict)
        if verdict != "exact":
            self.result.confusions.append(
                {
                    "id": line.get("id"), "text": line["text"], "verdict": verdict, "faults": faults,
                    "expected": expect, "outcome": answer.get("outcome"), "understood": answer.get("understood"),
                }
            )  # fmt: skip
        if session is not None and rows and (answer.get("understood") or {}).get("show") in ROWS:
            self._shown[str(session)] = rows


def score(lines: Iterable[Line], ask: Callable[[Line], Answer]) -> Score:
    """Asks every line in order (one session after another as they stand) and compares.

    ask: gives the answer JSON of contract.md for a line; it keeps the conversation of a `session` itself.
    """
    scoring = Scoring()
    for line in lines:
        scoring.count(line, ask(line))
    return scoring.result


async def score_bot(
    lines: Iterable[Line], ask: Callable[[Line], Awaitable[Answer]], discloses: Discloses
) -> Score:
    """The same of the whole bot. discloses: a row or a number shown to somebody without rights is always wrong."""
    scoring = Scoring(discloses)
    for line in lines:
        scoring.count(line, await ask(line))
    return scoring.result


def judge(
    expect: Mapping[str, Any], accept: Sequence[Mapping[str, Any]], answer: Answer,
    must_not: Mapping[str, Any] | None = None, disclosed: str = "",
) -> tuple[Verdict, list[str]]:  # fmt: skip
    """One line's verdict, and what was not as expected: exact if `expect`, or `expect` with one entry of `accept`
    over it, matches. Whatever else matches, a disclosure is wrong.
    """
    readings = [dict(expect), *({**expect, **entry} for entry in accept)]
    always = [*_always(answer), *_left_over(must_not or {}, answer), *([disclosed] if disclosed else [])]
    faults = [*min(([*_faults(reading, answer)] for reading in readings), key=len), *always]
    if disclosed:
        return "wrong", faults
    if not faults:
        return "exact", []
    outcome = answer.get("outcome")
    if outcome == "clarify":
        return "clarified", faults
    if outcome in ("out_of_scope", "not_understood", "not_permitted"):
        return "refused", faults
    understood = answer.get("understood") or {}
    same = any(
        reading.get("outcome", "answered") in ("answered", "no_data") and _same_measures(reading, understood)
        for reading in readings
    )
    return ("partly" if same else "wrong"), faults


def _faults(expect: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    """What an answer has that was not expected; an unsaid outcome is "answered"."""
    wanted_outcome = expect.get("outcome", "answered")
    if answer.get("outcome") != wanted_outcome:
        yield f"outcome {answer.get('outcome')}, wanted {wanted_outcome}"
        return
    if wanted_outcome == "clarify":
        yield from _choice_faults(expect.get("choices_should_include", ()), answer.get("choices") or ())
    if wanted_outcome != "answered":
        return
    understood = answer.get("understood") or {}
    for key, wanted in expect.items():
        if key not in APART and not _same(key, wanted, understood):
            yield f"{key} {understood.get(key)!r}, wanted {wanted!r}"
    if expect.get("held_back") and not answer.get("held_back"):
        yield "held_back is empty"
    groups = {group.get("id") for part in answer.get("answers") or () for group in part.get("groups") or ()}
    missing = sorted(set(expect.get("groups_include", ())) - groups)
    if missing and groups:
        yield f"groups without {missing}"


def _same(key: str, wanted: Any, understood: Mapping[str, Any]) -> bool:
    if key == "measures":
        return _same_measures({"measures": wanted}, understood)
    got = understood.get(key)
    if key == "unit" and isinstance(wanted, Mapping):
        return all((got or {}).get(part) == value for part, value in wanted.items())
    if key == "units" and wanted is not None:
        return set(got or ()) == set(wanted)
    return bool(got == wanted)


def _same_measures(expect: Mapping[str, Any], understood: Mapping[str, Any]) -> bool:
    wanted = expect.get("measures", "*")
    return wanted == "*" or sorted(wanted) == sorted(understood.get("measures") or ())


def _left_over(must_not: Mapping[str, Any], answer: Answer) -> Iterator[str]:
    """Values of the turn before that have no place here."""
    understood = answer.get("understood") or {}
    for key, value in must_not.items():
        if key in understood and _same(key, value, understood):
            yield f"{key} is {value!r}, left over"


def _choice_faults(wanted: Sequence[Any], choices: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every entry turns up in some choice as a measure, unit or worker; a list needs one of its members."""
    held: set[str] = set()
    for choice in choices:
        question = choice.get("understood") or choice.get("question") or choice
        held |= {*(question.get("measures") or ()), *(question.get("units") or ())}
        held |= {str((question.get("unit") or {}).get("id")), str(question.get("worker"))}
    if len(choices) > 5:
        yield f"{len(choices)} choices"
    for entry in wanted:
        if not held & set(entry if isinstance(entry, list) else [entry]):
            yield f"no choice holds {entry}"


def _always(answer: Answer) -> Iterator[str]:
    """No numbers and no rows unless the outcome is answered (no_data may offer the authority's number)."""
    if answer.get("outcome") in ("answered", "no_data"):
        return
    if any(part.get("value") is not None or part.get("rows") for part in answer.get("answers") or ()):
        yield "figures in an answer that is none"


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
    show = str(expect.get("show") or expect.get("outcome", "answered"))
    result.total[verdict] += 1
    result.per_show[show][verdict] += 1
    measures = expect.get("measures")
    families = (
        {CATALOGUE[s].family for s in measures if s in CATALOGUE} if isinstance(measures, list) else set()
    )
    for family in families or {"-"}:
        result.per_family[family][verdict] += 1
