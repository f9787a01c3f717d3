"""A very small authority, worked out by hand: seven children on plans, three teams, four workers.

As at Sunday 15 November 2026. CP visits fall due every ten working days:

    child  team      worker  plan began  seen        next due    on 15 November
    C1     T1        P1      7 Sep       14 Sep      28 Sep      48 days over
    C2     T1        P2      2 Nov       -           16 Nov      due
    C3     T1        P1      1 Oct       -           15 Oct      31 days over
    C4     T2        P3      19 Oct      -           2 Nov       13 days over
    C5     T2        nobody  9 Nov       -           23 Nov      due
    C6     no team   nobody  26 Oct      -           9 Nov       6 days over
    C7     T1        P2      5 Oct       12 Nov      26 Nov      due (its first visit, due 19 Oct, was late)
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kpi_engine import Engine, open_folder
from kpi_engine.question import Scope
from tests.worked_cases.loader import COLUMNS, Tables, write_folder

AS_AT = date(2026, 11, 15)
PEOPLE = {
    "C1": ("2023-05-01", "T1", "P1", "2026-09-07", "NEG"),
    "C2": ("2015-05-01", "T1", "P2", "2026-11-02", "EMO"),
    "C3": ("2010-05-01", "T1", "P1", "2026-10-01", "NEG"),
    "C4": ("2012-05-01", "T2", "P3", "2026-10-19", "EMO"),
    "C5": ("2021-05-01", "T2", "", "2026-11-09", "PHY"),
    "C6": ("2019-05-01", "", "", "2026-10-26", "EMO"),
    "C7": ("2018-05-01", "T1", "P2", "2026-10-05", "EMO"),
}
SEEN = (("C1", "2026-09-14"), ("C7", "2026-11-12"))
UNITS = (
    ("S1", "Safeguarding", ""),
    ("T1", "North", "S1"),
    ("T2", "South", "S1"),
    ("S2", "Care", ""),
    ("T3", "Harbour", "S2"),
)
NAMES = {unit: name for unit, name, _ in UNITS}
KINDS = {"T1": "cin_cp", "T2": "cin_cp", "T3": "looked_after"}
ABSENT = ("ssd_cla_episodes", "ssd_cla_visits", "local_meetings", "ssd_cp_reviews")

NORTH = Scope(frozenset({"T1"}), frozenset({"T1"}), frozenset({"T1"}), staff_named=True)
"""The manager of North, in the personal chat."""
SAFEGUARDING = Scope(*[frozenset({"S1", "T1", "T2"})] * 3, staff_named=True)
"""The manager of the service."""


def tables() -> Tables:
    """The tables, with every column of the contract's own list."""
    made: Tables = {name: [] for name in COLUMNS if name not in ABSENT}

    def add(table: str, **cells: str) -> None:
        made[table].append(dict.fromkeys(COLUMNS[table], "") | cells)

    for unit, name, parent in UNITS:
        add("ssd_department", dept_team_id=unit, dept_team_name=name, dept_team_parent_id=parent)
    for team, kind in KINDS.items():
        add("local_teams", team_id=team, team_name=NAMES[team], kind=kind)
    for worker, name in (("P1", "Ade"), ("P2", "Bo"), ("P3", "Cy"), ("P4", "Di")):
        add("ssd_professionals", prof_professional_id=worker, prof_professional_name=name)
    for child, (born, team, worker, began, category) in PEOPLE.items():
        add("ssd_person", pers_person_id=child, pers_dob=born)
        add("ssd_cp_plans", cppl_cp_plan_id=f"A{child[1]}", cppl_person_id=child, cppl_cp_plan_start_date=began,
            cppl_cp_plan_latest_category=category)  # fmt: skip
        if worker:
            add("ssd_involvements", invo_involvements_id=f"I{child[1]}", invo_person_id=child,
                invo_professional_id=worker, invo_professional_role_id="CW", invo_professional_team=team,
                invo_involvement_start_date="2026-09-01")  # fmt: skip
        elif team:
            add("ssd_cin_episodes", cine_referral_id=f"R{child[1]}", cine_person_id=child,
                cine_referral_date="2026-09-01", cine_referral_team=team)  # fmt: skip
    for number, (child, when) in enumerate(SEEN):
        add("ssd_cp_visits", cppv_cp_visit_id=f"V{number}", cppv_person_id=child, cppv_cp_plan_id=f"A{child[1]}",
            cppv_cp_visit_date=when, cppv_cp_visit_seen="Y", cppv_cp_visit_seen_alone="Y")  # fmt: skip
    return made


def open_by_hand(folder: Path) -> Engine:
    return open_folder(write_folder(tables(), folder), AS_AT)
