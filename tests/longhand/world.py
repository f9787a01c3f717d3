"""The records as at D: cells read, repeats of a key dropped, nothing dated after D.

A `Records` is what was loaded; a `World` is how it looks at the end of one day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from tests.longhand import cells

Row = dict[str, str | None]
P = ParamSpec("P")
T = TypeVar("T")

KEYS: dict[str, tuple[str, ...]] = {
    "ssd_person": ("pers_person_id",),
    "ssd_involvements": ("invo_involvements_id",),
    "ssd_professionals": ("prof_professional_id",),
    "ssd_department": ("dept_team_id",),
    "ssd_contacts": ("cont_contact_id",),
    "ssd_cin_episodes": ("cine_referral_id",),
    "ssd_cin_assessments": ("cina_assessment_id",),
    "ssd_cin_plans": ("cinp_cin_plan_id",),
    "ssd_cin_visits": ("cinv_cin_visit_id",),
    "ssd_s47_enquiry": ("s47e_s47_enquiry_id",),
    "ssd_initial_cp_conference": ("icpc_icpc_id",),
    "ssd_cp_plans": ("cppl_cp_plan_id",),
    "ssd_cp_reviews": ("cppr_cp_review_id",),
    "ssd_cp_visits": ("cppv_cp_visit_id",),
    "ssd_cla_episodes": ("clae_cla_episode_id",),
    "ssd_cla_placement": ("clap_cla_placement_id",),
    "ssd_cla_reviews": ("clar_cla_review_id",),
    "ssd_cla_visits": ("clav_cla_visit_id",),
    "ssd_cla_care_plan": ("lacp_table_id",),
    "ssd_cla_health": ("clah_health_check_id",),
    "ssd_sdq_scores": ("csdq_table_id",),
    "ssd_legal_status": ("lega_legal_status_id",),
    "ssd_care_leavers": ("clea_table_id",),
    "local_teams": ("team_id",),
    "local_staff": ("professional_id",),
    "local_supervisions": ("supervision_id",),
    "local_contact_decisions": ("contact_id",),
    "local_meetings": ("meeting_id",),
    "local_pre_proceedings": ("pre_proceedings_id",),
    "local_court": ("case_id", "person_id"),
    "local_private_fostering": ("arrangement_id",),
    "local_private_fostering_visits": ("visit_id",),
    "local_carer_assessments": ("assessment_id",),
    "local_return_interviews": ("missing_id",),
    "local_peps": ("pep_id",),
    "local_exploitation": ("flag_id",),
    "local_audits": ("audit_id",),
    "local_complaints": ("complaint_id",),
}


class Records:
    """Tables with their cells stripped; of rows with one key the first in the file."""

    def __init__(self, tables: dict[str, list[dict[str, str]]]) -> None:
        self.tables: dict[str, list[Row]] = {}
        for table, rows in tables.items():
            seen = set()
            kept = []
            for raw in rows:
                row = {name: cells.text(value) for name, value in raw.items()}
                key = tuple(row.get(name) for name in KEYS.get(table, ()))
                if key and all(part is not None for part in key):
                    if key in seen:
                        continue
                    seen.add(key)
                kept.append(row)
            self.tables[table] = kept

    def has(self, *tables: str) -> bool:
        return all(table in self.tables for table in tables)

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])


class World:
    """The records at the end of day `as_at`."""

    def __init__(self, records: Records, as_at: dt.date) -> None:
        self.records = records
        self.as_at = as_at
        self.memory: dict[tuple[object, ...], Any] = {}

    def rows(self, table: str) -> list[Row]:
        return self.records.rows(table)

    def date(self, row: Row, column: str) -> dt.date | None:
        """The date of an event: None when empty, impossible or after D."""
        found = cells.date(row.get(column))
        return found if found and found <= self.as_at else None

    def limit(self, row: Row, column: str) -> dt.date | None:
        """A date that is a limit and may lie after D."""
        return cells.date(row.get(column))

    @cached_property
    def born(self) -> dict[str | None, dt.date | None]:
        """Child -> date of birth."""
        return {row["pers_person_id"]: cells.date(row.get("pers_dob")) for row in self.rows("ssd_person")}

    @cached_property
    def _by_column(self) -> dict[tuple[str, str], dict[str | None, list[Row]]]:
        return {}

    def where(self, table: str, column: str, value: str | None) -> list[Row]:
        """The rows of the table whose column holds the value, in the file's order. None matches nothing."""
        if value is None:
            return []
        known = self._by_column.get((table, column))
        if known is None:
            known = defaultdict(list)
            for row in self.rows(table):
                known[row.get(column)].append(row)
            self._by_column[(table, column)] = known
        return known.get(value, [])

    def first(self, table: str, column: str, value: str | None) -> Row | None:
        found = self.where(table, column, value)
        return found[0] if found else None


def remembered(work: Callable[Concatenate[World, P], T]) -> Callable[Concatenate[World, P], T]:
    """Work out something about a world once: only so that many random authorities can be compared."""

    @wraps(work)
    def answer(world: World, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (work.__module__, work.__name__, args, tuple(sorted(kwargs.items())))
        if key not in world.memory:
            world.memory[key] = work(world, *args, **kwargs)
        found: T = world.memory[key]
        return found

    return answer
