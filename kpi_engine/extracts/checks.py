"""Data quality: what is wrong across an extract's tables, as work for a team (rules 7). Nothing is mended silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, day
from kpi_engine.duties.child_protection import conference_enquiries, first_conferences
from kpi_engine.facts import CHILD_COLUMNS, NO_TEAM, NOBODY, Codes, Frame
from kpi_engine.findings import Finding
from kpi_engine.world import World, rows_by_id

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

STARTS_AND_ENDS = {
    "ssd_involvements": ("invo_involvement_start_date", "invo_involvement_end_date"),
    "ssd_cin_episodes": ("cine_referral_date", "cine_close_date"),
    "ssd_cin_plans": ("cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
    "ssd_s47_enquiry": ("s47e_s47_start_date", "s47e_s47_end_date"),
    "ssd_cp_plans": ("cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
    "ssd_cla_episodes": ("clae_cla_episode_start_date", "clae_cla_episode_ceased_date"),
    "ssd_cla_placement": ("clap_cla_placement_start_date", "clap_cla_placement_end_date"),
    "ssd_legal_status": ("lega_legal_status_start_date", "lega_legal_status_end_date"),
    "local_staff": ("start_date", "end_date"),
    "local_private_fostering": ("aware_date", "end_date"),
    "local_carer_assessments": ("start_date", "withdrawn_date"),
}  # fmt: skip
STARTS = {
    **{name: start for name, (start, _) in STARTS_AND_ENDS.items() if name not in ("local_staff",)},
    "ssd_contacts": "cont_contact_date", "ssd_cin_assessments": "cina_assessment_start_date",
    "local_court": "issue_date", "local_return_interviews": "returned_at", "local_complaints": "received_date",
    "local_audits": "audit_month",
}  # fmt: skip
DONE = {
    "ssd_cin_assessments": ("cina_assessment_start_date", "cina_assessment_auth_date"),
    "local_court": ("issue_date", "conclusion_date"), "local_return_interviews": ("returned_at", "held_at"),
    "local_carer_assessments": ("start_date", "decision_date"), "local_complaints": ("received_date", "responded_date"),
    "local_audits": ("audit_month", "completed_date"), "local_staff": ("start_date", "induction_date"),
}  # fmt: skip
TEAM_COLUMNS = {
    "ssd_involvements": "invo_professional_team", "ssd_cin_episodes": "cine_referral_team",
    "ssd_cin_assessments": "cina_assessment_team", "ssd_cin_plans": "cinp_cin_plan_team",
    "ssd_s47_enquiry": "s47e_s47_completed_by_team", "ssd_care_leavers": "clea_care_leaver_allocated_team",
    "local_staff": "team_id", "local_contact_decisions": "team_id", "local_carer_assessments": "team_id",
    "local_audits": "team_id", "local_complaints": "team_id",
}  # fmt: skip
COUNTED_IN_WORKING_DAYS = {
    "ssd_contacts": "cont_contact_date", "ssd_cin_assessments": "cina_assessment_start_date",
    "ssd_s47_enquiry": "s47e_s47_start_date", "ssd_cp_plans": "cppl_cp_plan_start_date",
    "ssd_cin_plans": "cinp_cin_plan_start_date", "ssd_cla_episodes": "clae_cla_episode_start_date",
    "local_private_fostering": "aware_date", "local_complaints": "received_date", "local_staff": "start_date",
}  # fmt: skip


def check(engine: Engine) -> list[Finding]:
    """Every finding of an extract, sorted by table, rule and key; cell findings of the loading included."""
    world = engine.world
    found = [*_placed(world, engine.extract.findings), *_all(world)]
    return sorted(set(found), key=lambda f: (f.table, f.rule, f.key, f.row))


def _all(world: World) -> Iterator[Finding]:
    yield from _people(world)
    yield from _dates(world)
    yield from _teams(world)
    yield from _allocations(world)
    yield from _plans(world)
    yield from _conferences(world)
    yield from _links(world)


def _finding(world: World, frame: Frame, row: int, rule: str, detail: str) -> Finding:
    """A finding of one row, with the child and the team that holds it on the extract's date."""
    child, team = int(frame.child[row]), NO_TEAM
    column = TEAM_COLUMNS.get(frame.name)
    if child != NOBODY:
        team = int(world.allocation.of(np.array([child]), day(world.facts.extract.as_at))[1][0])
    if team == NO_TEAM and column:
        team = max(int(world.facts.teams.codes(frame.text(column)[row : row + 1])[0]), NO_TEAM)
    return Finding(rule, frame.name, frame.key(row), detail, world.facts.children.name(child),
                   world.facts.teams.id(team), int(frame.line()[row]))  # fmt: skip


