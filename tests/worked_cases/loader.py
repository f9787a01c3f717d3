"""Reads the worked cases: each case with everything its runner has to add (README.md of this folder).

`load_cases()` gives a list of Case. Every table is a list of dicts of strings, as a CSV would hold them:
dates ISO, timestamps 'YYYY-MM-DD HH:MM:SS', nothing given = "". Every row carries every column its table has.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Rows = list[dict[str, str]]
Tables = dict[str, Rows]

HERE = Path(__file__).parent
ASSUMED_AGE = 10  # years old on D, of a child named in a case and not described

# Column names that decide a table's shape: the key first. What a case does not name comes from here.
COLUMNS: dict[str, tuple[str, ...]] = {
    "ssd_person": ("pers_person_id", "pers_sex", "pers_gender", "pers_ethnicity", "pers_dob"),
    "ssd_involvements": (
        "invo_involvements_id",
        "invo_professional_id",
        "invo_professional_role_id",
        "invo_professional_team",
        "invo_involvement_start_date",
        "invo_involvement_end_date",
        "invo_worker_change_reason",
        "invo_person_id",
        "invo_referral_id",
    ),
    "ssd_professionals": ("prof_professional_id", "prof_professional_name"),
    "ssd_department": ("dept_team_id", "dept_team_name", "dept_team_parent_id", "dept_team_parent_name"),
    "ssd_contacts": (
        "cont_contact_id",
        "cont_person_id",
        "cont_contact_date",
        "cont_contact_source_code",
        "cont_contact_outcome_json",
    ),
    "ssd_cin_episodes": (
        "cine_referral_id",
        "cine_person_id",
        "cine_referral_date",
        "cine_cin_primary_need_code",
        "cine_referral_source_code",
        "cine_referral_outcome_json",
        "cine_referral_nfa",
        "cine_close_reason",
        "cine_close_date",
        "cine_referral_team",
        "cine_referral_worker_id",
    ),
    "ssd_cin_assessments": (
        "cina_assessment_id",
        "cina_person_id",
        "cina_referral_id",
        "cina_assessment_start_date",
        "cina_assessment_child_seen",
        "cina_assessment_auth_date",
        "cina_assessment_outcome_json",
        "cina_assessment_outcome_nfa",
        "cina_assessment_team",
        "cina_assessment_worker_id",
    ),
    "ssd_cin_plans": (
        "cinp_cin_plan_id",
        "cinp_referral_id",
        "cinp_person_id",
        "cinp_cin_plan_start_date",
        "cinp_cin_plan_end_date",
        "cinp_cin_plan_team",
        "cinp_cin_plan_worker_id",
    ),
    "ssd_cin_visits": (
        "cinv_cin_visit_id",
        "cinv_person_id",
        "cinv_cin_visit_date",
        "cinv_cin_visit_seen",
        "cinv_cin_visit_seen_alone",
        "cinv_cin_visit_bedroom",
    ),
    "ssd_s47_enquiry": (
        "s47e_s47_enquiry_id",
        "s47e_referral_id",
        "s47e_person_id",
        "s47e_s47_start_date",
        "s47e_s47_end_date",
        "s47e_s47_nfa",
        "s47e_s47_outcome_json",
        "s47e_s47_completed_by_worker_id",
        "s47e_s47_completed_by_team",
    ),
    "ssd_initial_cp_conference": (
        "icpc_icpc_id",
        "icpc_s47_enquiry_id",
        "icpc_person_id",
        "icpc_icpc_transfer_in",
        "icpc_icpc_target_date",
        "icpc_icpc_date",
        "icpc_icpc_outcome_cp_flag",
        "icpc_icpc_outcome_json",
    ),
    "ssd_cp_plans": (
        "cppl_cp_plan_id",
        "cppl_referral_id",
        "cppl_icpc_id",
        "cppl_person_id",
        "cppl_cp_plan_start_date",
        "cppl_cp_plan_end_date",
        "cppl_cp_plan_initial_category",
        "cppl_cp_plan_ola",
        "cppl_cp_plan_latest_category",
    ),
    "ssd_cp_reviews": (
        "cppr_cp_review_id",
        "cppr_person_id",
        "cppr_cp_plan_id",
        "cppr_cp_review_due",
        "cppr_cp_review_date",
        "cppr_cp_review_outcome_continue_cp",
        "cppr_cp_review_quorate",
        "cppr_cp_review_participation",
    ),
    "ssd_cp_visits": (
        "cppv_cp_visit_id",
        "cppv_person_id",
        "cppv_cp_plan_id",
        "cppv_cp_visit_date",
        "cppv_cp_visit_seen",
        "cppv_cp_visit_seen_alone",
        "cppv_cp_visit_bedroom",
    ),
    "ssd_cla_episodes": (
        "clae_cla_episode_id",
        "clae_person_id",
        "clae_cla_episode_start_date",
        "clae_cla_episode_start_reason",
        "clae_cla_primary_need_code",
        "clae_cla_episode_ceased_date",
        "clae_cla_episode_ceased_reason",
        "clae_cla_id",
        "clae_referral_id",
        "clae_cla_placement_id",
        "clae_entered_care_date",
        "clae_cla_last_iro_contact_date",
    ),
    "ssd_cla_placement": (
        "clap_cla_placement_id",
        "clap_cla_placement_start_date",
        "clap_cla_placement_type",
        "clap_cla_placement_urn",
        "clap_cla_placement_distance",
        "clap_cla_id",
        "clap_cla_placement_provider",
        "clap_cla_placement_postcode",
        "clap_cla_placement_end_date",
        "clap_cla_placement_change_reason",
        "clap_person_id",
    ),
    "ssd_cla_reviews": (
        "clar_cla_review_id",
        "clar_cla_id",
        "clar_cla_review_due_date",
        "clar_cla_review_date",
        "clar_cla_review_cancelled",
        "clar_cla_review_participation",
    ),
    "ssd_cla_visits": (
        "clav_cla_visit_id",
        "clav_cla_id",
        "clav_person_id",
        "clav_cla_visit_date",
        "clav_cla_visit_seen",
        "clav_cla_visit_seen_alone",
    ),
    "ssd_cla_care_plan": (
        "lacp_table_id",
        "lacp_person_id",
        "lacp_cla_care_plan_start_date",
        "lacp_cla_care_plan_end_date",
        "lacp_cla_care_plan_json",
    ),
    "ssd_cla_health": (
        "clah_health_check_id",
        "clah_person_id",
        "clah_health_check_type",
        "clah_health_check_date",
        "clah_health_check_status",
    ),
    "ssd_sdq_scores": (
        "csdq_table_id",
        "csdq_person_id",
        "csdq_sdq_completed_date",
        "csdq_sdq_reason",
        "csdq_sdq_score",
    ),
    "ssd_legal_status": (
        "lega_legal_status_id",
        "lega_person_id",
        "lega_legal_status",
        "lega_legal_status_start_date",
        "lega_legal_status_end_date",
    ),
    "ssd_missing": ("miss_table_id", "miss_person_id", "miss_missing_episode_start_date"),
    "ssd_care_leavers": (
        "clea_table_id",
        "clea_person_id",
        "clea_care_leaver_eligibility",
        "clea_care_leaver_in_touch",
        "clea_care_leaver_latest_contact",
        "clea_care_leaver_accommodation",
        "clea_care_leaver_accom_suitable",
        "clea_care_leaver_activity",
        "clea_pathway_plan_review_date",
        "clea_care_leaver_personal_advisor",
        "clea_care_leaver_allocated_team",
        "clea_care_leaver_worker_id",
    ),
    "ssd_pre_proceedings": ("prep_table_id", "prep_person_id"),
    "ssd_permanence": ("perm_table_id", "perm_person_id", "perm_cla_id"),
    "ssd_disability": ("disa_table_id", "disa_person_id", "disa_disability_code"),
    "ssd_immigration_status": ("immi_immigration_status_id", "immi_person_id", "immi_immigration_status"),
    "ssd_early_help_episodes": ("earl_episode_id", "earl_person_id", "earl_episode_start_date"),
    "ssd_address": ("addr_table_id", "addr_person_id", "addr_address_start_date"),
    "local_teams": ("team_id", "team_name", "kind", "manager_id", "managed_service"),
    "local_staff": (
        "professional_id",
        "team_id",
        "role",
        "qualified",
        "fte",
        "agency",
        "start_date",
        "end_date",
        "supervisor_id",
        "induction_date",
        "appraisal_due_date",
        "appraisal_date",
    ),
    "local_supervisions": ("supervision_id", "professional_id", "supervision_date"),
    "local_contact_decisions": ("contact_id", "decision_date", "team_id"),
    "local_meetings": ("meeting_id", "person_id", "kind", "meeting_date", "held"),
    "local_pre_proceedings": (
        "pre_proceedings_id",
        "person_id",
        "decision_date",
        "letter_date",
        "first_meeting_date",
        "end_date",
        "outcome",
    ),
    "local_court": (
        "case_id",
        "person_id",
        "issue_date",
        "extension_to_date",
        "conclusion_date",
        "order",
    ),
    "local_private_fostering": ("arrangement_id", "person_id", "aware_date", "start_date", "end_date"),
    "local_private_fostering_visits": ("visit_id", "arrangement_id", "visit_date"),
    "local_carer_assessments": (
        "assessment_id",
        "kind",
        "team_id",
        "worker_id",
        "start_date",
        "panel_date",
        "decision_date",
        "withdrawn_date",
        "audit_grade",
    ),
    "local_placements_in_house": ("as_at", "places"),
    "local_return_interviews": (
        "missing_id",
        "person_id",
        "returned_at",
        "offered_at",
        "held_at",
        "declined_at",
    ),
    "local_peps": ("pep_id", "person_id", "completed_date"),
    "local_exploitation": (
        "flag_id",
        "person_id",
        "flagged_date",
        "ended_date",
        "risk_assessment_date",
        "plan_date",
    ),
    "local_audits": (
        "audit_id",
        "team_id",
        "person_id",
        "audit_month",
        "due_date",
        "completed_date",
        "grade",
        "child_voice",
    ),
    "local_complaints": ("complaint_id", "team_id", "stage", "received_date", "responded_date"),
    "local_users": ("user_id", "name", "role", "unit_id", "active", "also_sees"),
}
NO_KEY = frozenset({"local_placements_in_house"})

# Where a child is named, table by table.
PERSON_COLUMNS: dict[str, str] = {
    table: next((name for name in names if name == "person_id" or name.endswith("_person_id")), "")
    for table, names in COLUMNS.items()
    if table != "ssd_person"
}


@dataclass(frozen=True)
class Case:
    """One worked case, ready to be loaded.

    as_at: D.  tables: table -> rows of strings; a table of `absent` is not in it.
    clocks: those whose rows are checked.  expect_measures: slug -> list of questions, each a dict with value
    and, where given, of, unit, period (two dates) and bounds.  The other expectations are as in the file.
    """

    name: str
    file: str
    as_at: dt.date
    tables: Tables
    clocks: tuple[str, ...]
    expect_ledger: list[dict[str, Any]] | None
    expect_measures: dict[str, list[dict[str, Any]]]
    expect_quality: list[dict[str, Any]]
    expect_words: list[dict[str, Any]]
    absent: tuple[str, ...]
    because: str = field(repr=False)


def load_cases(folder: Path = HERE) -> list[Case]:
    """Every case of every .yaml file of the folder, files by name, cases in their order."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        for raw in yaml.safe_load(path.read_text(encoding="utf-8")):
            cases.append(_case(raw, path.stem))
    return cases


