"""Whether a unit can hold a measure's population at all (asking.md, Units 5): LAC reviews in Fostering is no 0."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kpi_engine.figures import default_period
from kpi_engine.measure import Measure
from kpi_engine.measures import CATALOGUE, measure
from kpi_engine.question import ALL

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

CARER_TEAMS = frozenset({"fostering", "adoption"})
FRONT_DOOR_TEAMS = frozenset({"front_door"})
WITHOUT: dict[str, frozenset[str]] = {
    "front_door": CARER_TEAMS,
    "assessment": CARER_TEAMS,
    "child_in_need": CARER_TEAMS,
    "child_protection": CARER_TEAMS,
    "looked_after": CARER_TEAMS | FRONT_DOOR_TEAMS,
    "care_leavers": CARER_TEAMS | FRONT_DOOR_TEAMS | {"assessment"},
    "court": CARER_TEAMS | FRONT_DOOR_TEAMS,
    "private_fostering": CARER_TEAMS,
    "fostering_adoption": frozenset(
        {"front_door", "assessment", "cin_cp", "looked_after", "care_leavers", "disability", "asylum"}
    ),
}
"""Kinds of team that do not hold a family's population, unless the data says otherwise."""
WHOLE_AUTHORITY = frozenset({"in_house_places"})
"""Counted for the authority alone."""


def holds(engine: Engine, slug: str, unit_id: str, on: date) -> bool:
    """True where some team of the unit is of a kind that may hold the population, or holds some of it on the day."""
    if unit_id == ALL:
        return True
    if slug in WHOLE_AUTHORITY:
        return False
    wanted = measure(slug)
    kinds = {
        engine.units[one].team_kind for one in engine.units_below(unit_id) if engine.units[one].kind == "team"
    }
    excluded = WITHOUT.get(CATALOGUE[slug].family, frozenset())
    if not kinds or kinds - excluded:
        return True
    return _some(engine, wanted, unit_id, on)


def _some(engine: Engine, wanted: Measure, unit_id: str, on: date) -> bool:
    if engine.figures.missing(wanted):
        return False
    mask = engine.organisation.team_mask(unit_id)
    rows = engine.figures.rows(wanted, on, default_period(wanted, on)).where(lambda sheet: mask[sheet.team])
    return any(len(part) for part in rows.parts) or (rows.population is not None and len(rows.population) > 0)


def holders(engine: Engine, slug: str, on: date) -> list[str]:
    """Names of the units directly under the root that hold the population, for "it is held by ..."."""
    wanted = measure(slug)
    if slug in WHOLE_AUTHORITY or engine.figures.missing(wanted):
        return []
    rows = engine.figures.rows(wanted, on, default_period(wanted, on))
    sheets = [rows.population] if rows.population is not None else rows.parts
    teams = engine.world.facts.teams
    services: dict[str, None] = {}
    for sheet in sheets:
        for code in sorted(set(sheet.team.tolist())):
            if code >= 0:
                climb = teams.climb(code)
                services[teams.names[climb[1] if len(climb) > 1 else code]] = None
    return list(services)
