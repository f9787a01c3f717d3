"""What a table cannot say when a whole column of it is missing (data standards 1.3).

A column that is not there is empty in every row. Mostly that is harmless; but a table of visits that never says
whether the child was seen would make every visit overdue, and one that never says how far away a placement is would
make none far. Such a measure has no data, by name; it is not 0 and not 100.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from kpi_engine.extracts.raw import Reach

HEALTH = ("initial_health_assessment", "review_health_assessment", "dental_check")
DEPENDS: dict[str, dict[str, tuple[str, ...]]] = {
    "ssd_contacts": {"cont_contact_outcome_json": ("contact_conversion",)},
    "ssd_cin_assessments": {"cina_assessment_child_seen": ("assessments_child_seen",)},
    "ssd_cin_visits": {"cinv_cin_visit_seen": ("cin_visit",)},
    "ssd_cp_visits": {
        "cppv_cp_visit_seen": ("cp_visit", "cp_children_seen_alone"),
        "cppv_cp_visit_seen_alone": ("cp_children_seen_alone",),
    },
    "ssd_cla_visits": {"clav_cla_visit_seen": ("lac_visit",)},
    "ssd_cla_reviews": {"clar_cla_review_participation": ("lac_review_participation",)},
    "ssd_cla_placement": {
        "clap_cla_placement_distance": ("placements_over_20_miles",),
        "clap_cla_placement_provider": ("ifa_placements",),
    },
    "ssd_cla_health": {"clah_health_check_type": HEALTH, "clah_health_check_status": HEALTH},
    "ssd_care_leavers": {
        "clea_care_leaver_in_touch": ("care_leavers_in_touch",),
        "clea_care_leaver_activity": ("care_leavers_eet",),
        "clea_care_leaver_accom_suitable": ("care_leavers_suitable_homes",),
    },
    "ssd_involvements": {
        "invo_professional_id": ("cin_unallocated", "cp_unallocated", "lac_unallocated", "caseload_average",
                                 "caseloads_over_standard"),
    },
    "local_meetings": {"held": ("core_group", "cin_review", "mid_point_review")},
    "local_contact_decisions": {"decision_date": ("contact_decision",)},
}  # fmt: skip
"""Measures and clocks that hang on a column, by table. A measure whose clock is named goes with it.

Dates of which a missing column may honestly mean "none yet" (a pathway plan, a contact, an end) are not here.
"""


def reach_of(tables: Mapping[str, pa.Table]) -> Reach:
    """What typed tables cannot say for want of a column; a table without rows lacks nothing."""
    cannot: dict[str, str] = {}
    for table, columns in DEPENDS.items():
        if table in tables and tables[table].num_rows:
            for column, names in columns.items():
                if column not in tables[table].column_names:
                    cannot |= dict.fromkeys(names, f"{table} has no column {column}.")
    return Reach(cannot)


def sentences(reach: Reach) -> list[str]:
    """What the operator is told on loading, one line for each column."""
    by_reason: dict[str, list[str]] = {}
    for name, why in reach.cannot.items():
        by_reason.setdefault(why, []).append(name)
    return [f"{why} No data for {', '.join(names)}." for why, names in by_reason.items()]
