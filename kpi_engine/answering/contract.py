"""A managed service against its contract: its measures against their targets, their trend, and the difference to the
other teams that do the same work.

A managed service is a team with managed_service Y in local_teams (measures.md); what its contract agrees otherwise than
the plan stands in the targets file (by_unit). Where the rules are silent: the other teams are those of the same kind;
where there is none of its kind, those that hold anything of the same measure. They count together, as one team would.
Backlogs are compared as a share of their population, and volumes not at all: teams differ in size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from kpi_engine import signals
from kpi_engine.answer import Answer, Figure, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import Counter, when
from kpi_engine.answering.shows import points
from kpi_engine.answering.words import listed
from kpi_engine.figures import Figures
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share
from kpi_engine.measures import CATALOGUE
from kpi_engine.organisation import Unit
from kpi_engine.question import ALL
from kpi_engine.rounding import percentage

SMALL_OF = signals.SMALL_OF
"""With fewer than so many to count, one child decides: the difference is given with its bounds."""
COLOURS = ("red", "amber", "green", None)


def contract(asked: Asked) -> Answer:
    """Every measure the managed service has something of, the furthest off target first, and the others beside it."""
    engine, question = asked.engine, asked.question
    services = managed(asked)
    below = engine.units_below(question.unit.id)
    mine = [unit for unit in services if unit.id in below] or (services if question.unit.id == ALL else [])
    if len(mine) != 1:
        return Answer("no_data", question, data=engine.stamp, note=_which(asked, services, mine))
    unit = mine[0]
    question = question.but(
        unit=unit.ref, units=(), worker=None, child=None, filters=(), period=None, by=None
    )
    alone = Asked(engine, question, asked.scope)
    found = [_measured(alone, unit, wanted) for wanted in _wanted(alone, unit)]
    held = [one for one in found if _worth_showing(one)]
    ranked = sorted(held, key=lambda one: COLOURS.index(one.rag))
    return replace(asked.answer(ranked), question=question)


def managed(asked: Asked) -> list[Unit]:
    """The managed services of the extract, by name."""
    return sorted((u for u in asked.engine.units.values() if u.managed_service), key=lambda u: u.name)


def summary(asked: Asked, unit: Unit) -> dict[str, Any]:
    """A managed service in a briefing: how many targets it meets, on how many measures it is better or worse than the
    other teams. {"unit", "name", "met", "of", "better", "worse", "furthest"}; furthest: the slug furthest behind,
    of those with enough to count."""
    alone = Asked(asked.engine, asked.question.but(unit=unit.ref, filters=()), asked.scope)
    # Numbers without a filter: open to everybody, so the same under every scope.
    return asked.engine.kept.contract(alone.question, lambda: _summary(alone, unit))


def _summary(alone: Asked, unit: Unit) -> dict[str, Any]:
    found = [one for wanted in _wanted(alone, unit) if _worth_showing(one := _line(alone, unit, wanted))]
    coloured = [one for one in found if one.rag]
    behind = [one for one in found if one.extra["contract"]["better"] is False]
    firm = [one for one in behind if one.extra["contract"]["bounds"] is None]
    furthest = max(firm, key=lambda one: abs(one.extra["contract"]["difference"]), default=None)
    return {
        "unit": unit.id, "name": unit.name,
        "met": sum(one.rag == "green" for one in coloured), "of": len(coloured),
        "better": sum(one.extra["contract"]["better"] is True for one in found), "worse": len(behind),
        "furthest": furthest.measure if furthest else None,
    }  # fmt: skip


def _which(asked: Asked, services: Sequence[Unit], mine: Sequence[Unit]) -> str:
    """Why there is no contract to show, and whose could be asked for."""
    name = asked.engine.units[asked.question.unit.id].name
    if not services:
        return "No team of this extract is a managed service (local_teams, managed_service)."
    whose = listed([unit.name for unit in mine or services])
    if mine:
        return f"{name} has {len(mine)} managed services: {whose}. Please name one."
    return f"{name} is not a managed service, so it has no contract; {whose} {'is' if len(services) == 1 else 'are'}."


def _wanted(asked: Asked, unit: Unit) -> list[Measure]:
    """The measures asked for, or all that the unit can hold."""
    named = asked.question.measures
    as_at = asked.question.as_at
    return [
        wanted for wanted in CATALOGUE.values()
        if (not named or wanted.slug in named) and asked.engine.holds_population(wanted.slug, unit.id, as_at)
    ]  # fmt: skip


def _worth_showing(found: MeasureAnswer) -> bool:
    """Left out: no data, nothing to count of, and a volume of which there is and was none."""
    if found.target is None and not found.value and not found.previous and found.of is None:
        return False
    return not found.no_data and found.value is not None and (found.of is None or found.of > 0)


def _measured(asked: Asked, unit: Unit, wanted: Measure) -> MeasureAnswer:
    """A line with its trend."""
    found = _line(asked, unit, wanted)
    if not _worth_showing(found):
        return found
    shown = points(asked.counter, wanted, asked)
    told = signals.signal(wanted, shown)
    extra = dict(found.extra) | ({"signal": told.to_json()} if told else {})
    return replace(found, points=shown, extra=extra)


def _line(asked: Asked, unit: Unit, wanted: Measure) -> MeasureAnswer:
    """The measure's number with, under extra["contract"], where its target comes from and the others beside it."""
    found = asked.headline(wanted)
    if not _worth_showing(found):
        return found
    told = asked.engine.targets.targets.get(wanted.slug)
    own = told is not None and bool(told.by_unit.get(unit.id))
    teams, alike = _others(asked, unit, wanted)
    theirs = _together(asked, wanted, teams)
    compared = compared_with(wanted, Figure(found.value, found.of, found.met), theirs)
    shown = {
        "target_of": None if found.target is None else "contract" if own else "plan",
        "others": None if theirs is None else theirs.to_json() | {"teams": list(teams), "same_kind": alike},
        **compared.to_json(),
    }
    return replace(found, extra={"contract": shown})


