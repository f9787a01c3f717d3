"""Private fostering arrangements open on D."""

from __future__ import annotations

import numpy as np

from kpi_engine.sheet import Sheet
from kpi_engine.view import View


def private_fostering_open(view: View) -> Sheet:
    """The authority is aware of the arrangement and it has not ended (one without an aware_date is a finding)."""
    frame = view.facts["local_private_fostering"]
    rows = np.flatnonzero(
        (frame.day("aware_date") <= view.as_at) & (frame.day("end_date") > view.as_at) & (frame.child >= 0)
    )
    child = frame.child[rows]
    worker, team = view.owners
    return Sheet(child, team[child], worker[child], np.ones(len(child), dtype=bool), distinct=True)


AS_AT = {"private_fostering_open": private_fostering_open}
