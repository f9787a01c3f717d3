"""The engine: one opened extract, and every question that can be asked of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kpi_engine import export, holding
from kpi_engine.allocation import ALLOCATED_ROLES
from kpi_engine.answer import Answer, DataStamp, Figure
from kpi_engine.answering import Asked, answer
from kpi_engine.answering.restated import Restatement, restated
from kpi_engine.days import day
from kpi_engine.duties import CHILDLESS, CLOCKS
from kpi_engine.errors import InputError, Unknown
from kpi_engine.extracts.checks import check
from kpi_engine.extracts.raw import Extract
from kpi_engine.figures import Figures, default_period
from kpi_engine.findings import Finding
from kpi_engine.kept import Kept
from kpi_engine.measures import CATALOGUE, measure
from kpi_engine.organisation import Organisation, Unit, Worker
from kpi_engine.question import ALL, EVERYTHING, Period, Question, Scope
from kpi_engine.sent import SentFigure
from kpi_engine.targets import Targets, targets
from kpi_engine.users import User, Users
from kpi_engine.world import World

__all__ = ["Engine", "Unit", "User", "Users", "Worker"]


class Engine:
    """An opened extract. Pure: no clock, no network; the same question and scope give equal answers.

    as_at: the extract's own date; questions may ask of any earlier date.  home: where the authority keeps its own
    targets and local standards, if it does.
    """

    def __init__(
        self, extract: Extract, *, findings: list[Finding] | None = None, home: Path | None = None,
        roles: tuple[str, ...] = ALLOCATED_ROLES,
    ) -> None:  # fmt: skip
        self.extract = extract
        self.as_at = extract.as_at
        self.world = World(extract, home, roles)
        self.figures = Figures(self.world)
        self.organisation = Organisation(self.world, extract.authority)
        self.targets: Targets = targets(home)
        self.kept = Kept()
        self._findings = findings
        self._users: Users | None = None

    # Who and what

    @property
    def authority(self) -> str:
        return self.organisation.authority

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every unit by id, the authority (`ALL`) included."""
        return self.organisation.units

    @property
    def workers(self) -> Mapping[str, Worker]:
        """Every professional by id."""
        return self.organisation.workers

    @property
    def users(self) -> Users:
        """Everybody in local_users, or whom `with_users` has put in their place."""
        return self.organisation.users if self._users is None else self._users

    def with_users(self, users: Users) -> Engine:
        """The same extract with these people: those of local_users and of wherever else they come from."""
        other = copy.copy(self)
        other._users = users
        return other

    def units_below(self, unit_id: str) -> frozenset[str]:
        """The unit's own id and the ids of every unit below it (for ALL: every unit). Empty if unknown."""
        return self.organisation.units_below(unit_id)

    def path(self, unit_id: str) -> tuple[str, ...]:
        """Unit ids from the unit up to its root, the unit first, `ALL` last."""
        return self.organisation.path(unit_id)

    def nearest_common_parent(self, unit_ids: Sequence[str]) -> str:
        """The lowest unit that holds all of them; `ALL` if none does."""
        return self.organisation.nearest_common_parent(list(unit_ids))

    @cached_property
    def _children_by_fold(self) -> dict[str, str]:
        ids = self.world.facts.children.ids
        return {one.casefold(): one for one in reversed(ids)}

    def knows_child(self, child_id: str) -> str | None:
        """The child's id as the extract spells it (matched case-insensitively), or None."""
        return self._children_by_fold.get(child_id.casefold())

    def child_team(self, child_id: str, on: date) -> str | None:
        """The team that holds the child on that day, or None (also for an unknown child).

        Ledger rows about no child (a complaint, a supervision) carry their record's id in its place: then its team.
        """
        code = self.world.facts.children.place.get(child_id)
        if code is None:
            return self._record_team(child_id, on)
        _, team = self.world.allocation.of(np.array([code]), day(on))
        return self.world.facts.teams.id(int(team[0]))

    def child_teams(self, child_id: str) -> frozenset[str]:
        """Every team that held the child on any day, or took a referral of the child; none for an unknown one."""
        code = self.world.facts.children.place.get(child_id)
        if code is None:
            return frozenset()
        teams = self.world.facts.teams
        found = (teams.id(int(team)) for team in self.world.allocation.teams_ever(code))
        return frozenset(team for team in found if team is not None)

    def _record_team(self, record_id: str, on: date) -> str | None:
        ledger = self.figures.ledger
        for clock in CHILDLESS:
            cut = ledger.cut(clock, day(on), ledger.duties(clock).subject == record_id)
            if len(cut):
                return self.world.facts.teams.id(int(cut.team[-1]))
        return None

    def holds_population(self, slug: str, unit_id: str, on: date) -> bool:
        """Whether the unit can hold the measure's population at all (asking.md, Units 5)."""
        return holding.holds(self, slug, unit_id, on)

    # Questions

    def ask(self, question: Question, scope: Scope) -> Answer:
        """The one door. Answers every show; rows outside the scope are left out and named in `held_back`;
        a question of nothing but rows outside the scope raises NotPermitted.

        Raises Unknown for a measure, unit, worker or child that does not exist, InputError for an as-at date
        after the extract's.
        """
        self._check(question)
        asked = Asked(self, question, scope)
        asked.check_child()
        if question.show == "briefing":
            return self.kept.briefing(question, scope, lambda: answer(asked))
        return answer(asked)

    def _check(self, question: Question) -> None:
        for slug in question.measures:
            measure(slug)
        for one in (question.unit.id, *question.units):
            if one not in self.units:
                raise Unknown(f"There is no unit {one!r} in this extract.")
        if question.worker is not None and question.worker not in self.workers:
            raise Unknown(f"There is no worker {question.worker!r} in this extract.")
        if question.as_at > self.as_at:
            raise InputError(
                f"The newest data is as at {self.as_at.isoformat()}; a later date ({question.as_at.isoformat()}) "
                "cannot be answered from it."
            )

    @property
    def stamp(self) -> DataStamp:
        return DataStamp(
            self.as_at, self.extract.loaded_at, self.extract.id or self.extract.source, len(self.all_findings)
        )

    @property
    def all_findings(self) -> list[Finding]:
        """What is wrong in the extract."""
        if self._findings is None:
            self._findings = check(self)
        return self._findings

    def warm(self) -> None:
        """Work out beforehand what the first questions after opening would wait for: every clock, every measure
        of the extract's date for every unit, the weeks of a trend. For a process that goes on to serve."""
        for unit in self.units.values():
            self.ask(Question("briefing", unit=unit.ref, as_at=self.as_at), EVERYTHING)
        for slug in CATALOGUE:
            self.ask(Question("trend", (slug,), as_at=self.as_at), EVERYTHING)

    def restated(self, sent: SentFigure, before: Engine | None, scope: Scope) -> Restatement | None:
        """Why a figure that was sent from another extract (`before`; None = no longer kept) is another one now, with
        the rows that the scope may see; None where it is still the same."""
        return restated(self, before, sent, scope)

    # For the operator and for tests

    def findings(self, scope: Scope = EVERYTHING) -> list[dict[str, Any]]:
        """Findings as JSON: whole where the scope sees the team's children, else without key and child."""
        out = []
        for finding in self.all_findings:
            told = finding.to_json()
            if not scope.sees_children_of(finding.team_id) or scope.restricts(told.get("child_id")):
                told |= {"key": None, "child_id": None, "row": None, "detail": None}
            out.append(told)
        return out

    def ledger_rows(self, as_at: date, clock: str | None = None) -> list[dict[str, Any]]:
        """The ledger as contract.md gives it: ISO dates, None = none, sorted by clock, child_id, subject_id, sequence.

        Raises Unknown for a clock that does not exist.
        """
        return export.ledger_rows(self, as_at, clock)

    def ledger_children(self, as_at: date, clock: str | None = None) -> list[str]:
        """Ids of the children who have a row there, sorted: who is shown by a file of the ledger."""
        return export.ledger_children(self, as_at, clock)

    def write_ledger(self, path: Path, as_at: date, clock: str | None = None, kind: str = "csv") -> int:
        """Write the ledger as CSV or Parquet; returns the number of rows."""
        return export.write_ledger(self, path, as_at, clock, kind)

    def figure(
        self, slug: str, as_at: date, unit_id: str = ALL, period: Period | None = None
    ) -> Figure | None:
        """One number; None where a table is absent (no data). period None = the measure's own."""
        wanted = measure(slug)
        period = period or default_period(wanted, as_at)
        if self.figures.missing(wanted, as_at, period):
            return None
        mask = self.organisation.team_mask(unit_id)
        rows = self.figures.rows(wanted, as_at, period)
        return self.figures.figure(wanted, rows.where(lambda sheet: mask[sheet.team]))

    def by_team(self, slug: str, as_at: date, period: Period | None = None) -> dict[str | None, Figure]:
        """One number of every team and of no team (None); empty where there is no data."""
        wanted = measure(slug)
        period = period or default_period(wanted, as_at)
        if self.figures.missing(wanted, as_at, period):
            return {}
        found = self.figures.by_team(wanted, self.figures.rows(wanted, as_at, period))
        teams = self.world.facts.teams.ids
        return {
            team: figure
            for team, figure in zip((*teams, None), found, strict=True)
            if team not in self._services
        }

    @cached_property
    def _services(self) -> frozenset[str]:
        return frozenset(one for one, unit in self.units.items() if unit.kind != "team")

    def ledger_sizes(self, as_at: date, clock: str | None = None) -> dict[str, int]:
        """How many rows every clock, or one of them, has as at a day."""
        ledger = self.figures.ledger
        return {one: len(ledger.cut(one, day(as_at))) for one in ([clock] if clock else CLOCKS)}

    def measures(self, as_at: date, unit_id: str = ALL) -> list[dict[str, Any]]:
        """`perfbot measures --json`: every measure with value, of, met, target, rag, previous, periods."""
        return export.measures(self, as_at, unit_id)

    @property
    def slugs(self) -> tuple[str, ...]:
        return tuple(CATALOGUE)
