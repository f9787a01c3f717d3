"""Assessments of carers and adopters (Fostering Services Regulations 2011; work stream 5)."""

from __future__ import annotations

from kpi_engine.measure import Backlog, Rate, Share

MEASURES = (
    Backlog(
        slug="carer_assessments_unallocated",
        title="Carer assessments unallocated",
        definition="Open carer assessments with no worker.",
        cases="carer_assessments_unallocated",
        counts="assessments",
        work_stream="WS5",
        needs=("local_carer_assessments",),
    ),
    Backlog(
        slug="carer_assessments_overdue",
        title="Carer assessments overdue",
        definition="Carer assessments that have fallen due and have not happened by the as-at date.",
        clocks=("carer_assessment",),
        counts="assessments",
        work_stream="WS5",
        needs=("local_carer_assessments",),
        briefed=True,
    ),
    Rate(
        slug="carer_assessments_in_time",
        title="Carer assessments in time",
        definition="Of the carer assessments completed in the period, the share completed by the due date.",
        clocks=("carer_assessment",),
        basis="held",
        work_stream="WS5",
        needs=("local_carer_assessments",),
    ),
    Share(
        slug="carer_assessments_good",
        title="Carer assessments graded good",
        definition=(
            "Of the carer assessments decided in the period and graded, the share graded good or outstanding."
        ),
        cases="carer_assessments_graded",
        default_period="last_12_months",
        good_is="high",
        work_stream="WS5",
        needs=("local_carer_assessments",),
    ),
)
