"""Children in need: a plan within eight weeks, visits and reviews while the plan runs on its own.

Source: improvement plan, work stream 2 (no case without a plan over 6 to 8 weeks); visits and reviews are local
standards. CIN visits stop while a child protection plan or a care period (short breaks aside) runs.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from kpi_engine.clocks import Duties, Regimes, chain, deadlines, rhythm
from kpi_engine.days import NEVER, Days
from kpi_engine.duties.events import meetings
from kpi_engine.facts import NOBODY, Codes
from kpi_engine.joins import Events
from kpi_engine.world import World


def cin_plan(world: World) -> Duties:
    """From the referral to the earliest plan of the child: CIN plan, CP plan, care period (short breaks included)."""
    episode, limit = world.facts["ssd_cin_episodes"], world.limits["cin_plan"]
    rows = np.flatnonzero(~episode.flag("cine_referral_nfa"))
    child, start = episode.child[rows], episode.day("cine_referral_date")[rows]
    close = episode.day("cine_close_date")[rows]
    of, begun, ended = _stays(world)
    order = np.argsort(of, kind="stable")
    of, begun, ended = of[order], begun[order], ended[order]
    low, high = np.searchsorted(of, child, "left"), np.searchsorted(of, child, "right")
    # Every episode beside every stay of its child.
    count = np.where(start < NEVER, high - low, 0)
    place = np.repeat(np.arange(len(rows)), count)
    stay = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    runs = (begun[stay] <= start[place]) & (ended[stay] > start[place])
    running = np.bincount(place[runs], minlength=len(rows)) > 0
    first = _first_days(world).first(child, start)
    return deadlines(
        child, episode.text("cine_referral_id")[rows], start=start, due=limit.due(start),
        done=np.where(running, start, first), ended=close, wd=limit.in_working_days,
        record_team=world.facts.teams.codes(episode.text("cine_referral_team"))[rows], place=rows,
    )  # fmt: skip


def _stays(world: World) -> tuple[Codes, Days, Days]:
    """(child, start, end) of everything that counts as a plan while it runs."""
    cin, cp, care = (world.facts[n] for n in ("ssd_cin_plans", "ssd_cp_plans", "ssd_cla_episodes"))
    own = ~cp.flag("cppl_cp_plan_ola")
    child = np.concatenate([cin.child, cp.child[own], care.child])
    start = np.concatenate([cin.day("cinp_cin_plan_start_date"), cp.day("cppl_cp_plan_start_date")[own],
                            care.day("clae_cla_episode_start_date")])  # fmt: skip
    end = np.concatenate([world.cin_plan_end, cp.day("cppl_cp_plan_end_date")[own],
                          care.day("clae_cla_episode_ceased_date")])  # fmt: skip
    real = (child >= 0) & (start < NEVER)
    return child[real], start[real], end[real]


def _first_days(world: World) -> Events:
    """The first days of plans: CIN plans whose case had not closed before they began, CP plans, care periods."""
    cin, cp, care = world.facts["ssd_cin_plans"], world.facts["ssd_cp_plans"], world.care
    begun = cin.day("cinp_cin_plan_start_date")
    runs = begun <= world.closes(cin.text("cinp_referral_id"))
    own = ~cp.flag("cppl_cp_plan_ola")
    return Events(
        np.concatenate([cin.child[runs], cp.child[own], care.child]),
        np.concatenate([begun[runs], cp.day("cppl_cp_plan_start_date")[own], care.own_start]),
    )


def _stretches(world: World) -> Regimes:
    """Each unbroken stretch of a CIN plan's days that are neither on a CP plan nor in care (half-open)."""
    plan, cp, care = world.facts["ssd_cin_plans"], world.facts["ssd_cp_plans"], world.care
    start, end = plan.day("cinp_cin_plan_start_date"), world.cin_plan_end
    blocks: dict[int, list[tuple[int, int]]] = {}
    begun, over = cp.day("cppl_cp_plan_start_date"), cp.day("cppl_cp_plan_end_date")
    own = ~cp.flag("cppl_cp_plan_ola") & (cp.child >= 0) & (begun < NEVER)
    for one, *stay in zip(cp.child[own].tolist(), begun[own].tolist(), over[own].tolist(), strict=True):
        blocks.setdefault(one, []).append((stay[0], stay[1]))
    versions: dict[int, list[int]] = {}
    for place, one in enumerate(care.child.tolist()):
        versions.setdefault(one, []).append(place)
    # Most children are never on a CP plan nor in care: their plans are one stretch, and there are very many.
    apart = np.isin(plan.child, np.array([*blocks, *versions], dtype=np.int64))
    plain = np.flatnonzero(~apart & ((start < end) | (start >= NEVER)))
    out: list[tuple[int, int, int, int, int, int]] = []  # row, line, start, end, valid_from, valid_to
    line = plan.rows
    for row in np.flatnonzero(apart).tolist():
        child, first_day, last_day = int(plan.child[row]), int(start[row]), int(end[row])
        mine = versions.get(child, [])
        for since, until in _spans(care.valid_to, mine, first_day):
            stays = list(blocks.get(child, []))
            for place in mine:
                # A version that begins inside the span is of a period not yet begun at the span's start: its days
                # lie after its own valid_from, so it can be laid over the whole span.
                if (
                    care.valid_from[place] < until
                    and care.valid_to[place] > since
                    and care.start[place] < NEVER
                ):
                    stays.append((int(care.start[place]), int(care.end[place])))
            for first, last in _gaps(first_day, last_day, stays):
                out.append((row, line, first, last, since, until))
            line += 1
    begun, over = start[plain], end[plain]
    whole = np.array([plain, plain, begun, over, begun, np.full(len(plain), NEVER + 1)])
    columns = np.concatenate([whole, np.array(out, dtype=np.int64).reshape(-1, 6).T], axis=1)
    columns = columns[:, np.argsort(columns[0], kind="stable")]
    rows = columns[0]
    return Regimes(
        child=plan.child[rows], subject=plan.text("cinp_cin_plan_id")[rows], group=plan.child[rows], line=columns[1],
        start=columns[2], end=columns[3], valid_from=np.maximum(columns[4], np.minimum(start[rows], NEVER)),
        valid_to=columns[5], place=rows, record_team=world.facts.teams.codes(plan.text("cinp_cin_plan_team"))[rows],
        doubtful_start=columns[2] >= NEVER,
    )  # fmt: skip


