"""Contacts and referrals."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER
from kpi_engine.facts import NOBODY, TEAM_NOT_GIVEN
from kpi_engine.sheet import Events
from kpi_engine.world import World, rows_by_id

REREFERRAL_DAYS = 365


def contacts(world: World) -> Events:
    """Contacts by date; met: led to a new referral."""
    contact, decision = world.facts["ssd_contacts"], world.facts["local_contact_decisions"]
    when = contact.day("cont_contact_date")
    row = rows_by_id(decision.text("contact_id"), contact.text("cont_contact_id"))
    team = np.append(world.facts.teams.codes(decision.text("team_id")), TEAM_NOT_GIVEN)[row]
    referred = contact.json_flag("cont_contact_outcome_json", "NEW_REFERRAL_FLAG")
    return on_its_date(world, contact.child, when, lead_team=team, lead_takes_worker=True,
                       met_from=np.where(referred, when, NEVER))  # fmt: skip


def referrals(world: World) -> Events:
    """Referrals by date; a referral belongs to its own team first."""
    return _referrals(world, np.ones(world.facts["ssd_cin_episodes"].rows, dtype=bool))


def _referrals(world: World, met: np.ndarray) -> Events:
    episode = world.facts["ssd_cin_episodes"]
    when = episode.day("cine_referral_date")
    team = world.facts.teams.codes(episode.text("cine_referral_team"))
    return on_its_date(world, episode.child, when, lead_team=team, met_from=np.where(met, when, NEVER))


def rereferrals(world: World) -> Events:
    """Met: the child had an earlier-dated referral in the 365 days before."""
    episode = world.facts["ssd_cin_episodes"]
    child, when = episode.child, episode.day("cine_referral_date")
    met = np.zeros(episode.rows, dtype=bool)
    order = np.lexsort((when, child))
    last: dict[int, tuple[int, int]] = {}  # child -> (day, latest day before it)
    for row in order:
        one, day = int(child[row]), int(when[row])
        if one == NOBODY or day >= NEVER:
            continue
        held, before = last.get(one, (-NEVER, -NEVER))
        if day > held:
            held, before = day, held
            last[one] = (held, before)
        met[row] = held - before <= REREFERRAL_DAYS
    return _referrals(world, met)


def referrals_nfa(world: World) -> Events:
    """Met: no further action."""
    return _referrals(world, world.facts["ssd_cin_episodes"].flag("cine_referral_nfa"))


EVENTS = {
    "contacts": contacts,
    "referrals": referrals,
    "rereferrals": rereferrals,
    "referrals_nfa": referrals_nfa,
}
