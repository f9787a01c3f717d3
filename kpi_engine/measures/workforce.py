"""Caseloads, supervision, appraisal and induction (London caseload standards; work streams 1, 2, 3 and 6)."""

from __future__ import annotations

from kpi_engine.measure import Average, Backlog, Rate, Share

MEASURES = (
    Average(
        slug="caseload_average",
        title="Average caseload",
        definition="Children held by qualified case-holding workers, for each full-time equivalent.",
        cases="caseloads",
        on="as_at",
        default_period="as_at",
        good_is="low",
        counts="children per worker",
        work_stream="WS6",
        needs=("local_staff", "ssd_involvements"),
        briefed=True,
        staff=True,
    ),
    Backlog(
        slug="caseloads_over_standard",
        title="Caseloads over the standard",
        definition=(
            "Case-holding workers whose children for each full-time "
            "equivalent exceed the standard of their kind of team."
        ),
        cases="caseloads_over_standard",
        counts="workers",
        work_stream="WS2",
        needs=("local_staff", "ssd_involvements"),
        staff=True,
    ),
    Average(
        slug="team_span",
        title="Social workers to a manager",
        definition="Qualified social workers in post for each team manager.",
        cases="team_span",
        on="as_at",
        default_period="as_at",
        good_is="low",
        counts="social workers",
        work_stream="WS6",
        needs=("local_staff",),
    ),
    Share(
        slug="agency_managers",
        title="Agency managers",
        definition="Of the team and service managers in post, the share who are agency staff.",
        cases="managers_in_post",
        on="as_at",
        default_period="as_at",
        good_is="low",
        work_stream="WS3",
        needs=("local_staff",),
    ),
    Backlog(
        slug="supervisions_overdue",
        title="Supervisions overdue",
        definition="Supervisions that have fallen due and have not happened by the as-at date.",
        clocks=("supervision",),
        counts="workers",
        work_stream="WS1, WS6",
        needs=("local_staff", "local_supervisions"),
        briefed=True,
        staff=True,
    ),
    Rate(
        slug="supervisions_in_time",
        title="Supervisions in time",
        definition=(
            "Of the supervisions that fell due in the period, the share that happened by the due date."
        ),
        clocks=("supervision",),
        basis="due",
        work_stream="WS1, WS6",
        needs=("local_staff", "local_supervisions"),
        staff=True,
    ),
    Backlog(
        slug="appraisals_overdue",
        title="Appraisals overdue",
        definition="Appraisals that have fallen due and have not happened by the as-at date.",
        clocks=("appraisal",),
        counts="workers",
        work_stream="WS1",
        needs=("local_staff",),
        staff=True,
    ),
    Rate(
        slug="appraisals_in_time",
        title="Appraisals in time",
        definition="Of the appraisals that fell due in the period, the share that happened by the due date.",
        clocks=("appraisal",),
        basis="due",
        work_stream="WS1",
        needs=("local_staff",),
        staff=True,
    ),
    Backlog(
        slug="inductions_overdue",
        title="Inductions overdue",
        definition="Staff not inducted within 20 working days of starting.",
        clocks=("induction",),
        counts="workers",
        work_stream="WS1",
        needs=("local_staff",),
    ),
)
