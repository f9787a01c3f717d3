"""One question under one scope, with what every show needs: the counter, the rows it may show, what is held back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from kpi_engine import holding
from kpi_engine.answer import Answer, Figure, MeasureAnswer, Row
from kpi_engine.answering import filters
from kpi_engine.answering.numbers import Counter, when
from kpi_engine.answering.small_numbers import SmallNumbers, is_small, parts_of
from kpi_engine.days import Mask
from kpi_engine.errors import NotPermitted
from kpi_engine.measure import Measure
from kpi_engine.measures import in_catalogue_order, measure
from kpi_engine.question import ALL, CHARACTERISTIC_FILTERS, Period, Question, Scope
from kpi_engine.sheet import Sheet

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

OTHER_CHILD = "I can't show you that child: I can only do that for a child held by your own unit."
NOT_YOURS = (
    "I can't list children or workers of that unit: rows are for the people of that unit. "
    "I can give you the number."
)
NOT_HERE = (
    "Named workers' supervision, appraisal and caseload are for the personal chat only. "
    "I can give the team's number here."
)


class Asked:
    """A question, its scope and the engine that answers it."""

    def __init__(self, engine: Engine, question: Question, scope: Scope) -> None:
        self.engine, self.question, self.scope = engine, question, scope

    @property
    def measures(self) -> list[Measure]:
        """The measures asked for, in catalogue order."""
        return [measure(slug) for slug in in_catalogue_order(self.question.measures)]

    @property
    def worker(self) -> int | None:
        if self.question.worker is None:
            return None
        return self.engine.world.facts.workers.place[self.question.worker]

    @cached_property
    def counter(self) -> Counter:
        several = self.question.show == "list" and self.question.units
        return self.counter_for(self.question.unit.id, teams=self.teams if several else None)

    @property
    def teams(self) -> Mask:
        """By team code: whose rows are meant. A list of several units is of those units, not of all their parent's."""
        organisation, question = self.engine.organisation, self.question
        if question.show != "list" or not question.units:
            return organisation.team_mask(question.unit.id)
        several: Mask = np.logical_or.reduce([organisation.team_mask(one) for one in question.units])
        return several

    def counter_for(self, unit_id: str, worker: int | None = None, teams: Mask | None = None) -> Counter:
        told = self.question.filter_map
        only = filters.children(self.engine, told, self.question.child)
        return Counter(self.engine, unit_id, self.worker if worker is None else worker, only,
                       filters.days_overdue(told), teams)  # fmt: skip

    # Rights

    def check_child(self) -> None:
        """Anything about one child is child level. An unknown child gets the same words as another team's."""
        child = self.question.child
        if child is None or self.question.show in ("explain", "help"):
            return
        held = self.scope.sees_children_of(self.engine.child_team(child, self.question.as_at))
        if not held or self.scope.restricts(child):
            raise NotPermitted(OTHER_CHILD)

    def visible(self, wanted: Measure) -> Mask:
        """By team code: whose rows of the measure may be shown."""
        if wanted.staff and not self.scope.staff_named:
            return np.zeros(len(self.engine.world.facts.teams.ids) + 1, dtype=bool)
        units = self.scope.worker_units if wanted.family == "workforce" else self.scope.child_units
        return self.engine.organisation.mask_of(units)

    def check_rows(self, wanted: Iterable[Measure]) -> None:
        """Raise NotPermitted where nothing of the rows asked for may be shown."""
        wanted = list(wanted)
        unit = self.teams
        if any((self.visible(one) & unit).any() for one in wanted):
            return
        raise NotPermitted(NOT_HERE if wanted and all(one.staff for one in wanted) else NOT_YOURS)

    def hidden_units(self, wanted: Measure, sheets: Iterable[Sheet]) -> list[str]:
        """Units whose rows are there but may not be shown; ALL for rows that no team holds."""
        visible, teams = self.visible(wanted), self.engine.world.facts.teams
        codes = {int(code) for sheet in sheets for code in np.unique(sheet.team[~visible[sheet.team]])}
        return [teams.id(code) or ALL for code in sorted(codes)]

    @property
    def may_reveal(self) -> bool:
        """Whether characteristics of children are asked for (rights.md 4)."""
        return bool(CHARACTERISTIC_FILTERS & set(self.question.filter_map))

    def hides_parts(self) -> bool:
        """Whether the unit's number may not be taken apart: by time, by unit, by row."""
        return self.may_reveal and not self._owns(self.question.unit.id)

    def suppress(
        self, found: MeasureAnswer, unit_id: str, as_at: date | None = None, period: Period | None = None
    ) -> MeasureAnswer:
        """Small numbers of other units under characteristic filters, and numbers that would give one away.

        as_at, period: when the number is counted, if not when the question asks.
        """
        if not self.may_reveal or self._owns(unit_id) or found.no_data or found.elsewhere:
            return found
        wanted = measure(found.measure)
        small = is_small(parts_of(wanted, Figure(found.value, found.of, found.met)))
        if not small:
            if as_at is None:
                as_at, period = when(wanted, self.question.as_at, self.question.period)
            own = self.scope.own_units or frozenset()
            numbers = SmallNumbers(self.engine, wanted, self.question.filter_map, own, as_at, period)
            if not numbers.gives_away(unit_id):
                return replace(found, previous=None, last_4_weeks=None, year_to_date=None, bounds=None)
        return replace(found, value=None, of=None, met=None, previous=None, bounds=None, rag=None, last_4_weeks=None,
                       year_to_date=None, points=None, suppressed=True, withheld=not small)  # fmt: skip

    def _owns(self, unit_id: str) -> bool:
        own = self.scope.own_units
        return own is None or (unit_id != ALL and self.engine.units_below(unit_id) <= own)

    # Numbers and rows

    def headline(self, wanted: Measure, counter: Counter | None = None) -> MeasureAnswer:
        """The measure's number for the unit; said apart where the unit cannot hold the population."""
        unit = self.question.unit.id
        if self.question.worker is None and not self.engine.holds_population(
            wanted.slug, unit, self.question.as_at
        ):
            return self.elsewhere(wanted)
        counter = counter or self.counter
        return self.suppress(
            counter.headline(wanted, self.question.as_at, self.question.period), counter.unit_id
        )

    def elsewhere(self, wanted: Measure) -> MeasureAnswer:
        """The unit does not hold this population: who does, and the authority's number; never 0."""
        engine, name = self.engine, self.engine.units[self.question.unit.id].name
        held = holding.holders(engine, wanted.slug, self.question.as_at)
        where = f"they are held by {_listed(held)}" if held else "it is counted for the whole authority"
        whole = Counter(engine).headline(wanted, self.question.as_at, self.question.period)
        return MeasureAnswer(wanted.slug, unit=wanted.counts, elsewhere=f"{name} holds none of these: {where}.",
                             extra={"authority": {"value": whole.value, "of": whole.of}})  # fmt: skip

    def records(self, wanted: Measure, sheet: Sheet) -> list[dict[str, Any]]:
        """The rows of a sheet, JSON-ready."""
        if sheet.cut is not None:
            return self.engine.figures.ledger.records(sheet.cut)
        if sheet.made is not None:
            return [sheet.made(int(place)) for place in sheet.index]
        facts = self.engine.world.facts
        child = np.unique(sheet.child, return_index=True)[1] if sheet.distinct else range(len(sheet))
        return [
            {"child_id": facts.children.name(int(sheet.child[p])), "team_id": facts.teams.id(int(sheet.team[p])),
             "worker_id": facts.workers.name(int(sheet.worker[p]))}
            for p in child
        ]  # fmt: skip

    def ordered(self, rows: Sequence[Row]) -> list[Row]:
        """Rows in the order asked for: worst = most days overdue, then due date, then id (asking.md, Aspect 3)."""
        order = self.question.order or "worst"

        def ident(row: Row) -> tuple[str, str, int]:
            return (str(row.get("child_id") or row.get("worker_id") or row.get("team_id") or ""),
                    str(row.get("subject_id") or ""), int(row.get("sequence") or 0))  # fmt: skip

        def weight(row: Row) -> float:
            return float(row.get("days_overdue", row.get("value")) or 0)

        keys: dict[str, Any] = {
            "worst": lambda r: (-weight(r), r.get("due_date") or "", *ident(r)),
            "best": lambda r: (weight(r), r.get("due_date") or "", *ident(r)),
            "oldest": lambda r: (r.get("start_date") or r.get("due_date") or "", *ident(r)),
        }
        if order == "newest":
            return sorted(sorted(rows, key=ident), key=lambda r: r.get("start_date") or "", reverse=True)
        return sorted(rows, key=keys[order])

    def limited(self, rows: list[Row]) -> tuple[Row, ...]:
        return tuple(rows if self.question.limit is None else rows[: self.question.limit])

    def answer(self, answers: Iterable[MeasureAnswer], held_back: Iterable[str] = (), **more: Any) -> Answer:
        """The Answer; `no_data` as an outcome where not one measure has a number to give."""
        found = tuple(answers)
        if self.hides_parts():
            found = tuple(replace(a, previous=None, stayed=None, bounds=None, last_4_weeks=None, year_to_date=None)
                          for a in found)  # fmt: skip
        none = bool(found) and all(a.no_data or a.elsewhere for a in found)
        return Answer("no_data" if none else "answered", self.question, found, tuple(dict.fromkeys(held_back)),
                      self.engine.stamp, **more)  # fmt: skip


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
