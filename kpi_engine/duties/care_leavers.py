"""Care leavers: pathway plan, its reviews, contact. ssd_care_leavers is a snapshot: one row a person.

Source: Care Planning, Placement and Case Review (England) Regulations 2010, regs 40 to 43; Care Leavers (England)
Regulations 2010, reg 7; contact every eight weeks is a local standard.
"""

from __future__ import annotations

import numpy as np

from kpi_engine import cells
from kpi_engine.clocks import EVER, Duties, deadlines, joined
from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import Codes
from kpi_engine.world import World

WITH_PATHWAY_PLAN = ("ELIGIBLE", "RELEVANT", "FORMER RELEVANT")
WITH_CONTACT = ("RELEVANT", "FORMER RELEVANT")
LEFT_OUT_OF_PLANS = ("RHOM", "DIED")
LEFT_OUT_OF_CONTACT = ("NREQ", "RHOM", "DIED")


def leavers(world: World, eligibility: tuple[str, ...], left_out: tuple[str, ...]) -> Mask:
    """Rows of ssd_care_leavers of some eligibility, without some answers to "in touch"."""
    frame = world.facts["ssd_care_leavers"]
    word = frame.made("clea_care_leaver_eligibility", cells.status_word).astype(str)
    touch = frame.made("clea_care_leaver_in_touch", cells.status_word).astype(str)
    return np.isin(word, eligibility) & ~np.isin(touch, left_out)


def _record(world: World, rows: Codes) -> tuple[Codes, Codes]:
    frame = world.facts["ssd_care_leavers"]
    team = world.facts.teams.codes(frame.text("clea_care_leaver_allocated_team"))[rows]
    worker = world.facts.allocated_worker(frame.text("clea_care_leaver_worker_id"))[rows]
    return team, worker


def _rows(
    world: World, rows: Codes, start: Days, name: str, done: Days | None = None,
    since: Days | None = None, until: Days | None = None,
) -> Duties:  # fmt: skip
    frame, limit = world.facts["ssd_care_leavers"], world.limits[name]
    team, worker = _record(world, rows)
    return deadlines(
        frame.child[rows], frame.text("clea_table_id")[rows], start=start, due=limit.due(start), done=done,
        valid_from=since, valid_to=until, wd=limit.in_working_days, own=True, record_team=team,
        record_worker=worker, place=rows, before_start_counts=True,
    )  # fmt: skip


def pathway_plan(world: World) -> Duties:
    """Three months from the 16th birthday, or from the thirteenth week in care of whoever entered late."""
    frame = world.facts["ssd_care_leavers"]
    rows = np.flatnonzero(leavers(world, WITH_PATHWAY_PLAN, LEFT_OUT_OF_PLANS) & (frame.child >= 0))
    versions = _entered_care(world)
    made = [
        (row, *version)
        for row in rows.tolist()
        for version in versions.get(int(frame.child[row]), [(NEVER, EVER, NEVER + 1)])
    ]
    row, entered, since, until = np.array(made, dtype=np.int64).reshape(-1, 4).T
    sixteen = world.birthday(frame.child[row], 16)
    weeks = world.limits["pathway_plan_weeks_in_care"].due(entered)
    start = np.where(weeks < NEVER, np.maximum(sixteen, weeks), sixteen)
    return _rows(
        world, row, start, "pathway_plan", frame.day("clea_pathway_plan_review_date")[row], since, until
    )


def _entered_care(world: World) -> dict[int, list[tuple[int, int, int]]]:
    """By child: (start of the first care period on record that is no short break, valid_from, valid_to), one version
    for each span of as-at dates over which what is known of the child's care does not change."""
    care = world.care
    mine: dict[int, list[int]] = {}
    for place in range(len(care.child)):
        mine.setdefault(int(care.child[place]), []).append(place)
    out = {}
    for child, places in mine.items():
        edges = sorted(
            {int(care.valid_from[p]) for p in places} | {int(care.valid_to[p]) for p in places} | {NEVER + 1}
        )
        spans = list(zip([EVER, *edges], edges, strict=False))
        out[child] = [
            (
                min(
                    (int(care.start[p]) for p in places if care.valid_from[p] <= since < care.valid_to[p]),
                    default=NEVER,
                ),
                since,
                until,
            )
            for since, until in spans
        ]
    return out


def pathway_review(world: World) -> Duties:
    """Six months from the date on record, which is the newest review (or the plan itself)."""
    frame = world.facts["ssd_care_leavers"]
    reviewed = frame.day("clea_pathway_plan_review_date")
    rows = np.flatnonzero(leavers(world, WITH_PATHWAY_PLAN, LEFT_OUT_OF_PLANS) & (reviewed < NEVER))
    return _rows(world, rows, reviewed[rows], "pathway_review")


def care_leaver_contact(world: World) -> Duties:
    """Eight weeks from the latest contact, or from the 18th birthday where there is none."""
    frame = world.facts["ssd_care_leavers"]
    rows = np.flatnonzero(leavers(world, WITH_CONTACT, LEFT_OUT_OF_CONTACT))
    contact = frame.day("clea_care_leaver_latest_contact")[rows]
    adult = world.birthday(frame.child[rows], 18)
    ever, never = np.full(len(rows), EVER), np.full(len(rows), NEVER + 1)
    known = contact < NEVER
    return joined([
        _rows(world, rows, adult, "care_leaver_contact", None, ever, np.where(known, contact, never)),
        _rows(world, rows[known], contact[known], "care_leaver_contact", None, contact[known], never[known]),
    ])  # fmt: skip


CLOCKS = {
    "pathway_plan": pathway_plan,
    "pathway_review": pathway_review,
    "care_leaver_contact": care_leaver_contact,
}
