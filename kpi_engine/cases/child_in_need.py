"""CIN cases, their plans, their closures."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, Days
from kpi_engine.facts import NOBODY
from kpi_engine.sheet import Events, Sheet, of_children
from kpi_engine.view import View
from kpi_engine.world import World

ALWAYS = NEVER + 1
"""The as-at day after every other: what is known until then is known for good."""
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
    """Episodes closed that had no CP plan and no care period (short breaks aside) in between; size: days open.

    Whether a care period was a short break can change with D, so an episode is there on some as-at days only. A plan or
    period that begins on the day of the close is not in between: on that day the case is no longer open.
    """
    frame = world.facts["ssd_cin_episodes"]
    start, close = frame.day("cine_referral_date"), frame.day("cine_close_date")
    keep = ~frame.flag("cine_referral_nfa") & (close < NEVER) & (start < NEVER) & (close >= start)
    row, since, until = _not_escalated(world, np.flatnonzero(keep))
    team = world.facts.teams.codes(frame.text("cine_referral_team"))
    found = on_its_date(
        world, frame.child[row], close[row], record_team=team[row], closes=True, size=close[row] - start[row]
    )
    found.known_from, found.known_until = since, until
    return found


def _not_escalated(world: World, episodes: Days) -> tuple[Days, Days, Days]:
    """(episode, first as-at day, last as-at day + 1): when it was true, as known then, that the child was not on this
    authority's CP plan nor looked after during the episode."""
    frame, cp, care = world.facts["ssd_cin_episodes"], world.facts["ssd_cp_plans"], world.care
    start, close = frame.day("cine_referral_date"), frame.day("cine_close_date")
    stays: dict[int, list[tuple[int, int, int, int]]] = {}
    for row in np.flatnonzero(~cp.flag("cppl_cp_plan_ola") & (cp.child >= 0)):
        stay = (
            int(cp.day("cppl_cp_plan_start_date")[row]),
            int(cp.day("cppl_cp_plan_end_date")[row]),
            0,
            ALWAYS,
        )
        stays.setdefault(int(cp.child[row]), []).append(stay)
    for row in np.flatnonzero(care.start < NEVER):
        version = (
            int(care.start[row]),
            int(care.end[row]),
            int(care.valid_from[row]),
            int(care.valid_to[row]),
        )
        stays.setdefault(int(care.child[row]), []).append(version)
    out: list[tuple[int, int, int]] = []
    for one in episodes.tolist():
        first = int(close[one])
        between = sorted(
            (since, until) for s, e, since, until in stays.get(int(frame.child[one]), [])
            if s < close[one] and e > start[one]
        )  # fmt: skip
        for since, until in between:
            if since > first:
                out.append((one, first, since))
            first = max(first, until)
        if first < ALWAYS:
            out.append((one, first, ALWAYS))
    columns = np.array(out, dtype=np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


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
