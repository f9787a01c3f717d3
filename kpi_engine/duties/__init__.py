"""Every clock of rules.md 5, one file per family; families never import each other."""

from __future__ import annotations

from collections.abc import Callable

from kpi_engine.clocks import Duties
from kpi_engine.duties import (
    assessment,
    care_leavers,
    child_in_need,
    child_protection,
    court,
    fostering_adoption,
    front_door,
    looked_after,
    private_fostering,
    quality,
    workforce,
)  # fmt: skip
from kpi_engine.world import World

CLOCKS: dict[str, Callable[[World], Duties]] = {
    **front_door.CLOCKS, **assessment.CLOCKS, **child_protection.CLOCKS, **child_in_need.CLOCKS,
    **looked_after.CLOCKS, **care_leavers.CLOCKS, **court.CLOCKS, **private_fostering.CLOCKS,
    **fostering_adoption.CLOCKS, **workforce.CLOCKS, **quality.CLOCKS,
}  # fmt: skip
"""Every clock by name, in the order of rules.md 5."""

CHILDLESS = frozenset({"complaint", "carer_assessment", "supervision", "appraisal", "induction"})
"""Clocks whose rows are about no child: the ledger carries the record's id in its place."""

NEEDS: dict[str, tuple[str, ...]] = {
    "contact_decision": ("local_contact_decisions",), "initial_conference": ("ssd_initial_cp_conference",),
    "review_conference": ("ssd_cp_reviews",), "cp_visit": ("ssd_cp_visits",), "core_group": ("local_meetings",),
    "mid_point_review": ("ssd_cp_reviews", "local_meetings"), "cin_plan": ("ssd_cin_plans",),
    "cin_visit": ("ssd_cin_visits",), "cin_review": ("local_meetings",), "lac_visit": ("ssd_cla_visits",),
    "lac_review": ("ssd_cla_reviews",), "initial_health_assessment": ("ssd_cla_health",),
    "review_health_assessment": ("ssd_cla_health",), "dental_check": ("ssd_cla_health",), "sdq": ("ssd_sdq_scores",),
    "pep": ("local_peps",), "private_fostering_first_visit": ("local_private_fostering_visits",),
    "private_fostering_visit": ("local_private_fostering_visits",), "supervision": ("local_supervisions",),
}  # fmt: skip
"""Tables of events without which a clock has no rows at all: nobody can say what was done (rules 7)."""
