"""Restatements: a figure that was sent, as it would be counted now, and row by row why the two differ.

    figure as sent --- differs? ---> rows behind it then, rows behind it now (the same day, the same period)
                                     -> what came in, what went out, what changed sides
                                     -> for each child, which records came, went or changed between the extracts

A pure function of two engines. A figure is restated when its number changes as it is shown; a denominator that moves
under an unchanged number is none. Issue: every measure with its history, point 6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kpi_engine.answer import Figure, Row
from kpi_engine.answering import records_changed
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import when
from kpi_engine.answering.records_changed import RecordChange
from kpi_engine.days import day
from kpi_engine.facts import CHILD_COLUMNS
from kpi_engine.measure import Measure
from kpi_engine.measures import measure
from kpi_engine.question import EVERYTHING, Question, Scope
from kpi_engine.sent import SentFigure
from kpi_engine.sheet import Sheet

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

Move = Literal["in", "out", "met", "not_met", "size"]
Key = tuple[Any, ...]
OWNERS = "ssd_involvements"


@dataclass(frozen=True)
class MovedRow:
    """One row that makes the difference.

    move: "in" (counted now, not then), "out" (counted then, not now), "met" (in time now, not then), "not_met", "size"
    (an average's row of another length).
    row: the row on the side where it is counted, now where both.  then, now: how the duty stood as at the figure's day
    by either extract (None: no such duty); both None for a row that is no duty.
    causes: the records that came, went or changed.
    """

    move: Move
    row: Row
    then: Row | None
    now: Row | None
    causes: tuple[RecordChange, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "move": self.move, "row": dict(self.row), "then": dict(self.then) if self.then else None,
            "now": dict(self.now) if self.now else None, "causes": [cause.to_json() for cause in self.causes],
        }  # fmt: skip


@dataclass(frozen=True)
class Restatement:
    """A figure that is not what it was sent as.

    moved: the rows that the scope may see.  hidden: how many more there are.
    explained: False where the extract it was sent from is no longer kept, so that no row can be named.
    """

    sent: SentFigure
    now: Figure
    moved: tuple[MovedRow, ...] = ()
    hidden: int = 0
    explained: bool = True


def as_now(engine: Engine, sent: SentFigure) -> Figure | None:
    """The figure as it is counted now; None where the present data cannot say (no such unit, no data)."""
    if sent.unit_id not in engine.units or sent.as_at > engine.as_at:
        return None
    return engine.figure(sent.measure, sent.as_at, sent.unit_id, sent.period)


def differs(sent: SentFigure, now: Figure | None) -> bool:
    """Whether the number is another one than was sent."""
    return now is not None and now.value != sent.value


def restated(now: Engine, before: Engine | None, sent: SentFigure, scope: Scope) -> Restatement | None:
    """Why a figure is no longer what was sent; None where it still is (or the present data cannot say).

    before: the extract it was sent from, opened; None where that is not kept any more.
    """
    figure = as_now(now, sent)
    if figure is None or not differs(sent, figure):
        return None
    if before is None or sent.unit_id not in before.units:
        return Restatement(sent, figure, explained=False)
    moved, hidden = [], 0
    for move, row in _moved(sent, _counted(before, sent), _counted(now, sent)):
        if not _may_see(row, sent, before, now, scope):
            hidden += 1
            continue
        then, stands = _duty(before, row, sent.as_at), _duty(now, row, sent.as_at)
        moved.append(MovedRow(move, row, then, stands, _causes(sent, before, now, row, then, stands)))
    return Restatement(sent, figure, tuple(sorted(moved, key=_order)), hidden)


# Rows of either side


@dataclass(frozen=True)
class _Counted:
    """A row of a figure. met: in the numerator.  size: its weight."""

    row: Row
    met: bool
    size: int


def _counted(engine: Engine, sent: SentFigure) -> dict[Key, list[_Counted]]:
    wanted = measure(sent.measure)
    unit = engine.units[sent.unit_id].ref
    asked = Asked(engine, Question("list", (sent.measure,), unit, sent.as_at, period=sent.period), EVERYTHING)
    as_at, period = when(wanted, sent.as_at, sent.period)
    out: dict[Key, list[_Counted]] = {}
    for sheet in asked.counter.rows(wanted, as_at, period).parts:
        for key, one in _rows_of(asked, wanted, sheet):
            out.setdefault(key, []).append(one)
    return out


def _rows_of(asked: Asked, wanted: Measure, sheet: Sheet) -> Iterable[tuple[Key, _Counted]]:
    """Each row once: of a sheet that counts children, each child once."""
    places: Iterable[int] = range(len(sheet))
    if sheet.cut is None and sheet.made is None and sheet.distinct:
        places = np.unique(sheet.child, return_index=True)[1].tolist()
    for place, row in zip(places, asked.records(wanted, sheet), strict=True):
        size = 1 if sheet.size is None else int(sheet.size[place])
        yield _key(row), _Counted(row, bool(sheet.met[place]), size)


def _key(row: Row) -> Key:
    if "clock" in row:
        return (row["clock"], row["subject_id"], row["sequence"])
    return ("", row.get("child_id"), row.get("worker_id") if not row.get("child_id") else None)


def _moved(
    sent: SentFigure, then: dict[Key, list[_Counted]], now: dict[Key, list[_Counted]]
) -> Iterable[tuple[Move, Row]]:
    """Rows on one side only, and rows that count differently on the two."""
    for key in {**then, **now}:
        old, new = _left_over(then.get(key, []), now.get(key, []))
        for before, after in zip(old, new, strict=False):
            if before.met != after.met:
                yield "met" if after.met else "not_met", after.row
            else:
                yield "size", after.row
        yield from (("out", one.row) for one in old[len(new) :])
        yield from (("in", one.row) for one in new[len(old) :])


def _left_over(old: list[_Counted], new: list[_Counted]) -> tuple[list[_Counted], list[_Counted]]:
    """Without the pairs that count the same."""
    old, new = list(old), list(new)
    for one in tuple(old):
        same = next((other for other in new if (other.met, other.size) == (one.met, one.size)), None)
        if same is not None:
            old.remove(one)
            new.remove(same)
    return old, new


# Rights


def _may_see(row: Row, sent: SentFigure, before: Engine, now: Engine, scope: Scope) -> bool:
    """By the team of the row as it was counted, and by whoever holds the child on that day as is known now: a child
    that turns out to have been another team's is that team's."""
    wanted, team = measure(sent.measure), row.get("team_id")
    if wanted.staff and not scope.staff_named:
        return False
    if wanted.family == "workforce":
        return scope.sees_workers_of(team)
    if scope.restricts(row.get("child_id")) or not scope.sees_children_of(team):
        return False
    child = _child_of(row, before, now)
    if child is None:
        return True
    if child not in now.world.facts.children.place:
        return scope.child_units is None  # nobody holds a child that is not there any more
    holder = now.child_team(child, sent.as_at)
    return holder == team or scope.sees_children_of(holder)


def _child_of(row: Row, before: Engine, now: Engine) -> str | None:
    """The row's child; None for a row about a carer's assessment, a worker, a complaint."""
    child = row.get("child_id")
    known = any(child in engine.world.facts.children.place for engine in (before, now))
    return str(child) if known else None


# Why


def _duty(engine: Engine, row: Row, as_at: date) -> Row | None:
    """The same duty as at the day by this extract's ledger."""
    if "clock" not in row:
        return None
    ledger = engine.figures.ledger
    duties = ledger.duties(row["clock"])
    named = np.array(duties.subject == row["subject_id"], dtype=bool) & (duties.sequence == row["sequence"])
    found = ledger.records(ledger.cut(row["clock"], day(as_at), named))
    return found[0] if found else None


def _causes(
    sent: SentFigure, before: Engine, now: Engine, row: Row, then: Row | None, stands: Row | None
) -> tuple[RecordChange, ...]:
    """Records in the tables that the measure is counted from; of who holds the case where that is another team; where
    there are none, whatever else changed about the child."""
    old, new = before.world.facts, now.world.facts
    child, needs = _child_of(row, before, now), measure(sent.measure).needs
    if child is None:
        ids = {str(one) for one in (row.get("subject_id"), row.get("worker_id")) if one}
        return records_changed.of_ids(old, new, ids, needs, sent.as_at)
    tables = list(needs)
    if then and stands and then["team_id"] != stands["team_id"]:
        tables.append(OWNERS)
    found = records_changed.of_child(old, new, child, dict.fromkeys(tables), sent.as_at)
    return found or records_changed.of_child(old, new, child, CHILD_COLUMNS, sent.as_at)


def _order(moved: MovedRow) -> tuple[str, ...]:
    row = moved.row
    return (
        str(row.get("child_id") or row.get("subject_id") or row.get("worker_id") or ""), str(row.get("clock") or ""),
        str(row.get("subject_id") or ""), f"{row.get('sequence') or 0:06d}", moved.move,
    )  # fmt: skip
