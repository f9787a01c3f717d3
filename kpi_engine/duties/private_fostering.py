"""Private fostering visits (Children (Private Arrangements for Fostering) Regulations 2005, regs 4, 7 and 8)."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, Regimes, chain, deadlines, rhythm
from kpi_engine.days import NEVER, plus_months
from kpi_engine.joins import Events
from kpi_engine.world import World, rows_by_id


def _visits(world: World) -> Events:
    frame, visit = world.facts["local_private_fostering"], world.facts["local_private_fostering_visits"]
    return Events(
        rows_by_id(frame.text("arrangement_id"), visit.text("arrangement_id")), visit.day("visit_date")
    )


def private_fostering_first_visit(world: World) -> Duties:
    """Seven working days from becoming aware of the arrangement."""
    frame, limit = world.facts["local_private_fostering"], world.limits["private_fostering_first_visit"]
    aware = frame.day("aware_date")
    return deadlines(
        frame.child, frame.text("arrangement_id"), start=aware, due=limit.due(aware),
        done=_visits(world).first(np.arange(frame.rows), aware), ended=frame.day("end_date"), wd=limit.in_working_days,
    )  # fmt: skip


def private_fostering_visit(world: World) -> Duties:
    """From the first visit: every six weeks in the first year, every twelve weeks later."""
    frame = world.facts["local_private_fostering"]
    aware, end = frame.day("aware_date"), frame.day("end_date")
    visits = _visits(world)
    first = visits.first(np.arange(frame.rows), aware)
    rows = np.flatnonzero((first < NEVER) & (first <= end) & (aware < NEVER))
    regimes = Regimes(
        child=frame.child[rows], subject=frame.text("arrangement_id")[rows], group=rows, line=rows, start=first[rows],
        end=end[rows], valid_from=first[rows], valid_to=np.full(len(rows), NEVER + 1), place=rows,
    )  # fmt: skip
    links = chain(regimes, visits, accept_start=False)
    early, later = (
        world.limits["private_fostering_visit_first_year"],
        world.limits["private_fostering_visit_later"],
    )
    young = links.start < plus_months(aware[rows], 12)[links.regime]
    due = np.where(young, early.due(links.start), later.due(links.start))
    return rhythm(regimes, links, due, np.where(young, early.in_working_days, later.in_working_days))


CLOCKS = {
    "private_fostering_first_visit": private_fostering_first_visit,
    "private_fostering_visit": private_fostering_visit,
}
