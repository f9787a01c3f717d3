"""Child protection (Working Together; improvement plan, work streams 2, 6 and 7)."""

from __future__ import annotations

from kpi_engine.measure import Average, Backlog, Flow, Rate, Share, Stock

MEASURES = (
    Stock(
        slug="cp_open",
        title="Children on a CP plan",
        definition="Children subject to a child protection plan of this authority.",
        cases="on_cp_plan",
        good_is="neutral",
        needs=("ssd_cp_plans",),
        briefed=True,
    ),
    Backlog(
        slug="cp_unallocated",
        title="CP unallocated",
        definition="Children on a child protection plan with no allocated worker.",
        cases="cp_unallocated",
        population="on_cp_plan",
        work_stream="WS6",
        needs=("ssd_cp_plans", "ssd_involvements"),
        briefed=True,
    ),
    Flow(
        slug="section_47_started",
        title="Section 47 enquiries started",
        definition="Section 47 enquiries started in the period.",
        cases="section_47",
        good_is="neutral",
        counts="enquiries",
        needs=("ssd_s47_enquiry",),
    ),
    Backlog(
        slug="initial_conferences_overdue",
        title="Initial CP conferences overdue",
        definition="Initial CP conferences that have fallen due and have not happened by the as-at date.",
        clocks=("initial_conference",),
        counts="enquiries",
        work_stream="WS7",
        needs=("ssd_s47_enquiry", "ssd_initial_cp_conference"),
        briefed=True,
    ),
    Rate(
        slug="initial_conferences_in_time",
        title="Initial CP conferences in time",
        definition=(
            "Of the initial CP conferences completed in the period, the share completed by the due date."
        ),
        clocks=("initial_conference",),
        basis="held",
        work_stream="WS7",
        needs=("ssd_s47_enquiry", "ssd_initial_cp_conference"),
        briefed=True,
    ),
    Backlog(
        slug="review_conferences_overdue",
        title="Review CP conferences overdue",
        definition="Review CP conferences that have fallen due and have not happened by the as-at date.",
        clocks=("review_conference",),
        population="on_cp_plan",
        work_stream="WS7",
        needs=("ssd_cp_plans", "ssd_cp_reviews"),
        briefed=True,
    ),
    Rate(
        slug="review_conferences_in_time",
        title="Review CP conferences in time",
        definition=(
            "Of the review CP conferences that fell due in the period, "
            "the share that happened by the due date."
        ),
        clocks=("review_conference",),
        basis="due",
        work_stream="WS7",
        needs=("ssd_cp_plans", "ssd_cp_reviews"),
    ),
    Backlog(
        slug="cp_visits_overdue",
        title="CP visits overdue",
        definition="CP visits that have fallen due and have not happened by the as-at date.",
        clocks=("cp_visit",),
        population="on_cp_plan",
        needs=("ssd_cp_plans", "ssd_cp_visits"),
        briefed=True,
    ),
    Rate(
        slug="cp_visits_in_time",
        title="CP visits in time",
        definition="Of the CP visits that fell due in the period, the share that happened by the due date.",
        clocks=("cp_visit",),
        basis="due",
        needs=("ssd_cp_plans", "ssd_cp_visits"),
    ),
    Share(
        slug="cp_children_seen_alone",
        title="Children seen alone on CP visits",
        definition=(
            "Of the CP visits in the period at which the child was seen, "
            "the share at which the child was seen alone."
        ),
        cases="cp_visits_seen",
        good_is="high",
        needs=("ssd_cp_visits",),
    ),
    Backlog(
        slug="core_groups_overdue",
        title="Core groups overdue",
        definition="Core groups that have fallen due and have not happened by the as-at date.",
        clocks=("core_group",),
        population="on_cp_plan",
        needs=("ssd_cp_plans", "local_meetings"),
        briefed=True,
    ),
    Rate(
        slug="core_groups_in_time",
        title="Core groups in time",
        definition="Of the core groups that fell due in the period, the share that happened by the due date.",
        clocks=("core_group",),
        basis="due",
        needs=("ssd_cp_plans", "local_meetings"),
    ),
    Backlog(
        slug="mid_point_reviews_overdue",
        title="Mid-point reviews overdue",
        definition="Mid-point reviews that have fallen due and have not happened by the as-at date.",
        clocks=("mid_point_review",),
        population="on_cp_plan",
        work_stream="WS7",
        needs=("ssd_cp_plans", "ssd_cp_reviews", "local_meetings"),
        briefed=True,
    ),
    Rate(
        slug="mid_point_reviews_in_time",
        title="Mid-point reviews in time",
        definition=(
            "Of the mid-point reviews that fell due in the period, the share that happened by the due date."
        ),
        clocks=("mid_point_review",),
        basis="due",
        work_stream="WS7",
        needs=("ssd_cp_plans", "ssd_cp_reviews", "local_meetings"),
    ),
    Average(
        slug="cp_duration",
        title="Average length of CP plans",
        definition="Average months from start to end of the plans that ended in the period.",
        cases="cp_plans_ended",
        good_is="neutral",
        work_stream="WS2",
        needs=("ssd_cp_plans",),
    ),
    Backlog(
        slug="cp_over_two_years",
        title="CP plans over two years",
        definition="Children on a plan that has run for more than two years.",
        cases="cp_over_two_years",
        population="on_cp_plan",
        needs=("ssd_cp_plans",),
    ),
    Share(
        slug="cp_stepped_up",
        title="CP plans that became care",
        definition=(
            "Of the plans that ended in the period, the share with a care "
            "period starting within 28 days of the end."
        ),
        cases="cp_stepped_up",
        default_period="last_12_months",
        good_is="neutral",
        work_stream="WS2",
        needs=("ssd_cp_plans", "ssd_cla_episodes"),
    ),
    Share(
        slug="cp_repeat_plans",
        title="Repeat CP plans",
        definition="Of the plans that started in the period, the share whose child had an earlier plan.",
        cases="cp_plans_started",
        default_period="last_12_months",
        good_is="low",
        needs=("ssd_cp_plans",),
    ),
)
