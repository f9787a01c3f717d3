"""Front door: the decision on a contact."""

from __future__ import annotations

import numpy as np

from kpi_engine.clocks import Duties, deadlines
from kpi_engine.days import NEVER
from kpi_engine.facts import TEAM_NOT_GIVEN
from kpi_engine.world import World, rows_by_id


def contact_decision(world: World) -> Duties:
    """Each contact is decided by the next working day (Working Together: one working day to decide a response)."""
    contact, decision = world.facts["ssd_contacts"], world.facts["local_contact_decisions"]
    limit = world.limits["contact_decision"]
    start = contact.day("cont_contact_date")
    row = rows_by_id(decision.text("contact_id"), contact.text("cont_contact_id"))
    team = np.append(world.facts.teams.codes(decision.text("team_id")), TEAM_NOT_GIVEN)[row]
    return deadlines(
        contact.child, contact.text("cont_contact_id"), start=start, due=limit.due(start),
        done=np.append(decision.day("decision_date"), NEVER)[row], wd=limit.in_working_days, own=True,
        lead_team=team, bad_done=np.append(decision.bad("decision_date"), False)[row],
    )  # fmt: skip


CLOCKS = {"contact_decision": contact_decision}
