"""Units, workers and users of an extract, as the bot knows them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from kpi_engine import cells
from kpi_engine.days import NEVER, Mask, day
from kpi_engine.facts import NO_TEAM, NOBODY
from kpi_engine.question import ALL, UnitKind, UnitRef
from kpi_engine.users import User, Users
from kpi_engine.world import World

TEAM_KINDS = (
    "front_door", "assessment", "cin_cp", "looked_after", "care_leavers", "disability", "asylum", "fostering",
    "adoption", "other",
)  # fmt: skip
"""local_teams.kind: what kind of work a team does."""


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
    """A professional; `team_id` = the team the worker holds on the extract's date (local_staff, else the newest
    involvement), None if none is known."""

    id: str
    name: str
    team_id: str | None


class Organisation:
    """The tree of units and the people in it."""

    def __init__(self, world: World, authority: str) -> None:
        self._world = world
        self.authority = authority or "The whole authority"

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Every unit by id, the authority first."""
        teams = self._world.facts.teams
        local = self._world.facts["local_teams"]
        told = {str(one): row for row, one in reversed(list(enumerate(local.text("team_id"))))}
        out = {ALL: Unit(ALL, self.authority, "authority", None)}
        has_children = {p for p in teams.parent if p >= 0}
        for code, one in enumerate(teams.ids):
            if one in out:
                continue
            row = told.get(one)
            out[one] = Unit(
                one, teams.names[code], "service" if code in has_children else "team", teams.id(teams.parent[code]),
                "" if row is None else str(local.text("kind")[row]).strip().lower(),
                row is not None and bool(local.flag("managed_service")[row]),
                None if row is None else str(local.text("manager_id")[row]) or None,
            )  # fmt: skip
        return out

    @cached_property
    def _everything(self) -> frozenset[str]:
        return frozenset(self.units)

    def units_below(self, unit_id: str) -> frozenset[str]:
        """The unit's own id and those of every unit below it; for ALL every unit; empty if unknown."""
        if unit_id == ALL:
            return self._everything
        teams = self._world.facts.teams
        code = teams.place.get(unit_id)
        return frozenset() if code is None else frozenset(teams.ids[c] for c in teams.below[code])

    def path(self, unit_id: str) -> tuple[str, ...]:
        """Unit ids from the unit up to its root, then ALL."""
        teams = self._world.facts.teams
        code = teams.place.get(unit_id)
        climb = [] if code is None else [teams.ids[c] for c in teams.climb(code)]
        return (*climb, ALL)

    def nearest_common_parent(self, unit_ids: tuple[str, ...] | list[str]) -> str:
        """The lowest unit that holds all of them; ALL if none does, and where it is the department above all others."""
        paths = [self.path(one) for one in unit_ids]
        if not paths:
            return ALL
        lowest = next((one for one in paths[0] if all(one in p for p in paths)), ALL)
        return ALL if len(self.units_below(lowest)) >= len(self._everything) - 1 else lowest

    def team_mask(self, unit_id: str) -> Mask:
        """By team code (the last place = no team): whether its rows belong to the unit."""
        teams = self._world.facts.teams
        if unit_id == ALL:
            return np.ones(len(teams.ids) + 1, dtype=bool)
        out = np.zeros(len(teams.ids) + 1, dtype=bool)
        code = teams.place.get(unit_id)
        if code is not None:
            out[list(teams.below[code])] = True
        return out

    def team_alone(self, unit_id: str) -> int | None:
        """The code of a unit that has no other below it; None for one that has, and for one nobody knows."""
        teams = self._world.facts.teams
        code = teams.place.get(unit_id)
        return code if code is not None and unit_id != ALL and list(teams.below[code]) == [code] else None

    def mask_of(self, unit_ids: frozenset[str] | None) -> Mask:
        """By team code: whether the team is one of these units; None = every one, "no team" too."""
        teams = self._world.facts.teams
        if unit_ids is None:
            return np.ones(len(teams.ids) + 1, dtype=bool)
        out = np.zeros(len(teams.ids) + 1, dtype=bool)
        out[[teams.place[one] for one in unit_ids if one in teams.place]] = True
        return out

    @cached_property
    def workers(self) -> dict[str, Worker]:
        """Every professional by id, with the team held on the extract's date."""
        facts = self._world.facts
        professional = facts["ssd_professionals"]
        names = dict(
            zip(
                professional.text("prof_professional_id"),
                professional.text("prof_professional_name"),
                strict=True,
            )
        )
        team = self._worker_teams()
        return {one: Worker(one, str(names.get(one) or one), team.get(one)) for one in facts.workers.ids}

    def _worker_teams(self) -> dict[str, str | None]:
        facts = self._world.facts
        as_at = day(facts.extract.as_at)
        involvement = facts["ssd_involvements"]
        worker = facts.allocated_worker(involvement.text("invo_professional_id"))
        team = facts.teams.codes(involvement.text("invo_professional_team"))
        start = involvement.day("invo_involvement_start_date")
        out: dict[str, str | None] = {}
        use = np.flatnonzero((worker != NOBODY) & (team > NO_TEAM) & (start <= as_at))
        for row in use[np.argsort(start[use], kind="stable")]:
            out[facts.workers.ids[worker[row]]] = facts.teams.ids[team[row]]
        staff = facts["local_staff"]
        codes = facts.teams.codes(staff.text("team_id"))
        here = (staff.day("end_date") > as_at) & (
            (staff.day("start_date") <= as_at) | (staff.day("start_date") >= NEVER)
        )
        for row in np.flatnonzero(here & (codes > NO_TEAM)):
            out[str(staff.text("professional_id")[row])] = facts.teams.ids[codes[row]]
        return out

    @cached_property
    def users(self) -> Users:
        """Everybody in local_users."""
        frame = self._world.facts["local_users"]
        return Users(self._user(row) for row in range(frame.rows))

    def _user(self, row: int) -> User:
        frame = self._world.facts["local_users"]
        sees = str(frame.text("also_sees")[row])
        return User(
            str(frame.text("user_id")[row]), str(frame.text("name")[row]),
            cells.code(str(frame.text("role")[row])).lower(), str(frame.text("unit_id")[row]) or None,
            bool(frame.flag("active")[row]), frozenset(part.strip() for part in sees.split(";") if part.strip()),
        )  # fmt: skip
