"""Pre-proceedings and care proceedings, open and concluded."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.meetings import held
from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, Days
from kpi_engine.facts import Codes
from kpi_engine.sheet import Events, Sheet, of_cut
from kpi_engine.view import View
from kpi_engine.world import World


def _open(view: View, clock: str) -> Sheet:
    sheet = of_cut(view.open(clock))
    sheet.distinct = True
    return sheet


def pre_proceedings_open(view: View) -> Sheet:
    return _open(view, "pre_proceedings")


def proceedings_open(view: View) -> Sheet:
    return _open(view, "care_proceedings")


def _ended(world: World, child: Codes, start: Days, end: Days) -> Events:
    keep = (start < NEVER) & (end < NEVER) & (end >= start)
    when = np.where(keep, end, NEVER)
    return on_its_date(world, child, when, closes=True, size=np.where(keep, end - start, 0))


def pre_proceedings_ended(world: World) -> Events:
    """By the day they ended; size: days from the letter, else the decision. Before a letter's day it does not exist."""
    frame = world.facts["local_pre_proceedings"]
    letter, decision, end = frame.day("letter_date"), frame.day("decision_date"), frame.day("end_date")
    found = _ended(world, np.tile(frame.child, 2), np.append(letter, decision), np.tile(end, 2))
    found.known_from = np.append(letter, np.zeros(frame.rows, dtype=np.int64))
    found.known_until = np.append(np.full(frame.rows, NEVER + 1), letter)
    return found


def proceedings_concluded(world: World) -> Events:
    frame = world.facts["local_court"]
    return _ended(world, frame.child, frame.day("issue_date"), frame.day("conclusion_date"))


def legal_planning_meetings(world: World) -> Events:
    return held(world, "legal_planning")


AS_AT = {"pre_proceedings_open": pre_proceedings_open, "proceedings_open": proceedings_open}
EVENTS = {
    "pre_proceedings_ended": pre_proceedings_ended, "proceedings_concluded": proceedings_concluded,
    "legal_planning_meetings": legal_planning_meetings,
}  # fmt: skip
