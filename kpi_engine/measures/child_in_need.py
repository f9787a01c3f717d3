"""Children in need (Children Act 1989 s17; improvement plan, work streams 2 and 6)."""

from __future__ import annotations

from kpi_engine.measure import Average, Backlog, Flow, Rate, Share, Stock

MEASURES = (
    Stock(
        slug="cin_open",
        title="CIN cases open",
        definition=(
            "Children under 18 with an open episode of need who are neither "
            "on a child protection plan nor looked after."
        ),
        cases="cin",
        good_is="low",
        work_stream="WS2",
        needs=("ssd_cin_episodes",),
        briefed=True,
    ),
    Flow(
        slug="cin_net_change",
        title="Net change in CIN cases",
        definition="CIN cases on the last day of the period minus CIN cases on the day before it.",
        cases="cin_net_change",
        good_is="low",
        work_stream="WS2",
        needs=("ssd_cin_episodes",),
    ),
    Backlog(
        slug="cin_unallocated",
        title="CIN unallocated",
        definition="CIN cases with no allocated worker.",
        cases="cin_unallocated",
        population="cin",
        work_stream="WS6",
        needs=("ssd_cin_episodes", "ssd_involvements"),
        briefed=True,
    ),
    Backlog(
        slug="cin_without_plan",
        title="CIN without a plan over 8 weeks",
        definition="Open episodes with no plan of any kind eight weeks after the referral.",
        clocks=("cin_plan",),
        population="open_episodes",
        work_stream="WS2",
        needs=("ssd_cin_episodes", "ssd_cin_plans"),
        briefed=True,
    ),
    Backlog(
        slug="cin_visits_overdue",
        title="CIN visits overdue",
        definition="CIN visits that have fallen due and have not happened by the as-at date.",
        clocks=("cin_visit",),
        population="cin_plan",
        needs=("ssd_cin_plans", "ssd_cin_visits"),
        briefed=True,
    ),
    Rate(
        slug="cin_visits_in_time",
        title="CIN visits in time",
        definition="Of the CIN visits that fell due in the period, the share that happened by the due date.",
        clocks=("cin_visit",),
        basis="due",
        needs=("ssd_cin_plans", "ssd_cin_visits"),
    ),
    Backlog(
        slug="cin_reviews_overdue",
        title="CIN reviews overdue",
        definition="CIN reviews that have fallen due and have not happened by the as-at date.",
        clocks=("cin_review",),
        population="cin_plan",
        needs=("ssd_cin_plans", "local_meetings"),
        briefed=True,
    ),
    Rate(
        slug="cin_reviews_in_time",
        title="CIN reviews in time",
        definition="Of the CIN reviews that fell due in the period, the share that happened by the due date.",
        clocks=("cin_review",),
        basis="due",
        needs=("ssd_cin_plans", "local_meetings"),
    ),
    Average(
        slug="cin_duration",
        title="Average length of CIN cases",
        definition=(
            "Average months from referral to closure of the episodes closed in the "
            "period that never became child protection or care."
        ),
        cases="cin_durations",
        good_is="low",
        work_stream="WS2",
        needs=("ssd_cin_episodes",),
    ),
    Share(
        slug="cin_stepped_down",
        title="CIN cases stepped down to early help",
        definition="Of the episodes closed in the period, the share closed with a referral to early help.",
        cases="closures",
        good_is="high",
        work_stream="WS2",
        needs=("ssd_cin_episodes",),
    ),
)