def _placed(world: World, cell_findings: list[Finding]) -> Iterator[Finding]:
    """Findings of single cells, given the child and team of their row."""
    by_line: dict[str, dict[int, int]] = {}
    for finding in cell_findings:
        frame = world.facts[finding.table]
        lines = by_line.setdefault(finding.table, {int(n): row for row, n in enumerate(frame.line())})
        row = lines.get(finding.row)
        if row is None:
            yield finding
        else:
            placed = _finding(world, frame, row, finding.rule, finding.detail)
            yield Finding(finding.rule, finding.table, finding.key, finding.detail, placed.child_id, placed.team_id,
                          finding.row)  # fmt: skip


def _people(world: World) -> Iterator[Finding]:
    facts = world.facts
    for name, column in CHILD_COLUMNS.items():
        frame = facts[name]
        if name == "ssd_person" or not frame.rows:
            continue
        for row in np.flatnonzero(frame.child >= facts.children.known).tolist():
            yield _finding(
                world, frame, int(row), "unknown child", f"{column} names a child that is not in ssd_person."
            )
        if name not in ("local_audits",):
            for row in np.flatnonzero(frame.child == NOBODY).tolist():
                yield _finding(
                    world,
                    frame,
                    int(row),
                    "missing child",
                    f"{column} is empty, so the row belongs to nobody.",
                )


def _dates(world: World) -> Iterator[Finding]:
    facts = world.facts
    for name, column in STARTS.items():
        frame = facts[name]
        for row in np.flatnonzero(frame.day(column) >= NEVER).tolist():
            yield _finding(world, frame, int(row), "missing start date",
                           f"{column} is empty, so nothing can be counted from it.")  # fmt: skip
    for name, (start, end) in STARTS_AND_ENDS.items():
        frame = facts[name]
        for row in np.flatnonzero(frame.day(end) < frame.day(start)).tolist():
            if frame.day(start)[row] < NEVER:
                yield _finding(world, frame, int(row), "end before start", f"{end} lies before {start}.")
    for name, (start, done) in DONE.items():
        frame = facts[name]
        for row in np.flatnonzero((frame.day(done) < frame.day(start)) & (frame.day(start) < NEVER)).tolist():
            yield _finding(world, frame, int(row), "done before start",
                           f"{done} lies before {start}; it is not counted as done.")  # fmt: skip
    for name, column in COUNTED_IN_WORKING_DAYS.items():
        frame = facts[name]
        start_days = frame.day(column)
        for row in np.flatnonzero((start_days < NEVER) & ~working_days.inside(start_days)).tolist():
            years = f"{working_days.FIRST_YEAR} to {working_days.LAST_YEAR}"
            yield _finding(world, frame, int(row), "date outside the working-day calendar",
                           f"{column} lies outside {years}; no row is made.")  # fmt: skip


def _teams(world: World) -> Iterator[Finding]:
    for name, column in TEAM_COLUMNS.items():
        frame = world.facts[name]
        for row in np.flatnonzero(world.facts.teams.codes(frame.text(column)) == NO_TEAM).tolist():
            yield _finding(
                world, frame, int(row), "unknown team", f"{column} names a team that is no department."
            )


def _allocations(world: World) -> Iterator[Finding]:
    """Children with two allocated workers open on the extract's date: the latest start is used."""
    facts, frame = world.facts, world.facts["ssd_involvements"]
    as_at = day(facts.extract.as_at)
    held = world.allocation.involvement(np.arange(len(facts.children.ids)), as_at)
    for row in _second_open(frame, world.allocation.open_rows(as_at)):
        if held[frame.child[row]] >= 0:
            yield _finding(world, frame, int(row), "two open allocations",
                           "The child has more than one allocated worker open; the latest start is used.")  # fmt: skip


def _second_open(frame: Frame, rows: Codes) -> list[int]:
    """Of the open rows, one for each child that has two or more (the last in the file)."""
    seen: dict[int, int] = {}
    twice: dict[int, int] = {}
    for row in rows.tolist():
        child = int(frame.child[row])
        if child in seen:
            twice[child] = row
        seen[child] = row
    return [row for child, row in twice.items() if child != NOBODY]


def _open_on(start: Days, end: Days, on: int) -> Codes:
    return np.flatnonzero((start <= on) & (end > on))