def _spans(valid_to: Days, mine: list[int], start: int) -> list[tuple[int, int]]:
    """The spans of as-at dates, from the plan's start on, between which what is known of a child's care changes; nearly
    always one."""
    changes = sorted({int(valid_to[p]) for p in mine if start < valid_to[p] <= NEVER})
    edges = [start, *changes, NEVER + 1]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def _gaps(start: int, end: int, stays: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """[start, end) without the stays. A plan without a start gives one shadow stretch."""
    if start >= NEVER:
        return [(NEVER, end)]
    out = []
    cursor = start
    for first, last in sorted(stays):
        if last <= cursor or first >= end or first >= last:
            continue
        if first > cursor:
            out.append((cursor, first))
        cursor = max(cursor, last)
    if cursor < end:
        out.append((cursor, end))
    return out


def cin_visit(world: World) -> Duties:
    """Every 20 working days the child is seen, in each stretch."""
    visit, limit = world.facts["ssd_cin_visits"], world.limits["cin_visit"]
    regimes = world.once(_stretches)
    seen = np.where(visit.flag("cinv_cin_visit_seen"), visit.child, NOBODY)
    rows = chain(regimes, Events(seen, visit.day("cinv_cin_visit_date")))
    return rhythm(regimes, rows, limit.due(rows.start), limit.in_working_days)


def cin_review(world: World) -> Duties:
    """Every three months, in each stretch."""
    limit, regimes = world.limits["cin_review"], world.once(_stretches)
    rows = chain(regimes, meetings(world, "cin_review"))
    return rhythm(regimes, rows, limit.due(rows.start), limit.in_working_days)


CLOCKS = {"cin_plan": cin_plan, "cin_visit": cin_visit, "cin_review": cin_review}
