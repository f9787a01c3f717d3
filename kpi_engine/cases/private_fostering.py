"""Private fostering arrangements open on D."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER
from kpi_engine.sheet import Sheet
from kpi_engine.view import View


def private_fostering_open(view: View) -> Sheet:
    """The authority is aware (or, without that date, the arrangement has begun) and it has not ended."""
    frame = view.facts["local_private_fostering"]
    aware = frame.day("aware_date")
    begun = np.where(aware < NEVER, aware, frame.day("start_date"))
    rows = np.flatnonzero((begun <= view.as_at) & (frame.day("end_date") > view.as_at) & (frame.child >= 0))
    child = frame.child[rows]
    worker, team = view.owners
    return Sheet(child, team[child], worker[child], np.ones(len(child), dtype=bool), distinct=True)


AS_AT = {"private_fostering_open": private_fostering_open}
