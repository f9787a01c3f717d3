"""The engine: one opened extract, and every question that can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpi_engine.answer import Answer
from kpi_engine.question import Question, Scope, UnitKind, UnitRef


@dataclass(frozen=True)
class Unit:
    """A row of ssd_department (or the authority itself), with what local_teams says of it.

    kind: "team" (no department below it), "service" (has departments below it) or "authority" (id ALL).
    team_kind: local_teams.kind (assessment, cin_cp, looked_after, ...) or "".
    """

    id: str
    name: str
    kind: UnitKind
    parent_id: str | None
    team_kind: str = ""
    managed_service: bool = False
    manager_id: str | None = None

    @property
    def ref(self) -> UnitRef:
        return UnitRef(self.kind, self.id)


@dataclass(frozen=True)
class Worker:
    """A professional; `team_id` = the team the worker holds on the as-at date (local_staff, else the newest
    involvement), None if none is known."""

    id: str
    name: str
    team_id: str | None


@dataclass(frozen=True)
class User:
    """A row of local_users (rights.md 1). unit_id None = the whole authority; also_sees: unit ids or {"ALL"}."""

    user_id: str
    name: str
    role: str
    unit_id: str | None
    active: bool
    also_sees: frozenset[str] = frozenset()


class Engine:
    """An opened extract. Pure: no clock, no network; the same question and scope give equal answers.

    as_at: the extract's own date; questions may ask of any earlier date.
    """

    as_at: date
    authority: str

    @property
    def units(self) -> Mapping[str, Unit]:
        """Every unit by id, the authority (`ALL`) included."""
        raise NotImplementedError

    @property
    def workers(self) -> Mapping[str, Worker]:
        """Every professional by id."""
        raise NotImplementedError

    @property
    def users(self) -> Mapping[str, User]:
        """Everybody in local_users by user_id."""
        raise NotImplementedError

    def units_below(self, unit_id: str) -> frozenset[str]:
        """The unit's own id and the ids of every unit below it (for ALL: every unit). Empty if unknown."""
        raise NotImplementedError

    def path(self, unit_id: str) -> tuple[str, ...]:
        """Unit ids from the unit up to its root, the unit first, `ALL` last."""
        raise NotImplementedError

    def nearest_common_parent(self, unit_ids: Sequence[str]) -> str:
        """The lowest unit that holds all of them; `ALL` if none does."""
        raise NotImplementedError

    def knows_child(self, child_id: str) -> str | None:
        """The child's id as the extract spells it (matched case-insensitively), or None."""
        raise NotImplementedError

    def child_team(self, child_id: str, on: date) -> str | None:
        """The team that holds the child on that day, or None (also for an unknown child)."""
        raise NotImplementedError

    def holds_population(self, slug: str, unit_id: str, on: date) -> bool:
        """Whether the unit can hold the measure's population at all (asking.md, Units 5)."""
        raise NotImplementedError

    def ask(self, question: Question, scope: Scope) -> Answer:
        """The one door. Answers every show; rows outside the scope are left out and named in `held_back`;
        a question of nothing but rows outside the scope raises NotPermitted.

        Raises Unknown for a measure, unit, worker or child that does not exist, InputError for an as-at date
        after the extract's.
        """
        raise NotImplementedError

    def measures(self, as_at: date, unit_id: str) -> list[dict[str, Any]]:
        """`perfbot measures --json`: every measure with value, of, met, target, rag, previous, periods."""
        raise NotImplementedError