def _others(asked: Asked, unit: Unit, wanted: Measure) -> tuple[tuple[str, ...], bool]:
    """(the other teams that hold anything of the measure, whether they are of the same kind)."""
    engine = asked.engine
    as_at, period = when(wanted, asked.question.as_at, None)
    figures: Figures = engine.figures
    held = figures.of_teams(wanted, as_at, period)
    teams = [
        engine.units[one] for one, figure in zip(engine.world.facts.teams.ids, held, strict=False)
        if one != unit.id and engine.units[one].kind == "team" and (figure.of or (figure.of is None and figure.value))
    ]  # fmt: skip
    alike = [team for team in teams if unit.team_kind and team.team_kind == unit.team_kind]
    return tuple(team.id for team in alike or teams), bool(alike)


def _together(asked: Asked, wanted: Measure, teams: Sequence[str]) -> Figure | None:
    """The others' number, counted as if they were one team; None where there is no other."""
    if not teams:
        return None
    as_at: date
    as_at, period = when(wanted, asked.question.as_at, None)
    mask = asked.engine.organisation.mask_of(frozenset(teams))
    return Counter(asked.engine, ALL, teams=np.asarray(mask)).figure(wanted, as_at, period)


@dataclass(frozen=True)
class Compared:
    """Ours less theirs. of: what is compared, "points", "points of the population" or the measure's own unit; None =
    not compared.  bounds: least and most if one row more or fewer had been met, where either side is small."""

    difference: float | None = None
    of: str | None = None
    better: bool | None = None
    bounds: tuple[float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {"difference": self.difference, "difference_in": self.of, "better": self.better,
                "bounds": list(self.bounds) if self.bounds else None}  # fmt: skip


def compared_with(wanted: Measure, ours: Figure, theirs: Figure | None) -> Compared:
    """The difference of two numbers of one measure, like for like."""
    if theirs is None or not isinstance(wanted, Rate | Share | Backlog | Average):
        return Compared()
    if isinstance(wanted, Average):
        return _told(wanted, ours.value, theirs.value, wanted.counts, None)
    what = "points of the population" if isinstance(wanted, Backlog) else "points"
    mine, other = _shares(ours), _shares(theirs)
    if mine is None or other is None:
        return Compared()
    spread = sorted((round(mine[0] - other[2], 1), round(mine[2] - other[0], 1)))
    bounds = (spread[0], spread[1]) if mine[0] != mine[2] or other[0] != other[2] else None
    return _told(wanted, mine[1], other[1], what, bounds)


def _shares(found: Figure) -> tuple[float, float, float] | None:
    """Percentages: with one fewer, as it is, with one more; of ten and more the same three times."""
    of, met = int(found.of or 0), int(found.met or 0)
    if not of:
        return None
    step = 1 if of < SMALL_OF else 0
    low, is_, high = (percentage(n, of) for n in (max(met - step, 0), met, min(met + step, of)))
    assert low is not None
    assert is_ is not None
    assert high is not None
    return low, is_, high


def _told(
    wanted: Measure, ours: float | None, theirs: float | None, what: str, bounds: tuple[float, float] | None
) -> Compared:
    if ours is None or theirs is None:
        return Compared()
    difference = round(ours - theirs, 1)
    better = (
        None
        if wanted.good_is == "neutral" or not difference
        else (difference > 0) == (wanted.good_is == "high")
    )
    return Compared(difference, what, better, bounds)
