"""What an Annex A workbook cannot say, measure by measure (inputs.md 3): never 0, always a sentence.

The workbook is a snapshot: of visits, reviews and checks it names only the newest. That is enough to say what is
overdue now (the newest row starts at the newest event), and too little for any rate. Its contacts, referrals,
assessments and enquiries go back six months; ended plans and care periods too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from kpi_engine.cells import code
from kpi_engine.extracts.annex_a_rows import ListRows
from kpi_engine.extracts.raw import Reach
from kpi_engine.measures import CATALOGUE
from kpi_engine.periods import add_months

MONTHS_OF_EVENTS = 6
NEWEST_ONLY = (
    "review_conference", "mid_point_review", "cp_visit", "lac_visit", "lac_review", "initial_health_assessment",
    "review_health_assessment", "dental_check",
)  # fmt: skip
_NEWEST = "Annex A names only the newest {}, so nothing can be said of those that fell due before."
_TWELVE = "the measure looks back twelve months and Annex A holds six."
_NO_PLANS = "Annex A has no child in need plans, with their dates, and no visits to them."

CANNOT = {
    "contact_conversion": "Annex A does not say what became of a contact.",
    "rereferrals": f"Annex A lists the referrals of six months; {_TWELVE}",
    "assessments_in_time_from_referral": "Annex A does not say which referral an assessment belongs to.",
    "assessment_from_referral": "Annex A does not say which referral an assessment belongs to.",
    "cin_duration": f"Annex A lists the closures of six months; {_TWELVE}",
    "cin_stepped_down": "Annex A does not say when a referral that led to no work was closed.",
    "cin_without_plan": _NO_PLANS,
    "cin_visits_overdue": _NO_PLANS,
    "cin_visits_in_time": _NO_PLANS,
    "cin_reviews_overdue": _NO_PLANS,
    "cin_reviews_in_time": _NO_PLANS,
    "review_conferences_in_time": _NEWEST.format("review conference"),
    "mid_point_reviews_in_time": _NEWEST.format("review conference"),
    "cp_visits_in_time": _NEWEST.format("visit"),
    "cp_children_seen_alone": _NEWEST.format("visit"),
    "cp_duration": f"Annex A lists the plans that ended in six months; {_TWELVE}",
    "cp_stepped_up": f"Annex A lists the plans that ended in six months; {_TWELVE}",
    "cp_repeat_plans": "Annex A has no plans that ended more than six months ago.",
    "lac_visits_in_time": _NEWEST.format("visit"),
    "lac_reviews_in_time": _NEWEST.format("review"),
    "lac_review_participation": _NEWEST.format("review"),
    "initial_health_in_time": _NEWEST.format("health assessment"),
    "sdq_overdue": "Annex A has no Strengths and Difficulties Questionnaires.",
    "placements_over_20_miles": "Annex A has no distances.",
    "permanence_in_time": f"Annex A lists the care periods that ended in six months; {_TWELVE}",
}  # fmt: skip
"""By measure or clock, for every Annex A workbook."""

BY_COLUMN: dict[int, dict[str, tuple[str, ...]]] = {
    3: {"nfa": ("referrals_no_further_action",)},
    4: {"seen": ("assessments_child_seen",)},
    7: {"visit": ("cp_visits_overdue", "cp_visit"), "review": ("review_conferences_overdue", "review_conference",
                                                               "mid_point_reviews_overdue", "mid_point_review")},
    8: {
        "visit": ("lac_visits_overdue", "lac_visit"), "placement_start": ("lac_visits_overdue", "lac_visit"),
        "placement_type": ("lac_visits_overdue", "lac_visit", "ifa_placements"), "provider": ("ifa_placements",),
        "review": ("lac_reviews_overdue", "lac_review"), "dental": ("dental_overdue", "dental_check"),
        "health": ("initial_health_overdue", "initial_health_assessment", "review_health_overdue",
                   "review_health_assessment"),
    },
    9: {
        "plan": ("pathway_plans_in_place", "pathway_plan", "pathway_reviews_overdue", "pathway_review"),
        "contact": ("care_leaver_contacts_overdue", "care_leaver_contact"), "touch": ("care_leavers_in_touch",),
        "activity": ("care_leavers_eet",), "suitable": ("care_leavers_suitable_homes",),
    },
}  # fmt: skip
"""Measures and clocks that go with a column, by list."""

BY_LIST = {
    3: ("referrals_received", "referrals_no_further_action"),
    6: ("cin_open", "cin_net_change", "cin_unallocated"),
    7: ("cin_open", "cin_net_change", "cin_unallocated"),
    8: ("cin_open", "cin_net_change", "cin_unallocated"),
}
"""Measures that go with a whole list although their tables are there: who is CIN depends on who is not."""

UNALLOCATED = {6: "cin_unallocated", 7: "cp_unallocated", 8: "lac_unallocated"}


def reach(found: Mapping[int, ListRows], as_at: date) -> Reach:
    """What this workbook can and cannot say."""
    cannot = dict(CANNOT)
    for name, why in _depending(found):
        cannot.setdefault(name, why)
    return Reach(cannot, True, add_months(as_at, -MONTHS_OF_EVENTS), NEWEST_ONLY)


def _depending(found: Mapping[int, ListRows]) -> Iterator[tuple[str, str]]:
    for number, names in BY_LIST.items():
        if number not in found:
            yield from ((name, f"the workbook has no List {number}.") for name in names)
    for number, columns in BY_COLUMN.items():
        for column, names in columns.items():
            if number in found and column not in found[number].columns:
                heading = next(f.headings[0] for f in found[number].about.fields if f.name == column)
                yield from ((name, f"List {number} has no column {heading!r}.") for name in names)
    for number, name in UNALLOCATED.items():
        if number in found and "worker" not in found[number].columns:
            yield name, f"List {number} has no column 'Allocated Worker'."
    if 8 in found and not coded([e["placement_type"] for e in found[8].entries]):
        why = "List 8 gives placement types in words without their codes."
        yield from ((name, why) for name in ("ifa_placements", "lac_visits_overdue", "lac_visit"))


def coded(values: list[str]) -> bool:
    """Whether at least one value begins with a code, a letter and a number (U4, C2); or there are no values."""
    filled = [code(v) for v in values if v]
    return not filled or any(len(c) > 1 and c[0].isalpha() and c[1].isdigit() for c in filled)


def sentences(told: Reach) -> list[str]:
    """What the operator is told on loading: one line for each reason, with its measures."""
    by_reason: dict[str, list[str]] = {}
    for name, why in told.cannot.items():
        if name in CATALOGUE:
            by_reason.setdefault(why, []).append(CATALOGUE[name].title)
    lines = [f"No data for {'; '.join(sorted(titles))}: {why}" for why, titles in sorted(by_reason.items())]
    return [
        "An Annex A workbook is a snapshot: numbers are as at its own date only, without those of a week before.",
        *lines,
    ]
