"""Scores answers against a question file: what a colleague would want, line by line.

The form is the project's own (tests/questions/FORMAT.md): `expect` names only what matters, `accept` other
sensible readings, `must_not` what may not be left over from the turn before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.rights import may_hold
from kpi_engine.question import Scope

Json = Mapping[str, Any]
ANSWER_KEYS = ("outcome", "choices_should_include", "groups_include", "held_back")
ROW_SHOWS = ("list", "headline")


@dataclass(frozen=True)
class Score:
    """One line's result. skipped: it points at a row that the turn before did not have."""

    id: str
    tags: tuple[str, ...]
    faults: tuple[str, ...] = ()
    skipped: bool = False

    @property
    def passed(self) -> bool:
        return not self.faults and not self.skipped


@dataclass
class Session:
    """What later turns of one conversation may point back at: the rows of the latest list or headline."""

    children: list[str] = field(default_factory=list)

    def remember(self, answer: Json) -> None:
        understood = answer.get("understood") or {}
        if understood.get("show") not in ROW_SHOWS:
            return
        for part in answer["answers"]:
            found = [row["child_id"] for row in part.get("rows") or () if row.get("child_id")]
            if found:
                self.children = found
                return


def score(line: Json, answer: Json, session: Session, scope: Scope | None) -> Score:
    """Compares one answer with one line. scope: what the asker may see; None for somebody unknown."""
    expect = dict(line["expect"])
    if isinstance(expect.get("child"), str) and expect["child"].startswith("$row"):
        place = int(expect["child"].removeprefix("$row")) - 1
        if place >= len(session.children):
            return Score(line["id"], tuple(line.get("tags", ())), skipped=True)
        expect["child"] = session.children[place]
    readings = [expect, *({**expect, **other} for other in line.get("accept", ()))]
    found = [tuple(_faults(reading, answer)) for reading in readings]
    best = min(found, key=len)
    always = (*_must_not(line.get("must_not") or {}, answer), *_disclosed(answer, scope))
    return Score(line["id"], tuple(line.get("tags", ())), (*best, *always))


def _faults(expect: Json, answer: Json) -> Iterator[str]:
    outcome = expect.get("outcome", "answered")
    if answer["outcome"] != outcome:
        yield f"outcome {answer['outcome']}, wanted {outcome}"
        return
    if outcome == "clarify":
        yield from _choices(expect.get("choices_should_include", ()), answer.get("choices", ()))
    if outcome != "answered":
        return
    understood = answer["understood"]
    for key, wanted in expect.items():
        if key not in ANSWER_KEYS and not _same(key, wanted, understood.get(key)):
            yield f"{key} {understood.get(key)!r}, wanted {wanted!r}"
    groups = {group["id"] for part in answer["answers"] for group in part.get("groups") or ()}
    missing = [each for each in expect.get("groups_include", ()) if each not in groups]
    if missing:
        yield f"groups without {missing}"
    if expect.get("held_back") and not answer.get("held_back"):
        yield "held_back is empty"


def _same(key: str, wanted: Any, got: Any) -> bool:
    if key == "measures":
        return wanted == "*" or sorted(wanted) == sorted(got or ())
    if key == "unit" and wanted is not None:
        return got is not None and all(got.get(part) == value for part, value in wanted.items())
    if key == "units" and wanted is not None:
        return set(wanted) == set(got or ())
    return bool(wanted == got)


def _choices(wanted: Sequence[Any], choices: Sequence[Json]) -> Iterator[str]:
    offered: set[str] = set()
    for choice in choices:
        offered |= {*choice["measures"], choice["unit"]["id"], *choice.get("units", ())}
        offered |= {choice["worker"]} if choice.get("worker") else set()
    for each in wanted:
        if not offered & set(each if isinstance(each, list) else [each]):
            yield f"no choice holds {each}"


def _must_not(forbidden: Json, answer: Json) -> Iterator[str]:
    understood = answer.get("understood") or {}
    for key, value in forbidden.items():
        if key in understood and _same(key, value, understood[key]):
            yield f"{key} is {value!r}, left over"


def _disclosed(answer: Json, scope: Scope | None) -> Iterator[str]:
    """Whatever the outcome: no row outside what the asker may see, and no figure in a refusal."""
    if answer["outcome"] not in ("answered", "no_data") and answer["answers"]:
        yield "figures in an answer that is none"
    for part in answer["answers"]:
        for rows in (part.get("rows"), part.get("came_on"), part.get("came_off")):
            if any(scope is None or not may_hold(row, scope) for row in rows or ()):
                yield f"a row of {part['measure']} outside the asker's rights"
                return