def cell(value: object) -> str:
    """A YAML value as a CSV cell: nothing is "", dates ISO, timestamps to the second."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _case(raw: dict[str, Any], file: str) -> Case:
    absent = tuple(raw.get("absent", ()))
    given: Tables = {
        table: [{name: cell(value) for name, value in row.items()} for row in rows]
        for table, rows in raw["tables"].items()
    }
    if not raw.get("complete"):
        _number_keys(given)
        _know_everyone(given, raw["as_at"])
        for table in COLUMNS:
            given.setdefault(table, [])
    for table in absent:
        given.pop(table, None)
    questions = {
        slug: entry if isinstance(entry, list) else [entry]
        for slug, entry in raw.get("expect_measures", {}).items()
    }
    return Case(
        name=raw["name"],
        file=file,
        as_at=raw["as_at"],
        tables={table: _squared(rows, table) for table, rows in given.items()},
        clocks=tuple(raw.get("clocks", ())),
        expect_ledger=raw.get("expect_ledger"),
        expect_measures=questions,
        expect_quality=raw.get("expect_quality", []),
        expect_words=raw.get("expect_words", []),
        absent=absent,
        because=raw["because"],
    )


def _number_keys(tables: Tables) -> None:
    """Keys that a case leaves out: k1, k2, ... Never one that the case uses itself."""
    for table, rows in tables.items():
        if table in NO_KEY:
            continue
        key = COLUMNS[table][0]
        used = {row.get(key, "") for row in rows}
        number = 0
        for row in rows:
            if row.get(key):
                continue
            number += 1
            while f"k{number}" in used:
                number += 1
            row[key] = f"k{number}"


def _know_everyone(tables: Tables, as_at: dt.date) -> None:
    """Children who are named somewhere and nowhere described: known, and ten years old on D."""
    people = tables.setdefault("ssd_person", [])
    known = {row["pers_person_id"] for row in people}
    born = dt.date(as_at.year - ASSUMED_AGE, as_at.month, min(as_at.day, 28)).isoformat()
    for table, column in PERSON_COLUMNS.items():
        for row in tables.get(table, ()):
            child = row.get(column, "")
            if column and child and child not in known:
                known.add(child)
                people.append({"pers_person_id": child, "pers_dob": born})


def _squared(rows: Rows, table: str) -> Rows:
    """The same rows, each with every column of the table and of any other row."""
    names = list(COLUMNS.get(table, ()))
    for row in rows:
        names += [name for name in row if name not in names]
    return [{name: row.get(name, "") for name in names} for row in rows]


def write_folder(tables: Tables, folder: Path) -> Path:
    """The tables as an SSD folder: one CSV a table, UTF-8, header first. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        names: Iterable[str] = rows[0] if rows else COLUMNS[table]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(names))
            writer.writeheader()
            writer.writerows(rows)
    return folder
