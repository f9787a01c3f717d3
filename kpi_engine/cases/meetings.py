"""Meetings of a kind, counted on the day they were held (local_meetings)."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER
from kpi_engine.sheet import Events
from kpi_engine.world import World


def held(world: World, kind: str) -> Events:
    frame = world.facts["local_meetings"]
    wanted = frame.made("kind", lambda text: (text or "").strip().lower()) == kind
    when = np.where(wanted & frame.flag("held"), frame.day("meeting_date"), NEVER)
    return on_its_date(world, frame.child, when)
