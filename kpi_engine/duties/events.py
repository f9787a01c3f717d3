"""Events that more than one family looks up."""

from __future__ import annotations

import numpy as np

from kpi_engine.facts import NOBODY
from kpi_engine.joins import Events
from kpi_engine.world import World


def meetings(world: World, kind: str) -> Events:
    """Days on which a meeting of a kind was held (local_meetings, held Y), by child."""
    meeting = world.facts["local_meetings"]
    wanted = meeting.made("kind", lambda text: (text or "").strip().lower()) == kind
    return Events(np.where(wanted & meeting.flag("held"), meeting.child, NOBODY), meeting.day("meeting_date"))
