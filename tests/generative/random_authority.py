"""Small nasty random authorities: every clock, every edge, every way in which records go wrong.

Invented throughout; a seed always gives the same authority. Dates crowd around limits, regime ends,
handovers, birthdays and bank holidays, because that is where two calculations part.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path

from tests.worked_cases.loader import COLUMNS, Tables, write_folder

DAY = dt.timedelta(days=1)
# A Sunday, a leap day, the day after Easter, a Christmas, a year's end, an ordinary Wednesday, an early one.
EXTRACT_DATES = (
    dt.date(2026, 11, 15),
    dt.date(2024, 2, 29),
    dt.date(2026, 4, 7),
    dt.date(2026, 12, 29),
    dt.date(2025, 3, 1),
    dt.date(2016, 3, 31),
    dt.date(2022, 9, 21),
    dt.date(2026, 6, 17),
)
TEAMS = ("T11", "T12", "T21", "T31", "T90", "T91")
WRITTEN_TEAMS = (*TEAMS, "CSWT 1", "cswt 2", "CIC North", "T99", "", "", "#N/A", "S2")
WORKERS = tuple(f"P{number}" for number in range(1, 15))
WRITTEN_WORKERS = (*WORKERS, *WORKERS, "", "-1", "P99", "NULL")
LIMITS = (1, 7, 10, 14, 15, 20, 28, 42, 56, 60, 63, 84, 91, 98, 181, 183, 365)


def extract_date(seed: int) -> dt.date:
    """The date of the extract of that authority."""
    return EXTRACT_DATES[seed % len(EXTRACT_DATES)]


def random_authority(seed: int, size: int) -> Tables:
    """`size` children and everything around them, as tables of strings. Now and then a table is not there."""
    return _Maker(seed, size).make()


def write_ssd_folder(tables: Tables, folder: Path) -> Path:
    """The tables as CSV files of an SSD folder. Returns the folder."""
    return write_folder(tables, folder)


class _Maker:
    def __init__(self, seed: int, size: int) -> None:
        self.random = random.Random(seed)
        self.today = extract_date(seed)
        self.size = size
        self.tables: Tables = {table: [] for table in COLUMNS}
        self.number = 0
        self.children: list[str] = []
        self.born: dict[str, dt.date | None] = {}

    # --- dice ------------------------------------------------------------------------------------

    def chance(self, of_a_hundred: float) -> bool:
        return self.random.random() * 100 < of_a_hundred

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def ago(self, most: int, least: int = 0) -> dt.date:
        """So many days before the extract; now and then after it."""
        if self.chance(3):
            return self.today + DAY * self.random.randint(1, 20)
        return self.today - DAY * self.random.randint(least, most)

    def near_limit(self, start: dt.date) -> dt.date:
        """A day that lies at, just before or just after one of the limits."""
        return start + DAY * (self.random.choice(LIMITS) + self.random.randint(-2, 3))

    def after(self, start: dt.date, most: int = 120) -> dt.date:
        """Some day after the start: on it, at a limit, or anywhere; rarely before it."""
        dice = self.random.random()
        if dice < 0.05:
            return start - DAY * self.random.randint(1, 10)
        if dice < 0.15:
            return start
        if dice < 0.5:
            return self.near_limit(start)
        return start + DAY * self.random.randint(0, most)

    def written(self, day: dt.date | None, empty: float = 0) -> str:
        """A day as one finds it in a file."""
        if day is None or self.chance(empty):
            return self.pick("", "", "NULL")
        return day.isoformat() + self.pick("", "", "", " 00:00:00", " 00:00:00.000")

    def yes(self, likely: float = 80) -> str:
        if self.chance(likely):
            return self.pick("Y", "Y", "Y", "y", "Yes", "a) Yes")
        return self.pick("N", "n", "No", "b) No", "", "NULL")

    def no(self, likely: float = 85) -> str:
        return self.pick("N", "", "NULL", "No") if self.chance(likely) else self.pick("Y", "y", "a) Yes")

    def key(self, letter: str) -> str:
        self.number += 1
        return str(self.number) if letter == "" else f"{letter}{self.number}"

    def add(self, table: str, **cells: str) -> dict[str, str]:
        row = {name: cells.get(name, "") for name in (*COLUMNS[table], *cells)}
        self.tables[table].append(row)
        return row

    # --- the whole -------------------------------------------------------------------------------

    def make(self) -> Tables:
        self.teams()
        self.staff()
        for number in range(1, self.size + 1):
            self.child(f"C{number}")
        self.carers_audits_complaints()
        self.in_house()
        self.spoil_some_dates()
        self.repeat_some_keys()
        self.shuffle()
        if self.chance(30):
            for table in self.random.sample(REMOVABLE, self.random.randint(1, 3)):
                del self.tables[table]
        return self.tables

    def teams(self) -> None:
        for team, name, parent in (
            ("T11", "CSWT 1", "S2"),
            ("T12", "CSWT 2", "S2"),
            ("T21", "CIC North", "S3"),
            ("T31", "Fostering", "S3"),
            ("T90", "Stranded", "S9"),
            ("T91", "Own parent", "T91"),
            ("S2", "Social work", "D0"),
            ("S3", "Children in care", "D0"),
            ("D0", "Children's services", self.pick("D0", "", "-1")),
        ):
            self.add(
                "ssd_department",
                dept_team_id=team,
                dept_team_name=name,
                dept_team_parent_id=parent,
            )
        kinds = ("assessment", "cin_cp", "looked_after", "fostering", "other", "front_door")
        for team, kind in zip(TEAMS, kinds, strict=True):
            if self.chance(90):
                self.add("local_teams", team_id=team, team_name=team, kind=kind, managed_service=self.no(80))

    def staff(self) -> None:
        for number, worker in enumerate(WORKERS, start=1):
            if self.chance(93):
                self.add("ssd_professionals", prof_professional_id=worker, prof_professional_name="")
            role = "social_worker"
            if number % 5 == 0:
                role = self.pick("team_manager", "service_manager", "personal_adviser", "other")
            elif number % 3 == 0:
                role = "senior_practitioner"
            start = self.ago(900)
            if self.chance(5):
                start = dt.date(1990, 4, 2)  # before the calendar of working days
            if self.chance(5):
                start = dt.date(1996, 2, 29)
            end = self.after(start, 700) if self.chance(25) else None
            due = self.ago(200) if self.chance(70) else None
            if due and self.chance(40):
                due += DAY * 90
            appraised = None
            if due and self.chance(60):
                appraised = due - DAY * self.random.choice([0, -1, 1, 30, 364, 365, 366, 367, 400])
            self.add(
                "local_staff",
                professional_id=worker,
                team_id=self.random.choice(WRITTEN_TEAMS),
                role=role,
                qualified=self.yes(85),
                fte=self.pick("1", "1.0", "0.5", "0.6", "0.8"),
                agency=self.no(60),
                start_date=self.written(start),
                end_date=self.written(end),
                induction_date=self.written(self.near_limit(start) if self.chance(60) else None),
                appraisal_due_date=self.written(due),
                appraisal_date=self.written(appraised),
            )
            day = max(start, self.today - DAY * 300)
            while day <= self.today + DAY * 20:
                day += DAY * self.random.choice([1, 14, 27, 28, 29, 30, 31, 31, 32, 45])
                self.add(
                    "local_supervisions",
                    supervision_id=self.key("U"),
                    professional_id=worker if self.chance(97) else "P99",
                    supervision_date=self.written(day, empty=1),
                )

    def child(self, child: str) -> None:
        self.children.append(child)
        born: dt.date | None = self.today - DAY * self.random.randint(60, 6700)
        dice = self.random.random()
        if dice < 0.10:  # 18 about now
            born = _years_before(self.today, 18) + DAY * self.random.randint(-60, 40)
        elif dice < 0.20:  # 4, 5, 16 or 17 about now
            born = _years_before(self.today, self.random.choice([4, 5, 16, 17]))
            born += DAY * self.random.randint(-400, 40)
        elif dice < 0.26:
            born = dt.date(self.random.choice([2004, 2008, 2012, 2020]), 2, 29)
        elif dice < 0.29:
            born = None
        self.born[child] = born
        if self.chance(97):
            self.add("ssd_person", pers_person_id=child, pers_dob=self.written(born))
        self.contacts(child)
        referrals = self.referrals(child)
        self.involvements(child)
        dice = self.random.random()
        if dice < 0.75:
            self.cin_plans(child, referrals)
        if dice > 0.5:
            self.protection(child, referrals)
        if self.chance(55):
            self.care(child, referrals)
        self.other_meetings(child)
        if self.chance(20):
            self.returns(child)
        if self.chance(15):
            self.private_fostering(child)
        if self.chance(20):
            self.court(child)
        if self.chance(10):
            self.exploitation(child)
        if self.chance(15) or (born and born < _years_before(self.today, 15)):
            self.leaver(child)

    # --- front door ------------------------------------------------------------------------------

    def contacts(self, child: str) -> None:
        for _ in range(self.random.choice([0, 1, 1, 2])):
            day = self.ago(self.random.choice([10, 30, 300]))
            key = self.key("K")
            self.add(
                "ssd_contacts",
                cont_contact_id=key,
                cont_person_id=child,
                cont_contact_date=self.written(day, empty=2),
                cont_contact_outcome_json=self.pick(
                    "", "{}", '{"NEW_REFERRAL_FLAG": "Y"}', '{"NEW_REFERRAL_FLAG": "N"}', "{not json"
                ),
            )
            if self.chance(85):
                decided = day + DAY * self.random.choice([0, 0, 1, 1, 1, 2, 3, 4, 5, -1])
                self.add(
                    "local_contact_decisions",
                    contact_id=key,
                    decision_date=self.written(decided, empty=12),
                    team_id=self.random.choice(WRITTEN_TEAMS) if self.chance(60) else "",
                )

    def referrals(self, child: str) -> list[tuple[str, dt.date, dt.date | None]]:
        found = []
        day = self.ago(self.random.choice([30, 100, 100, 500, 800]))
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 3])):
            key = self.key(self.pick("R", ""))
            close = self.after(day, 300) if self.chance(55) else None
            self.add(
                "ssd_cin_episodes",
                cine_referral_id=key,
                cine_person_id=child if self.chance(99) else "C999",
                cine_referral_date=self.written(day, empty=1.5),
                cine_referral_nfa=self.no(88),
                cine_close_date=self.written(close),
                cine_close_reason=self.pick("RC9", "RC8", "RC9 - referred to early help", "b) RC1 - x", ""),
                cine_referral_team=self.random.choice(WRITTEN_TEAMS),
            )
            found.append((key, day, close))
            self.assessments(child, key, day)
            day = (close or day) + DAY * self.random.choice([-30, 0, 1, 5, 29, 30, 31, 100, 364, 365, 366])
        return found

    def assessments(self, child: str, referral: str, referred: dt.date) -> None:
        for _ in range(self.random.choice([0, 1, 1, 2])):
            start = referred + DAY * self.random.choice([-5, 0, 0, 0, 1, 3, 10, 60, 200])
            done = start + DAY * self.random.choice([-3, 0, 20, 60, 62, 63, 64, 65, 66, 67, 70, 80])
            self.add(
                "ssd_cin_assessments",
                cina_assessment_id=self.key(self.pick("A", "")),
                cina_person_id=child,
                cina_referral_id=self.pick(referral, referral, referral, referral, "R999", ""),
                cina_assessment_start_date=self.written(start, empty=2),
                cina_assessment_child_seen=self.yes(70),
                cina_assessment_auth_date=self.written(done, empty=35),
                cina_assessment_team=self.random.choice(WRITTEN_TEAMS),
            )

    def involvements(self, child: str) -> None:
        day = self.ago(self.random.choice([60, 400, 800]))
        for _ in range(self.random.choice([0, 1, 2, 2, 3, 4])):
            length = self.random.choice([0, 3, 10, 30, 60, 200, 400])
            end = day + DAY * length if self.chance(75) else None
            self.add(
                "ssd_involvements",
                invo_involvements_id=self.key(self.pick("I", "")),
                invo_person_id=child,
                invo_professional_id=self.random.choice(WRITTEN_WORKERS),
                invo_professional_role_id=self.pick(
                    "CW", "CW", "CW", "cw", "Allocated Case Worker", "ALLOCATED WORKER", "IRO", "", "PA"
                ),
                invo_professional_team=self.random.choice(WRITTEN_TEAMS),
                invo_involvement_start_date=self.written(day, empty=1.5),
                invo_involvement_end_date=self.written(end),
            )
            day = (end or day) + DAY * self.random.choice([-10, 0, 0, 0, 1, 5, 20, 29, 30, 31, 32, 45])

    # --- child in need ---------------------------------------------------------------------------

    def cin_plans(self, child: str, referrals: list[tuple[str, dt.date, dt.date | None]]) -> None:
        for referral, referred, close in referrals or [("", self.ago(300), None)]:
            if self.chance(40):
                continue
            start = referred + DAY * self.random.choice([-20, 0, 1, 10, 40, 55, 56, 57, 58, 70])
            end = None
            if self.chance(45):
                end = self.after(start, 200)
                if close and self.chance(40):
                    end = close + DAY * self.random.choice([-1, 0, 0, 1])
            self.add(
                "ssd_cin_plans",
                cinp_cin_plan_id=self.key(self.pick("N", "")),
                cinp_referral_id=referral if self.chance(85) else "",
                cinp_person_id=child,
                cinp_cin_plan_start_date=self.written(start, empty=1),
                cinp_cin_plan_end_date=self.written(end),
                cinp_cin_plan_team=self.random.choice(WRITTEN_TEAMS),
            )
            day = start - DAY * 3
            while day < min(end or self.today, self.today) + DAY * 10:
                day += DAY * self.random.choice([0, 1, 3, 14, 26, 27, 28, 29, 30, 31, 40])
                if self.chance(3):
                    break
                self.add(
                    "ssd_cin_visits",
                    cinv_cin_visit_id=self.key("V"),
                    cinv_person_id=child,
                    cinv_cin_visit_date=self.written(day, empty=1),
                    cinv_cin_visit_seen=self.yes(85),
                )
                day += DAY
            self.meetings(child, "cin_review", start, end, (0, 60, 88, 89, 90, 91, 92, 93, 110))

    def meetings(
        self, child: str, kind: str, start: dt.date, end: dt.date | None, gaps: tuple[int, ...]
    ) -> None:
        day = start
        for _ in range(self.random.choice([0, 1, 2, 5])):
            day += DAY * self.random.choice(gaps)
            if end and self.chance(10):
                day = end
            self.add(
                "local_meetings",
                meeting_id=self.key("M"),
                person_id=child,
                kind=kind,
                meeting_date=self.written(day, empty=1),
                held=self.yes(85),
            )

    def other_meetings(self, child: str) -> None:
        if self.chance(40):
            self.meetings(
                child, self.pick("legal_planning", "family_group_conference"), self.ago(40), None, (0, 3, 7)
            )

    # --- child protection ------------------------------------------------------------------------

    def protection(self, child: str, referrals: list[tuple[str, dt.date, dt.date | None]]) -> None:
        day = self.ago(self.random.choice([30, 120, 400, 800]))
        for _ in range(self.random.choice([1, 1, 2])):
            conference = self.enquiry(child, referrals, day)
            day += DAY * self.random.choice([0, 5, 15, 21, 30])
            if self.chance(75):
                day = self.cp_plan(child, conference, day)
            day += DAY * self.random.choice([0, 1, 30, 200])

    def enquiry(
        self, child: str, referrals: list[tuple[str, dt.date, dt.date | None]], start: dt.date
    ) -> str:
        enquiry = self.key(self.pick("S", ""))
        referral = self.random.choice(referrals)[0] if referrals and self.chance(80) else ""
        end = self.after(start, 40) if self.chance(55) else None
        self.add(
            "ssd_s47_enquiry",
            s47e_s47_enquiry_id=enquiry,
            s47e_referral_id=referral,
            s47e_person_id=child,
            s47e_s47_start_date=self.written(start, empty=1),
            s47e_s47_end_date=self.written(end),
            s47e_s47_nfa=self.no(85),
            s47e_s47_outcome_json=self.pick(
                "", '{"CP_CONFERENCE_FLAG": "Y"}', '{"CP_CONFERENCE_FLAG": "N"}', "[]", "nonsense"
            ),
            s47e_s47_completed_by_team=self.random.choice(WRITTEN_TEAMS),
        )
        conference = ""
        for _ in range(self.random.choice([0, 1, 1, 2])):
            conference = self.key("I")
            held = start + DAY * self.random.choice(
                [-1, 0, 5, 15, 19, 20, 21, 22, 23, 24, 26, 27, 59, 60, 61, 62]
            )
            self.add(
                "ssd_initial_cp_conference",
                icpc_icpc_id=conference,
                icpc_s47_enquiry_id=enquiry if self.chance(70) else self.pick("", "S999", "NULL"),
                icpc_person_id=child,
                icpc_icpc_transfer_in=self.no(88),
                icpc_icpc_date=self.written(held, empty=2),
            )
        return conference

    def cp_plan(self, child: str, conference: str, start: dt.date) -> dt.date:
        end = self.after(start, 500) if self.chance(55) else None
        plan = self.key(self.pick("L", ""))
        self.add(
            "ssd_cp_plans",
            cppl_cp_plan_id=plan,
            cppl_icpc_id=self.pick(conference, conference, "", "I999"),
            cppl_person_id=child,
            cppl_cp_plan_start_date=self.written(start, empty=1),
            cppl_cp_plan_end_date=self.written(end),
            cppl_cp_plan_ola=self.no(90),
        )
        last = min(end or self.today, self.today)
        day = start
        while day < last + DAY * 20:
            day += DAY * self.random.choice([0, 40, 89, 90, 91, 92, 93, 100, 180, 182, 183, 184, 185])
            if end and self.chance(15):
                day = end
            self.add(
                "ssd_cp_reviews",
                cppr_cp_review_id=self.key("W"),
                cppr_person_id=child,
                cppr_cp_plan_id=plan if self.chance(95) else "L999",
                cppr_cp_review_date=self.written(day, empty=1),
                cppr_cp_review_quorate=self.pick("Y", "Y", "Y", "y", "", "N", "NULL"),
            )
            day += DAY
        day = start - DAY * 2
        while day < last + DAY * 10:
            day += DAY * self.random.choice([0, 2, 7, 12, 13, 14, 14, 15, 16, 18, 30])
            self.add(
                "ssd_cp_visits",
                cppv_cp_visit_id=self.key("V"),
                cppv_person_id=child,
                cppv_cp_plan_id=self.pick(plan, plan, plan, plan, "", "NULL", "L999"),
                cppv_cp_visit_date=self.written(day, empty=1),
                cppv_cp_visit_seen=self.yes(88),
                cppv_cp_visit_seen_alone=self.yes(60),
            )
            if self.chance(1):
                break
            day += DAY
        self.meetings(child, "core_group", start, end, (0, 10, 13, 14, 15, 16, 41, 42, 43, 60))
        self.meetings(child, "mid_point_review", start, end, (0, 20, 41, 42, 43, 90, 91, 92, 93))
        return end or start + DAY * 100

    # --- care ------------------------------------------------------------------------------------

    def care(self, child: str, referrals: list[tuple[str, dt.date, dt.date | None]]) -> None:
        day = self.ago(self.random.choice([30, 60, 200, 500, 900]))
        for _ in range(self.random.choice([1, 1, 1, 2])):
            end = self.after(day, 500) if self.chance(45) else None
            if end and end < day:
                end = day
            period = self.key(self.pick("Z", ""))
            self.legal(child, day, end)
            self.placements(child, period, day, end)
            self.care_events(child, period, day, end)
            day = (end or day + DAY * 300) + DAY * self.random.choice([0, 1, 10, 100])

    def legal(self, child: str, start: dt.date, end: dt.date | None) -> None:
        dice = self.random.random()
        if dice < 0.15:
            return
        day = start + DAY * self.random.choice([0, 0, 0, 0, 0, -30, 2])
        first = self.pick(
            "V3", "V4", "V4: Short term breaks", "c) C1 - ICO", "V2", "C2", "E1", "C1: ICO", "C1"
        )
        for position in range(self.random.choice([1, 1, 2, 3])):
            stop = day + DAY * self.random.choice([0, 7, 28, 60, 120, 300])
            last = position > 0 and self.chance(50)
            self.add(
                "ssd_legal_status",
                lega_legal_status_id=self.key(self.pick("G", "")),
                lega_person_id=child,
                lega_legal_status=first,
                lega_legal_status_start_date=self.written(day, empty=1),
                lega_legal_status_end_date=self.written(end if last else stop, empty=15),
            )
            first = self.pick("V2", "V2", "C1", "C2", "V4", "V3")
            day = stop + DAY * self.random.choice([0, 0, 0, 0, 3])

    def placements(self, child: str, period: str, start: dt.date, end: dt.date | None) -> None:
        day = start
        for position in range(self.random.choice([1, 1, 2, 3])):
            stop: dt.date | None = day + DAY * self.random.choice([0, 3, 6, 7, 8, 30, 60, 200, 380])
            last = position == 2 or self.chance(55)
            if last or (end and stop and stop >= end):
                stop, last = end, True
            placement = self.key(self.pick("X", ""))
            self.add(
                "ssd_cla_episodes",
                clae_cla_episode_id=self.key("E"),
                clae_person_id=child,
                clae_cla_id=period,
                clae_cla_episode_start_date=self.written(day, empty=0.5),
                clae_cla_episode_ceased_date=self.written(stop),
                clae_cla_episode_ceased_reason=self.pick(
                    "E4A", "E11", "E41: RO", "E45", "E13", "E8", "X1", ""
                )
                if last
                else "X1",
                clae_cla_placement_id=placement,
            )
            self.add(
                "ssd_cla_placement",
                clap_cla_placement_id=placement,
                clap_person_id=child,
                clap_cla_id=period,
                clap_cla_placement_start_date=self.written(day, empty=0.5),
                clap_cla_placement_end_date=self.written(stop, empty=10),
                clap_cla_placement_type=self.pick(
                    "U6",
                    "U1",
                    "d) U4: Foster placement - long term",
                    "U4",
                    "P1",
                    "P1",
                    "K2",
                    "T0",
                    "T3",
                    "H5",
                ),
                clap_cla_placement_provider=self.pick("PR1", "PR4", "PR5: other", "PR4 - x", ""),
                clap_cla_placement_distance=self.pick("3.2", "20", "20.1", "45", "999.9", "", "NULL"),
            )
            if last or stop is None:
                break
            day = stop

    def care_events(self, child: str, period: str, start: dt.date, end: dt.date | None) -> None:
        last = min(end or self.today, self.today)
        day = start
        while day < last + DAY * 20:
            day += DAY * self.random.choice([0, 5, 6, 7, 8, 27, 28, 29, 40, 41, 42, 43, 44, 90, 92])
            self.add(
                "ssd_cla_visits",
                clav_cla_visit_id=self.key("V"),
                clav_cla_id=period,
                clav_person_id=child,
                clav_cla_visit_date=self.written(day, empty=1),
                clav_cla_visit_seen=self.yes(88),
            )
            day += DAY
        day = start
        while day < last + DAY * 40:
            day += DAY * self.random.choice([0, 20, 27, 28, 29, 30, 90, 91, 92, 93, 180, 183, 184, 185])
            if end and self.chance(8):
                day = end
            self.add(
                "ssd_cla_reviews",
                clar_cla_review_id=self.key("W"),
                clar_cla_id=period,
                clar_cla_review_date=self.written(day, empty=1),
                clar_cla_review_cancelled=self.no(90),
                clar_cla_review_participation=self.pick("PN1", "PN3 - x", "PN0", "PN7", "", "a) PN5"),
            )
            day += DAY
        for _ in range(self.random.choice([0, 1, 2])):
            opened = start + DAY * self.random.choice([0, 30, 200, 365, 400])
            self.add(
                "ssd_cla_care_plan",
                lacp_table_id=self.key("B"),
                lacp_person_id=child,
                lacp_cla_care_plan_start_date=self.written(opened),
                lacp_cla_care_plan_end_date=self.written(self.after(opened, 300), empty=60),
                lacp_cla_care_plan_json=json.dumps({"LTFOST18": self.pick("Y", "Y", "N", "")}),
            )
        for _ in range(self.random.choice([0, 1, 2, 4, 5])):
            day = start + DAY * self.random.choice(
                [-30, 0, 10, 27, 28, 29, 30, 180, 183, 184, 365, 366, 370, 550]
            )
            self.add(
                "ssd_cla_health",
                clah_health_check_id=self.key("H"),
                clah_person_id=child,
                clah_health_check_type=self.pick(
                    "IHA", "RHA", "Initial Health Assessment", "Review health assessment", "Dental",
                    "Dental check", "Dental health assessment", "Optician", "Review (RHA)",
                ),
                clah_health_check_date=self.written(day, empty=1),
                clah_health_check_status=self.pick(
                    "Completed", "Completed", "completed", "Planned", "Refused"
                ),
            )  # fmt: skip
        for _ in range(self.random.choice([0, 1, 2])):
            self.add(
                "ssd_sdq_scores",
                csdq_table_id=self.key("Q"),
                csdq_person_id=child,
                csdq_sdq_completed_date=self.written(
                    start + DAY * self.random.choice([0, 100, 364, 365, 366, 367, 700])
                ),
            )
        day = start
        for _ in range(self.random.choice([0, 1, 3, 5])):
            day += DAY * self.random.choice([0, 20, 28, 29, 30, 119, 120, 121, 122, 123, 124])
            self.add(
                "local_peps",
                pep_id=self.key("Y"),
                person_id=child,
                completed_date=self.written(day, empty=1),
            )

    # --- the rest --------------------------------------------------------------------------------

    def returns(self, child: str) -> None:
        back = dt.datetime.combine(self.ago(30), dt.time(self.random.randint(1, 23), 30))
        held: dt.datetime | None = None
        declined: dt.datetime | None = None
        if self.chance(60):
            held = back + dt.timedelta(
                minutes=self.random.choice([-120, 30, 4319, 4320, 4321, 4400, 5000, 2880])
            )
        if self.chance(30):
            declined = back + dt.timedelta(
                minutes=self.random.choice([1500, 2880, 4319, 4320, 4321, 5000, 7000])
            )
        self.add(
            "local_return_interviews",
            missing_id=self.key("J"),
            person_id=child,
            returned_at=self.at(back),
            offered_at="",
            held_at=self.at(held),
            declined_at=self.at(declined),
        )

    def at(self, moment: dt.datetime | None) -> str:
        if moment is None:
            return self.pick("", "NULL")
        if self.chance(20) or moment.time() == dt.time(0):
            return moment.date().isoformat()
        return moment.strftime("%Y-%m-%d %H:%M:%S") + self.pick("", "", ".123")

    def private_fostering(self, child: str) -> None:
        aware = self.ago(self.random.choice([15, 60, 500]))
        end = self.after(aware, 400) if self.chance(40) else None
        key = self.key("F")
        self.add(
            "local_private_fostering",
            arrangement_id=key,
            person_id=child,
            aware_date=self.written(aware, empty=2),
            start_date=self.written(aware - DAY * 5),
            end_date=self.written(end),
        )
        day = aware - DAY * 2
        for _ in range(self.random.choice([0, 1, 2, 5, 9])):
            day += DAY * self.random.choice([0, 2, 7, 9, 10, 11, 12, 41, 42, 43, 83, 84, 85])
            self.add(
                "local_private_fostering_visits",
                visit_id=self.key("V"),
                arrangement_id=key if self.chance(97) else "F999",
                visit_date=self.written(day, empty=1),
            )

    def court(self, child: str) -> None:
        decided = self.ago(200)
        letter = decided + DAY * self.random.choice([0, 7, 14, 30])
        self.add(
            "local_pre_proceedings",
            pre_proceedings_id=self.key("O"),
            person_id=child,
            decision_date=self.written(decided, empty=5),
            letter_date=self.written(letter, empty=30),
            end_date=self.written(letter + DAY * self.random.choice([-3, 97, 98, 99, 60, 150]), empty=45),
        )
        if self.chance(60):
            issued = self.ago(400)
            case = self.key("J")
            self.add(
                "local_court",
                case_id=case,
                person_id=child,
                issue_date=self.written(issued, empty=1),
                extension_to_date=self.written(issued + DAY * 240, empty=75),
                conclusion_date=self.written(
                    issued + DAY * self.random.choice([-2, 100, 180, 181, 182, 240, 241]), empty=45
                ),
            )

    def exploitation(self, child: str) -> None:
        flagged = self.ago(200)
        self.add(
            "local_exploitation",
            flag_id=self.key("EX"),
            person_id=child,
            flagged_date=self.written(flagged, empty=2),
            ended_date=self.written(self.after(flagged), empty=60),
            risk_assessment_date=self.written(self.after(flagged, 20), empty=30),
            plan_date=self.written(self.after(flagged, 20), empty=30),
        )

    def leaver(self, child: str) -> None:
        self.add(
            "ssd_care_leavers",
            clea_table_id=self.key("CL"),
            clea_person_id=child,
            clea_care_leaver_eligibility=self.pick(
                "Relevant", "Former Relevant", "Qualifying", "Eligible", "No Current Eligibility",
                "a) Relevant child", "b) Former relevant child", "c) Qualifying care leaver", "",
            ),
            clea_care_leaver_in_touch=self.pick(
                "YES", "YES", "NO", "REFU", "NREQ", "RHOM", "DIED", "a) Yes", "d) Refu", "f) Rhom", ""
            ),
            clea_care_leaver_latest_contact=self.written(
                self.today - DAY * self.random.choice([0, 20, 55, 56, 57, 58, 100, -3]), empty=25
            ),
            clea_care_leaver_accom_suitable=self.pick(
                "Suitable", "a) Suitable", "Unsuitable", "b) Unsuitable", ""
            ),
            clea_care_leaver_activity=self.pick("F1", "F2: x", "P4", "G4", "G5: x", "F3", "", "a) P1 - x"),
            clea_pathway_plan_review_date=self.written(
                self.today - DAY * self.random.choice([0, 30, 181, 182, 183, 184, 185, 300, 900, -5]),
                empty=35,
            ),
            clea_care_leaver_allocated_team=self.random.choice(WRITTEN_TEAMS),
            clea_care_leaver_worker_id=self.random.choice(WRITTEN_WORKERS),
        )  # fmt: skip

    def carers_audits_complaints(self) -> None:
        months = (
            "fostering",
            "connected_person",
            "special_guardianship",
            "adopter_stage_1",
            "adopter_stage_2",
        )
        for _ in range(self.size // 5):
            start = self.ago(300)
            self.add(
                "local_carer_assessments",
                assessment_id=self.key("CA"),
                kind=self.random.choice(months),
                team_id=self.random.choice(WRITTEN_TEAMS),
                worker_id=self.random.choice(WRITTEN_WORKERS),
                start_date=self.written(start, empty=2),
                decision_date=self.written(
                    start + DAY * self.random.choice([-1, 0, 59, 60, 61, 62, 122, 123, 240, 243, 244, 245]),
                    empty=50,
                ),
                withdrawn_date=self.written(self.after(start), empty=80),
                audit_grade=self.pick(
                    "good", "outstanding", "inadequate", "requires_improvement", "", "Good"
                ),
            )
            month = self.ago(200)
            due = month.replace(day=10) + DAY * 31
            self.add(
                "local_audits",
                audit_id=self.key("AU"),
                team_id=self.random.choice(WRITTEN_TEAMS),
                person_id=self.random.choice((*self.children, "", "")),
                audit_month=month.strftime("%Y-%m"),
                due_date=self.written(due, empty=3),
                completed_date=self.written(
                    due + DAY * self.random.choice([-50, -5, -1, 0, 0, 1, 9]), empty=30
                ),
                grade=self.pick("good", "outstanding", "inadequate", "requires_improvement", ""),
                child_voice=self.yes(60),
            )
            received = self.ago(60)
            self.add(
                "local_complaints",
                complaint_id=self.key("CO"),
                team_id=self.random.choice(WRITTEN_TEAMS),
                stage=self.pick("1", "1", "2"),
                received_date=self.written(received, empty=2),
                responded_date=self.written(
                    received + DAY * self.random.choice([-1, 0, 13, 14, 15, 16, 35, 36]), empty=35
                ),
            )

    def in_house(self) -> None:
        for back in (400, 100, 31, 0, -10):
            self.add(
                "local_placements_in_house",
                as_at=(self.today - DAY * back).isoformat(),
                places=str(self.random.randint(80, 120)),
            )

    def spoil_some_dates(self) -> None:
        """Days that do not exist. Few of many: a column that is mostly so is refused as a whole."""
        for table, rows in self.tables.items():
            for name in COLUMNS[table]:
                filled = [row for row in rows if row[name] not in ("", "NULL")]
                if name.endswith("_date") and len(filled) >= 20 and self.chance(20):
                    self.random.choice(filled)[name] = self.pick("2026-02-30", "soon")

    def repeat_some_keys(self) -> None:
        """A key that comes twice, the second time with another content: the first counts."""
        for table in ("ssd_cin_assessments", "ssd_cp_plans", "ssd_cin_episodes", "ssd_involvements"):
            rows = self.tables[table]
            if len(rows) > 2 and self.chance(30):
                twice = dict(self.random.choice(rows))
                twice[COLUMNS[table][0]] = rows[0][COLUMNS[table][0]]
                rows.append(twice)

    def shuffle(self) -> None:
        for table, rows in self.tables.items():
            if table != "local_placements_in_house":
                self.random.shuffle(rows)


REMOVABLE = (
    "local_contact_decisions",
    "ssd_cin_visits",
    "ssd_cp_visits",
    "ssd_cp_reviews",
    "ssd_cla_visits",
    "ssd_cla_reviews",
    "ssd_cla_health",
    "ssd_sdq_scores",
    "ssd_care_leavers",
    "ssd_contacts",
    "ssd_s47_enquiry",
    "local_meetings",
    "local_supervisions",
    "local_peps",
    "local_audits",
    "local_court",
    "local_private_fostering_visits",
    "local_return_interviews",
    "local_exploitation",
)


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 3, 1)
