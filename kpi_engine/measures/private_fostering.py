"""Private fostering (Children (Private Arrangements for Fostering) Regulations 2005; work stream 3)."""

from __future__ import annotations

from kpi_engine.measure import Backlog, Rate, Stock

MEASURES = (
    Stock(
        slug="private_fostering_open",
        title="Private fostering arrangements",
        definition="Private fostering arrangements open on the as-at date.",
        cases="private_fostering_open",
        good_is="neutral",
        work_stream="WS3",
        needs=("local_private_fostering",),
    ),
    Backlog(
        slug="private_fostering_visits_overdue",
        title="Private fostering visits overdue",
        definition="Private fostering visits that have fallen due and have not happened by the as-at date.",
        clocks=("private_fostering_first_visit", "private_fostering_visit"),
        work_stream="WS3",
        needs=("local_private_fostering", "local_private_fostering_visits"),
        briefed=True,
    ),
    Rate(
        slug="private_fostering_visits_in_time",
        title="Private fostering visits in time",
        definition=(
            "Of the private fostering visits that fell due in the "
            "period, the share that happened by the due date."
        ),
        clocks=("private_fostering_first_visit", "private_fostering_visit"),
        basis="due",
        work_stream="WS3",
        needs=("local_private_fostering", "local_private_fostering_visits"),
    ),
)
