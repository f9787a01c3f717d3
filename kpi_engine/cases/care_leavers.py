"""Care leavers on D: pathway plans, touch, activity, accommodation."""

from __future__ import annotations

import numpy as np

from kpi_engine import cells
from kpi_engine.days import NEVER, Mask
from kpi_engine.duties.care_leavers import WITH_CONTACT, leavers
from kpi_engine.sheet import Sheet, of_cut
from kpi_engine.view import View

CARE_LEAVERS = ("RELEVANT", "FORMER RELEVANT", "QUALIFYING")
IN_EDUCATION_OR_WORK = ("F1", "F2", "F4", "F5", "P1", "P2", "P4", "P5")
SUITABLE = ("SUITABLE", "Y", "YES", "1")


def _sheet(view: View, rows: Mask, met: Mask) -> Sheet:
    frame = view.facts["ssd_care_leavers"]
    child = frame.child[rows]
    team = view.facts.teams.codes(frame.text("clea_care_leaver_allocated_team"))[rows]
    record = view.facts.allocated_worker(frame.text("clea_care_leaver_worker_id"))[rows]
    worker, team = view.world.allocation.of(child, view.as_at, team, record)
    return Sheet(child, team, worker, met[rows])


def pathway_plans(view: View) -> Sheet:
    """Rows whose due date has passed; met: there is a plan."""
    cut = view.cut("pathway_plan")
    cut = cut.where(cut.due < view.as_at)
    return of_cut(cut, cut.done < NEVER)


def care_leavers_in_touch(view: View) -> Sheet:
    touch = view.facts["ssd_care_leavers"].made("clea_care_leaver_in_touch", cells.status_word).astype(str)
    return _sheet(
        view, leavers(view.world, WITH_CONTACT, ()) & np.isin(touch, ("YES", "NO", "REFU")), touch == "YES"
    )


def care_leavers_eet(view: View) -> Sheet:
    """Care leavers whose activity is known; met: in education, employment or training."""
    activity = view.facts["ssd_care_leavers"].code("clea_care_leaver_activity").astype(str)
    known = leavers(view.world, CARE_LEAVERS, ()) & (activity != "")
    return _sheet(view, known, np.isin(activity, IN_EDUCATION_OR_WORK))


def care_leavers_suitable(view: View) -> Sheet:
    home = (
        view.facts["ssd_care_leavers"].made("clea_care_leaver_accom_suitable", cells.status_word).astype(str)
    )
    known = leavers(view.world, CARE_LEAVERS, ()) & (home != "")
    return _sheet(view, known, np.isin(home, SUITABLE))


AS_AT = {
    "pathway_plans": pathway_plans, "care_leavers_in_touch": care_leavers_in_touch,
    "care_leavers_eet": care_leavers_eet, "care_leavers_suitable": care_leavers_suitable,
}  # fmt: skip
