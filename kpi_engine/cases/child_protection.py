"""Children on CP plans, enquiries, visits, plans started and ended."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, plus_months
from kpi_engine.facts import NOBODY
from kpi_engine.sheet import Events, Sheet, of_children
from kpi_engine.view import View
from kpi_engine.world import World

LONG_PLAN_MONTHS = 24
STEPPED_UP_DAYS = 28


def on_cp_plan(view: View) -> Sheet:
    return of_children(view.on_cp_plan, view.owners)


def cp_unallocated(view: View) -> Sheet:
    return of_children(view.on_cp_plan & (view.owners[0] == NOBODY), view.owners)


def cp_over_two_years(view: View) -> Sheet:
    """Plans that have run for more than 24 months."""
    frame = view.facts["ssd_cp_plans"]
    long_ago = plus_months(frame.day("cppl_cp_plan_start_date"), LONG_PLAN_MONTHS) < view.as_at
    rows = view.open_cp_plans[long_ago[view.open_cp_plans]]
    child = frame.child[rows]
    worker, team = view.owners
    return Sheet(child, team[child], worker[child], np.ones(len(child), dtype=bool))


def section_47(world: World) -> Events:
    frame = world.facts["ssd_s47_enquiry"]
    team = world.facts.teams.codes(frame.text("s47e_s47_completed_by_team"))
    return on_its_date(world, frame.child, frame.day("s47e_s47_start_date"), record_team=team)


def cp_visits_seen(world: World) -> Events:
    """CP visits at which the child was seen; met: seen alone."""
    frame = world.facts["ssd_cp_visits"]
    when = np.where(frame.flag("cppv_cp_visit_seen"), frame.day("cppv_cp_visit_date"), NEVER)
    return on_its_date(world, frame.child, when,
                       met_from=np.where(frame.flag("cppv_cp_visit_seen_alone"), when, NEVER))  # fmt: skip


def cp_plans_ended(world: World) -> Events:
    """This authority's plans by the day they ended; size: days they ran."""
    frame = world.facts["ssd_cp_plans"]
    start, end = frame.day("cppl_cp_plan_start_date"), frame.day("cppl_cp_plan_end_date")
    keep = ~frame.flag("cppl_cp_plan_ola") & (start < NEVER) & (end >= start) & (end < NEVER)
    when = np.where(keep, end, NEVER)
    return on_its_date(world, frame.child, when, closes=True, size=np.where(keep, end - start, 0))


def cp_stepped_up(world: World) -> Events:
    """Plans ended; met: a care period (no short break) started within 28 days before or after the end."""
    ended, care = cp_plans_ended(world), world.care
    entered: dict[int, list[int]] = {}
    for child, start in zip(care.child[care.final].tolist(), care.start[care.final].tolist(), strict=True):
        if start < NEVER:
            entered.setdefault(child, []).append(start)
    met_from = np.full(len(ended.day), NEVER, dtype=np.int64)
    for row in np.flatnonzero(ended.day < NEVER):
        end = int(ended.day[row])
        near = [s for s in entered.get(int(ended.child[row]), []) if abs(s - end) <= STEPPED_UP_DAYS]
        if near:
            met_from[row] = max(end, min(near))
    ended.met_from = met_from
    return ended


def cp_plans_started(world: World) -> Events:
    """This authority's plans by the day they started; met: the child had an earlier plan."""
    frame = world.facts["ssd_cp_plans"]
    own = ~frame.flag("cppl_cp_plan_ola")
    when = np.where(own, frame.day("cppl_cp_plan_start_date"), NEVER)
    first = np.full(len(world.facts.children.ids) + 1, NEVER, dtype=np.int64)
    np.minimum.at(first, frame.child, when)
    repeat = first[frame.child] < when
    return on_its_date(world, frame.child, when, met_from=np.where(repeat, when, NEVER))


AS_AT = {"on_cp_plan": on_cp_plan, "cp_unallocated": cp_unallocated, "cp_over_two_years": cp_over_two_years}
EVENTS = {
    "section_47": section_47, "cp_visits_seen": cp_visits_seen, "cp_plans_ended": cp_plans_ended,
    "cp_stepped_up": cp_stepped_up, "cp_plans_started": cp_plans_started,
}  # fmt: skip
