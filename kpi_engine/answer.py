"""An answer: numbers with everything a number must not travel without (contract.md, Answer JSON)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from kpi_engine.question import Period, Question

Outcome = Literal["answered", "clarify", "not_permitted", "not_understood", "out_of_scope", "no_data"]
Rag = Literal["green", "amber", "red"]
Row = Mapping[str, Any]
"""A row of a list, JSON-ready (ISO dates). Ledger rows: child_id, clock, subject_id, sequence, start_date,
due_date, done_date, ended_date, status, days_overdue, working_days_overdue, team_id, worker_id.
Workers: worker_id, team_id, value, standard. Teams: team_id, value. Children: child_id, team_id, worker_id.
A restricted case: child_id None, restricted True, team_id, worker_id None; nothing else of it."""


@dataclass(frozen=True)
class Figure:
    """A number with its denominator. `value` None with `of` 0 = none due; `met` = the numerator."""

    value: float | None
    of: float | None = None
    met: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "of": self.of, "met": self.met}


@dataclass(frozen=True)
class Group:
    """One bar of a comparison: a team, service or worker."""

    id: str | None
    name: str
    value: float | None
    of: float | None
    rag: Rag | None = None
    target: float | None = None
    suppressed: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Point:
    """One point of a trend; `date` is the last day of its week or month."""

    date: date
    value: float | None
    of: float | None
    target: float | None = None
    withheld: bool = False


@dataclass(frozen=True)
class MeasureAnswer:
    """One measure's part of an answer. Everything but `measure` may be empty for some shows."""

    measure: str
    value: float | None = None
    of: float | None = None
    met: float | None = None
    unit: str = ""  # children, rows, %, months, weeks, workers, ...
    target: float | None = None
    rag: Rag | None = None
    previous: float | None = None  # the same a week (or a period) before
    period: Period | None = None
    bounds: tuple[float, float] | None = None  # best, worst; None = the value is certain
    last_4_weeks: Figure | None = None
    year_to_date: Figure | None = None
    rows: tuple[Row, ...] | None = None
    groups: tuple[Group, ...] | None = None
    points: tuple[Point, ...] | None = None
    came_on: tuple[Row, ...] | None = None  # changes
    came_off: tuple[Row, ...] | None = None
    stayed: int | None = None
    sentences: tuple[str, ...] = ()  # explain: the rule and its source; why: the arithmetic; forecast: method
    extra: Mapping[str, Any] = field(default_factory=dict)  # forecast, benchmark, signals: named figures
    suppressed: bool = False
    withheld: bool = False  # suppressed though it is not small: a small number would follow from it
    no_data: str | None = None  # why there is no number, in a sentence; never shown as 0
    elsewhere: str | None = None  # the unit does not hold this population: said in half a line, not as 0

    def to_json(self) -> dict[str, Any]:
        """The contract's `answers[]` entry; empty parts are left out but for the headline keys."""
        out: dict[str, Any] = {
            "measure": self.measure, "value": self.value, "of": self.of, "met": self.met, "unit": self.unit,
            "target": self.target, "rag": self.rag, "previous": self.previous,
            "period": self.period.to_json() if self.period else None,
            "bounds": list(self.bounds) if self.bounds else None,
        }  # fmt: skip
        for name in ("last_4_weeks", "year_to_date"):
            figure = getattr(self, name)
            if figure is not None:
                out[name] = figure.to_json()
        for name in ("rows", "came_on", "came_off"):
            rows = getattr(self, name)
            if rows is not None:
                out[name] = [dict(row) for row in rows]
        if self.stayed is not None:
            out["stayed"] = self.stayed
        if self.groups is not None:
            out["groups"] = [
                {"id": g.id, "name": g.name, "value": g.value, "of": g.of, "rag": g.rag, "target": g.target}
                | ({"suppressed": True} if g.suppressed else {})
                | ({"withheld": True} if g.withheld else {})
                for g in self.groups
            ]
        if self.points is not None:
            out["points"] = [
                {"date": p.date.isoformat(), "value": p.value, "of": p.of, "target": p.target}
                | ({"withheld": True} if p.withheld else {})
                for p in self.points
            ]
        if self.sentences:
            out["sentences"] = list(self.sentences)
        if self.extra:
            out["extra"] = dict(self.extra)
        if self.suppressed:
            out["suppressed"] = True
        if self.withheld:
            out["withheld"] = True
        if self.no_data:
            out["no_data"] = self.no_data
        if self.elsewhere:
            out["elsewhere"] = self.elsewhere
        return out


@dataclass(frozen=True)
class DataStamp:
    """Which data the answer rests on."""

    as_at: date
    loaded_at: str
    extract: str
    findings: int

    def to_json(self) -> dict[str, Any]:
        return {
            "as_at": self.as_at.isoformat(), "loaded_at": self.loaded_at,
            "extract": self.extract, "findings": self.findings,
        }  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the engine gives back for one Question under one Scope.

    held_back: ids of units whose rows exist but may not be shown to this asker in this audience.
    briefing: for show "briefing", the parts of a Briefing (see kpi_engine.briefing).
    findings: for show "quality", the data-quality findings the scope may see, JSON-ready.
    """

    outcome: Outcome
    question: Question
    answers: tuple[MeasureAnswer, ...] = ()
    held_back: tuple[str, ...] = ()
    data: DataStamp | None = None
    briefing: Mapping[str, Any] | None = None
    findings: tuple[Row, ...] | None = None
    note: str | None = None  # one sentence that belongs above everything else

    def to_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "outcome": self.outcome,
            "understood": self.question.to_json(),
            "answers": [a.to_json() for a in self.answers],
        }
        if self.held_back:
            out["held_back"] = list(self.held_back)
        if self.briefing is not None:
            out["briefing"] = dict(self.briefing)
        if self.findings is not None:
            out["findings"] = [dict(f) for f in self.findings]
        if self.note:
            out["note"] = self.note
        if self.data is not None:
            out["data"] = self.data.to_json()
        return out
