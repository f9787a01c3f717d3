"""CIN cases, their plans, their closures."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, Mask
from kpi_engine.facts import NOBODY
from kpi_engine.sheet import Events, Sheet, of_children
from kpi_engine.view import View
from kpi_engine.world import World

STEPPED_DOWN = "RC9"
"""Reason for closure: closed after assessment, referred to early help (CIN census)."""


def cin(view: View) -> Sheet:
    return of_children(view.cin, view.owners)


def cin_unallocated(view: View) -> Sheet:
    return of_children(view.cin & (view.owners[0] == NOBODY), view.owners)


def open_episodes(view: View) -> Sheet:
    """Open episodes, counted as episodes; each belongs to its own referral team where nobody holds the child."""
    frame, rows = view.facts["ssd_cin_episodes"], view.open_episodes
    team = view.facts.teams.codes(frame.text("cine_referral_team"))[rows]
    worker, team = view.world.allocation.of(frame.child[rows], view.as_at, team)
    return Sheet(frame.child[rows], team, worker, np.ones(len(rows), dtype=bool))


def cin_plan(view: View) -> Sheet:
    """Children with an open CIN plan."""
    frame, rows = view.facts["ssd_cin_plans"], view.open_cin_plans
    team = view.facts.teams.codes(frame.text("cinp_cin_plan_team"))[rows]
    worker, team = view.world.allocation.of(frame.child[rows], view.as_at, team)
    return Sheet(frame.child[rows], team, worker, np.ones(len(rows), dtype=bool), distinct=True)


def cin_durations(world: World) -> Events:
    """Episodes closed that had no CP plan and no care period (short breaks aside) in between; size: days open."""
    frame = world.facts["ssd_cin_episodes"]
    start, close = frame.day("cine_referral_date"), frame.day("cine_close_date")
    keep = ~frame.flag("cine_referral_nfa") & (close < NEVER) & (start < NEVER) & (close >= start)
    keep &= ~_escalated(world)
    when = np.where(keep, close, NEVER)
    team = world.facts.teams.codes(frame.text("cine_referral_team"))
    return on_its_date(
        world, frame.child, when, record_team=team, closes=True, size=np.where(keep, close - start, 0)
    )


def _escalated(world: World) -> Mask:
    """Episodes during which the child was on this authority's CP plan or looked after."""
    frame, cp, care = world.facts["ssd_cin_episodes"], world.facts["ssd_cp_plans"], world.care
    start, close = frame.day("cine_referral_date"), frame.day("cine_close_date")
    stays: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(~cp.flag("cppl_cp_plan_ola") & (cp.child >= 0)):
        stay = (int(cp.day("cppl_cp_plan_start_date")[row]), int(cp.day("cppl_cp_plan_end_date")[row]))
        stays.setdefault(int(cp.child[row]), []).append(stay)
    for row in np.flatnonzero(care.final & (care.start < NEVER)):
        stays.setdefault(int(care.child[row]), []).append((int(care.start[row]), int(care.end[row])))
    return np.array(
        [
            any(s <= close[row] and e > start[row] for s, e in stays.get(int(frame.child[row]), []))
            for row in range(frame.rows)
        ],
        dtype=bool,
    )


def closures(world: World) -> Events:
    """Episodes by the day they closed; met: stepped down to early help."""
    frame = world.facts["ssd_cin_episodes"]
    close = frame.day("cine_close_date")
    stepped_down = frame.code("cine_close_reason") == STEPPED_DOWN
    team = world.facts.teams.codes(frame.text("cine_referral_team"))
    referred = frame.day("cine_referral_date")
    found = on_its_date(world, frame.child, close, record_team=team, closes=True,
                        met_from=np.where(stepped_down, close, NEVER))  # fmt: skip
    found.known_from = np.where(referred < NEVER, referred, close)
    return found


AS_AT = {"cin": cin, "cin_unallocated": cin_unallocated, "open_episodes": open_episodes, "cin_plan": cin_plan}
EVENTS = {"cin_durations": cin_durations, "closures": closures}
