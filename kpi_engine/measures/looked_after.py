"""Looked-after children (Care Planning, Placement and Case Review Regulations 2010; work streams 4, 5, 7)."""

from __future__ import annotations

from kpi_engine.measure import Backlog, Rate, Share, Stock

MEASURES = (
    Stock(
        slug="lac_open",
        title="Looked-after children",
        definition="Children looked after, short breaks left out.",
        cases="looked_after",
        good_is="neutral",
        needs=("ssd_cla_episodes",),
        briefed=True,
    ),
    Backlog(
        slug="lac_unallocated",
        title="LAC unallocated",
        definition="Looked-after children with no allocated worker.",
        cases="lac_unallocated",
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_involvements"),
        briefed=True,
    ),
    Backlog(
        slug="lac_visits_overdue",
        title="LAC visits overdue",
        definition="LAC visits that have fallen due and have not happened by the as-at date.",
        clocks=("lac_visit",),
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_cla_placement", "ssd_cla_visits"),
        briefed=True,
    ),
    Rate(
        slug="lac_visits_in_time",
        title="LAC visits in time",
        definition="Of the LAC visits that fell due in the period, the share that happened by the due date.",
        clocks=("lac_visit",),
        basis="due",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_cla_placement", "ssd_cla_visits"),
    ),
    Backlog(
        slug="lac_reviews_overdue",
        title="LAC reviews overdue",
        definition="LAC reviews that have fallen due and have not happened by the as-at date.",
        clocks=("lac_review",),
        population="looked_after",
        work_stream="WS7",
        needs=("ssd_cla_episodes", "ssd_cla_reviews"),
        briefed=True,
    ),
    Rate(
        slug="lac_reviews_in_time",
        title="LAC reviews in time",
        definition="Of the LAC reviews that fell due in the period, the share that happened by the due date.",
        clocks=("lac_review",),
        basis="due",
        work_stream="WS7",
        needs=("ssd_cla_episodes", "ssd_cla_reviews"),
    ),
    Share(
        slug="lac_review_participation",
        title="Children taking part in their LAC reviews",
        definition=(
            "Of the LAC reviews held in the period of children aged four and "
            "over, the share in which the child took part."
        ),
        cases="lac_reviews_held",
        good_is="high",
        work_stream="WS7",
        needs=("ssd_cla_episodes", "ssd_cla_reviews"),
    ),
    Backlog(
        slug="initial_health_overdue",
        title="Initial health assessments overdue",
        definition="Initial health assessments that have fallen due and have not happened by the as-at date.",
        clocks=("initial_health_assessment",),
        population="looked_after",
        needs=("ssd_cla_episodes", "ssd_cla_health"),
        briefed=True,
    ),
    Rate(
        slug="initial_health_in_time",
        title="Initial health assessments in time",
        definition=(
            "Of the initial health assessments that fell due in the "
            "period, the share that happened by the due date."
        ),
        clocks=("initial_health_assessment",),
        basis="due",
        needs=("ssd_cla_episodes", "ssd_cla_health"),
    ),
    Backlog(
        slug="review_health_overdue",
        title="Review health assessments overdue",
        definition="Review health assessments that have fallen due and have not happened by the as-at date.",
        clocks=("review_health_assessment",),
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_cla_health"),
    ),
    Backlog(
        slug="dental_overdue",
        title="Dental checks overdue",
        definition="Dental checks that have fallen due and have not happened by the as-at date.",
        clocks=("dental_check",),
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_cla_health"),
    ),
    Backlog(
        slug="sdq_overdue",
        title="SDQs overdue",
        definition="SDQs that have fallen due and have not happened by the as-at date.",
        clocks=("sdq",),
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "ssd_sdq_scores"),
    ),
    Backlog(
        slug="peps_overdue",
        title="PEPs overdue",
        definition="PEPs that have fallen due and have not happened by the as-at date.",
        clocks=("pep",),
        population="looked_after",
        work_stream="WS4",
        needs=("ssd_cla_episodes", "local_peps"),
        briefed=True,
    ),
    Rate(
        slug="return_interviews_in_time",
        title="Return interviews in time",
        definition=(
            "Of the return interviews that fell due in the period, the "
            "share held within 72 hours of the return."
        ),
        clocks=("return_interview",),
        basis="due",
        needs=("local_return_interviews",),
    ),
    Share(
        slug="placements_over_20_miles",
        title="Placements over 20 miles away",
        definition="Of the open placements with a known distance, the share more than 20 miles from home.",
        cases="placements_by_distance",
        on="as_at",
        default_period="as_at",
        good_is="low",
        work_stream="WS5",
        needs=("ssd_cla_episodes", "ssd_cla_placement"),
    ),
    Share(
        slug="ifa_placements",
        title="Independent fostering agency placements",
        definition="Of the open foster placements, the share with an independent agency.",
        cases="foster_placements",
        on="as_at",
        default_period="as_at",
        good_is="low",
        work_stream="WS5",
        needs=("ssd_cla_episodes", "ssd_cla_placement"),
    ),
    Stock(
        slug="in_house_places",
        title="In-house foster places",
        definition="In-house placements available, from the newest count on or before the as-at date.",
        cases="in_house_places",
        good_is="high",
        counts="places",
        work_stream="WS5",
        needs=("local_placements_in_house",),
    ),
    Share(
        slug="permanence_in_time",
        title="Permanence within 18 months",
        definition=(
            "Of the care periods that ended in the period by return home, adoption, special guardianship or "
            "child arrangements order, the share that ended within 18 months of their start."
        ),
        cases="permanence",
        default_period="last_12_months",
        good_is="high",
        work_stream="WS4",
        needs=("ssd_cla_episodes",),
    ),
)
