"""Whose an event is: the allocation on its date, without reaching back (rules 3.5)."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER, Days
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN, Codes
from kpi_engine.sheet import Events
from kpi_engine.world import World


def on_its_date(
    world: World, child: Codes, when: Days, *, record_team: Codes | None = None, lead_team: Codes | None = None,
    closes: bool = False, met_from: Days | None = None, size: Days | None = None, lead_takes_worker: bool = False,
) -> Events:  # fmt: skip
    """Events with their owners.

    closes: something ended, so it belongs to whoever held it the day before.  lead_team: a team that comes before the
    allocation (a referral's own team, the team deciding a contact).  lead_takes_worker: then the worker counts only if
    of that team.
    """
    on = np.where(when < NEVER, when - 1 if closes else when, when)
    worker, team = world.allocation.of(child, on, record_team)
    if lead_team is not None:
        led = lead_team != TEAM_NOT_GIVEN
        if lead_takes_worker:
            worker = np.where(led & (team != lead_team) | (lead_team == NO_TEAM), NOBODY, worker)
        team = np.where(led, lead_team, team)
    return Events(when, child, team, worker, met_from, size)
