"""Pre-proceedings and care proceedings (Children Act 1989 s32; work streams 2, 3 and 4)."""

from __future__ import annotations

from kpi_engine.measure import Average, Backlog, Flow, Rate, Stock

MEASURES = (
    Stock(
        slug="pre_proceedings_open",
        title="Pre-proceedings open",
        definition="Pre-proceedings started and not ended.",
        cases="pre_proceedings_open",
        good_is="neutral",
        work_stream="WS2",
        needs=("local_pre_proceedings",),
    ),
    Backlog(
        slug="pre_proceedings_overdue",
        title="Pre-proceedings over 14 weeks",
        definition="Pre-proceedings that have run for more than 14 weeks.",
        clocks=("pre_proceedings",),
        work_stream="WS2",
        needs=("local_pre_proceedings",),
        briefed=True,
    ),
    Average(
        slug="pre_proceedings_duration",
        title="Average length of pre-proceedings",
        definition="Average weeks of the pre-proceedings that ended in the period.",
        cases="pre_proceedings_ended",
        good_is="low",
        counts="weeks",
        work_stream="WS2",
        needs=("local_pre_proceedings",),
    ),
    Flow(
        slug="legal_planning_meetings",
        title="Legal planning meetings",
        definition="Legal planning meetings held in the period.",
        cases="legal_planning_meetings",
        good_is="high",
        counts="meetings",
        work_stream="WS3",
        needs=("local_meetings",),
    ),
    Stock(
        slug="proceedings_open",
        title="Care proceedings open",
        definition=(
            "Care proceedings issued and not concluded; those issued before 1 October 2014 are shown apart."
        ),
        cases="proceedings_open",
        good_is="neutral",
        work_stream="WS4",
        needs=("local_court",),
    ),
    Backlog(
        slug="proceedings_overdue",
        title="Care proceedings over 26 weeks",
        definition="Care proceedings not concluded by the last day of the 26 weeks, or of the extension.",
        clocks=("care_proceedings",),
        work_stream="WS4",
        needs=("local_court",),
        briefed=True,
    ),
    Rate(
        slug="proceedings_in_time",
        title="Care proceedings concluded in time",
        definition=(
            "Of the care proceedings concluded in the period, the share "
            "concluded within 26 weeks or the extension."
        ),
        clocks=("care_proceedings",),
        basis="held",
        default_period="last_12_months",
        work_stream="WS4",
        needs=("local_court",),
    ),
    Average(
        slug="proceedings_duration",
        title="Average length of care proceedings",
        definition="Average weeks of the care proceedings concluded in the period.",
        cases="proceedings_concluded",
        good_is="low",
        counts="weeks",
        work_stream="WS4",
        needs=("local_court",),
    ),
)
