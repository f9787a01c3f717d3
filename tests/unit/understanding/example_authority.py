"""The example authority of tests/questions/FORMAT.md, as far as the reader asks of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.understanding.reading import Listener
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.engine import Unit, Worker
from kpi_engine.question import ALL, AUTHORITY, UnitRef

AS_AT = date(2026, 11, 15)
UNITS = (
    Unit("S1", "Access and Assessment", "service", ALL),
    Unit("T02", "MASH", "team", "S1", "front_door"),
    Unit("T03", "Skylakes", "team", "S1", "assessment", managed_service=True),
    Unit("S2", "Children's Social Work", "service", ALL),
    Unit("T11", "CSWT 1", "team", "S2", "cin_cp"),
    Unit("T12", "CSWT 2", "team", "S2", "cin_cp"),
    Unit("T14", "CSWT 4", "team", "S2", "cin_cp"),
    Unit("S3", "Children in Care", "service", ALL),
    Unit("T21", "CIC North", "team", "S3", "looked_after"),
    Unit("T23", "Young People's Team", "team", "S3", "care_leavers"),
    Unit("S4", "Fostering and Adoption", "service", ALL),
    Unit("T31", "Fostering", "team", "S4", "fostering"),
)
WORKERS = (
    Worker("P1191", "Nadia Rahman", "T11"),
    Worker("P1291", "Chloe Martin", "T12"),
    Worker("P1292", "Chloe Marsh", "T12"),
)
CHILDREN = {"C123": "T11", "C124": "T11", "C200": "T12", "C201": "T12", "C300": "T21"}
USERS: dict[str, UnitRef] = {
    "U-DIR": AUTHORITY,
    "U-AN": AUTHORITY,
    **{f"U-AD{n}": UnitRef("service", f"S{n}") for n in (1, 2, 3, 4)},
    **{f"U-{t}": UnitRef("team", t) for t in ("T03", "T11", "T12", "T21", "T23")},
}


class ExampleAuthority:
    """Units, workers and children without an extract behind them."""

    as_at = AS_AT

    def __init__(self, units: Sequence[Unit] = UNITS, workers: Sequence[Worker] = WORKERS) -> None:
        self.units: Mapping[str, Unit] = {
            ALL: Unit(ALL, "Example", "authority", None),
            **{u.id: u for u in units},
        }
        self.workers: Mapping[str, Worker] = {w.id: w for w in workers}

    def knows_child(self, child_id: str) -> str | None:
        return child_id.upper() if child_id.upper() in CHILDREN else None

    def child_team(self, child_id: str, on: date) -> str | None:
        return CHILDREN.get(child_id)

    def units_below(self, unit_id: str) -> frozenset[str]:
        if unit_id == ALL:
            return frozenset(self.units)
        below = {unit_id} if unit_id in self.units else set()
        for unit in self.units.values():
            if unit.parent_id in below and unit.id != ALL:
                below.add(unit.id)
        return frozenset(below)

    def path(self, unit_id: str) -> tuple[str, ...]:
        out = [unit_id]
        while out[-1] != ALL:
            out.append(self.units[out[-1]].parent_id or ALL)
        return tuple(out)

    def nearest_common_parent(self, unit_ids: Sequence[str]) -> str:
        paths = [self.path(u) for u in unit_ids]
        return next((u for u in paths[0] if all(u in p for p in paths)), ALL)

    def vocabulary(self) -> Vocabulary:
        return Vocabulary.build(self)

    def listener(self, user: str, place: str = "personal") -> Listener:
        """Who asks, in the personal chat or in a team's channel; rows only inside both."""
        own = USERS[user]
        rows = None if own.id == ALL else self.units_below(own.id)
        if place == "personal":
            return Listener(own, own, rows)
        channel = self.units_below(place)
        return Listener(own, self.units[place].ref, channel if rows is None else rows & channel)
