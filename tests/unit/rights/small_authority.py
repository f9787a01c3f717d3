"""A small invented authority for tests of rights: who is who and where each child is held, no figures.

ALL -- S1 -- T11, T12
    |- S2 -- T21
    '- T31 (a team that hangs under no service)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from kpi_engine.engine import Engine, Unit, User, Users, Worker
from kpi_engine.question import UnitKind

D = date(2026, 11, 15)
PARENTS = {"T11": "S1", "T12": "S1", "T21": "S2", "S1": "ALL", "S2": "ALL", "T31": "ALL", "ALL": None}
TEAMS = ("T11", "T12", "T21", "T31")
CHILD_OF = {"K11": "T11", "K12": "T12", "K21": "T21", "K31": "T31", "K00": None}
WORKER_OF = {"P11": "T11", "P12": "T12", "P21": "T21", "P31": "T31", "P00": None}
USERS = {
    "u-t11": ("team_manager", "T11", ""),
    "u-t12": ("team_manager", "T12", ""),
    "u-t31": ("team_manager", "T31", ""),
    "u-s1": ("service_manager", "S1", ""),
    "u-ad2": ("assistant_director", "S2", ""),
    "u-dir": ("director", "", ""),
    "u-an": ("analyst", "ALL", ""),
    "u-iro": ("team_manager", "T21", "T11"),
    "u-duty": ("team_manager", "T12", "S2"),
    "u-qa": ("analyst", "T31", "ALL"),
    "u-lost": ("team_manager", "T99", ""),
}


def _kind(unit: str) -> UnitKind:
    return "authority" if unit == "ALL" else "service" if unit.startswith("S") else "team"


class SmallAuthority(Engine):
    """The map of an authority: enough for every rule about who and where."""

    as_at = D
    authority = "Small"

    def __init__(self) -> None:
        self._units = {u: Unit(u, f"Unit {u}", _kind(u), p) for u, p in PARENTS.items()}
        self._below = {u: frozenset(v for v in PARENTS if u in self.path(v)) for u in PARENTS}
        rows = [
            User(uid, uid, role, unit or None, True, frozenset(filter(None, also.split(";"))))
            for uid, (role, unit, also) in USERS.items()
        ]
        self._users = Users([*rows, User("u-left", "u-left", "director", None, False)])

    @property
    def units(self) -> Mapping[str, Unit]:
        return self._units

    @property
    def workers(self) -> Mapping[str, Worker]:
        return {w: Worker(w, f"Worker {w}", team) for w, team in WORKER_OF.items()}

    @property
    def users(self) -> Users:
        return self._users

    def units_below(self, unit_id: str) -> frozenset[str]:
        return self._below.get(unit_id, frozenset())

    def path(self, unit_id: str) -> tuple[str, ...]:
        parent = PARENTS[unit_id]
        return (unit_id,) if parent is None else (unit_id, *self.path(parent))

    def nearest_common_parent(self, unit_ids: Sequence[str]) -> str:
        return next(u for u in self.path(unit_ids[0]) if all(u in self.path(other) for other in unit_ids))

    def knows_child(self, child_id: str) -> str | None:
        return child_id.upper() if child_id.upper() in CHILD_OF else None

    def child_teams(self, child_id: str) -> frozenset[str]:
        return frozenset(filter(None, [CHILD_OF.get(child_id)]))

    def child_team(self, child_id: str, on: date) -> str | None:
        return CHILD_OF.get(child_id)
