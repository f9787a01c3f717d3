"""Child and family assessments (Working Together; improvement plan, work stream 2)."""

from __future__ import annotations

from kpi_engine.measure import Backlog, Rate, Share, Stock

MEASURES = (
    Stock(
        slug="assessments_open",
        title="Assessments open",
        definition="Assessments started and not authorised, whose case has not closed.",
        cases="assessments_open",
        good_is="neutral",
        counts="assessments",
        needs=("ssd_cin_assessments",),
    ),
    Backlog(
        slug="assessments_overdue",
        title="Assessments overdue",
        definition="Open assessments past their 45th working day.",
        clocks=("assessment",),
        population="assessments_open",
        counts="assessments",
        work_stream="WS2",
        needs=("ssd_cin_assessments",),
        briefed=True,
    ),
    Rate(
        slug="assessments_in_time",
        title="Assessments in time",
        definition=(
            "Of the assessments authorised in the period, the share "
            "authorised within 45 working days of their start."
        ),
        clocks=("assessment",),
        basis="held",
        work_stream="WS2",
        needs=("ssd_cin_assessments",),
        briefed=True,
    ),
    Rate(
        slug="assessments_in_time_from_referral",
        title="Assessments in time from referral",
        definition=(
            "Of the assessments authorised in the period, the share "
            "authorised within 45 working days of the referral."
        ),
        clocks=("assessment_from_referral",),
        basis="held",
        needs=("ssd_cin_assessments", "ssd_cin_episodes"),
    ),
    Share(
        slug="assessments_child_seen",
        title="Child seen during assessment",
        definition="Of the assessments authorised in the period, the share during which the child was seen.",
        cases="assessments_authorised",
        good_is="high",
        needs=("ssd_cin_assessments",),
    ),
)