def _plans(world: World) -> Iterator[Finding]:
    facts = world.facts
    as_at = day(facts.extract.as_at)
    cp = facts["ssd_cp_plans"]
    own = _open_on(cp.day("cppl_cp_plan_start_date"), cp.day("cppl_cp_plan_end_date"), as_at)
    for row in _second_open(cp, own[~cp.flag("cppl_cp_plan_ola")[own]]):
        yield _finding(
            world, cp, row, "two open plans", "The child has two child protection plans open; counted once."
        )
    cin = facts["ssd_cin_plans"]
    start, end = cin.day("cinp_cin_plan_start_date"), cin.day("cinp_cin_plan_end_date")
    for row in _second_open(cin, _open_on(start, np.minimum(end, world.cin_plan_end), as_at)):
        yield _finding(
            world, cin, row, "two open plans", "The child has two child in need plans open; counted once."
        )
    closes, adult = world.closes(cin.text("cinp_referral_id")), world.birthday(cin.child, 18)
    for row in np.flatnonzero((closes <= as_at) & (end > closes)).tolist():
        yield _finding(world, cin, int(row), "plan left open after its case closed",
                       "The plan ran on after its referral closed; it is taken to end with the case.")  # fmt: skip
    for row in np.flatnonzero((adult <= as_at) & (end > adult) & (closes > adult)).tolist():
        yield _finding(world, cin, int(row), "plan left open after the 18th birthday",
                       "The plan ran on after the 18th birthday; it is taken to end with it.")  # fmt: skip
    for name in ("ssd_cp_plans", "ssd_cla_episodes"):
        begun, ended = STARTS_AND_ENDS[name]
        frame = facts[name]
        eighteen = world.birthday(frame.child, 18)
        still = (frame.day(begun) <= as_at) & (frame.day(ended) > as_at) & (eighteen <= as_at)
        for row in np.flatnonzero(still).tolist():
            yield _finding(world, frame, int(row), "left open after the 18th birthday",
                           "The row is still open although the young person is 18.")  # fmt: skip


def _conferences(world: World) -> Iterator[Finding]:
    facts = world.facts
    conference, enquiry = facts["ssd_initial_cp_conference"], facts["ssd_s47_enquiry"]
    named = conference.text("icpc_s47_enquiry_id")
    known = rows_by_id(enquiry.text("s47e_s47_enquiry_id"), named) >= 0
    ordinary = ~conference.flag("icpc_icpc_transfer_in")
    linked = conference_enquiries(world) >= 0
    for row in np.flatnonzero(ordinary & ~known).tolist():
        how = "it is matched to the child's latest enquiry" if linked[row] else "it answers no enquiry"
        if named[row]:
            rule, why = "conference with an unknown enquiry id", "The enquiry id is not in ssd_s47_enquiry"
        else:
            rule, why = "conference without an enquiry id", "The enquiry id is empty"
        yield _finding(world, conference, int(row), rule, f"{why}; {how}.")
    _, early = first_conferences(world)
    for row in np.flatnonzero(early).tolist():
        detail = "A conference of this enquiry is dated before the strategy discussion; it is not counted."
        yield _finding(world, enquiry, int(row), "conference before its enquiry", detail)


LINKS = (
    ("ssd_cp_visits", "cppv_cp_plan_id", "ssd_cp_plans", "cppl_cp_plan_id", "visit of an unknown plan"),
    ("ssd_cp_reviews", "cppr_cp_plan_id", "ssd_cp_plans", "cppl_cp_plan_id", "review of an unknown plan"),
    ("ssd_cin_assessments", "cina_referral_id", "ssd_cin_episodes", "cine_referral_id", "unknown referral"),
    ("ssd_cin_plans", "cinp_referral_id", "ssd_cin_episodes", "cine_referral_id", "unknown referral"),
    ("ssd_cla_reviews", "clar_cla_id", "ssd_cla_episodes", "clae_cla_id", "unknown care period"),
    ("ssd_cla_placement", "clap_cla_id", "ssd_cla_episodes", "clae_cla_id", "unknown care period"),
    (
        "local_private_fostering_visits",
        "arrangement_id",
        "local_private_fostering",
        "arrangement_id",
        "unknown arrangement",
    ),
    ("local_supervisions", "professional_id", "local_staff", "professional_id", "unknown worker"),
)


def _links(world: World) -> Iterator[Finding]:
    """Rows that name a parent which the extract does not hold."""
    for name, column, parent_name, parent_column, rule in LINKS:
        frame, parent = world.facts[name], world.facts[parent_name]
        if not frame.rows or not parent.present:
            continue
        named = frame.text(column)
        lost = (named != "") & (rows_by_id(parent.text(parent_column), named) < 0)
        for row in np.flatnonzero(lost).tolist():
            yield _finding(
                world, frame, int(row), rule, f"{column} names a row that is not in {parent_name}."
            )
