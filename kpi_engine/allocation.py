"""Who holds a child, or a row, on a day: worker and team (rules 3)."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.facts import NO_TEAM, NOBODY, TEAM_NOT_GIVEN, Codes, Facts
from kpi_engine.joins import Events, Holder

ALLOCATED_ROLES = ("CW", "ALLOCATED CASE WORKER", "ALLOCATED WORKER")
"""Roles of the allocated worker, compared without case; a setting of the authority."""
REACH_BACK_DAYS = 30


class Allocation:
    """The allocation of every child on every day."""

    def __init__(self, facts: Facts, roles: tuple[str, ...] = ALLOCATED_ROLES) -> None:
        involvement, episode = facts["ssd_involvements"], facts["ssd_cin_episodes"]
        wanted = {role.casefold() for role in roles}
        role = involvement.made("invo_professional_role_id", lambda text: (text or "").casefold() in wanted)
        self._start = involvement.day("invo_involvement_start_date")
        self._end = involvement.day("invo_involvement_end_date")
        self._allocated = role.astype(bool)
        self._child, self._referred = involvement.child, episode.child
        self._holders = Holder(
            involvement.child,
            self._start,
            self._end,
            involvement.text("invo_involvements_id"),
            self._allocated,
        )
        self._worker = facts.allocated_worker(involvement.text("invo_professional_id"))
        self._team = facts.teams.codes(involvement.text("invo_professional_team"))
        referral = episode.day("cine_referral_date")
        self._open_episodes = Holder(
            episode.child, referral, episode.day("cine_close_date"), episode.text("cine_referral_id"),
            ~episode.flag("cine_referral_nfa"),
        )  # fmt: skip
        self._referral_team = facts.teams.codes(episode.text("cine_referral_team"))
        self._referrals = Events(episode.child, referral)

    def involvement(self, child: Codes, on: Days | int) -> Codes:
        """The row of ssd_involvements that holds each child on each day, -1 = none."""
        return self._holders.at(child, on)

    def open_rows(self, on: int) -> Codes:
        """Rows of ssd_involvements of allocated workers that are open on a day."""
        return np.flatnonzero(self._allocated & (self._start <= on) & (self._end > on))

    def teams_ever(self, child: int) -> Codes:
        """Every team that has been on an involvement of the child's allocated worker, or on a referral of the child."""
        held = self._team[(self._child == child) & self._allocated]
        found = np.unique(np.concatenate([held, self._referral_team[self._referred == child]]))
        return found[found >= 0]

    def of(
        self, child: Codes, on: Days | int, record_team: Codes | None = None, record_worker: Codes | None = None,
        reach_back: Mask | None = None,
    ) -> tuple[Codes, Codes]:  # fmt: skip
        """(worker, team) of each child's row on its day.

        record_team: the team on the record in question, TEAM_NOT_GIVEN where it has none.  record_worker: the worker
        on the record (care leavers).  reach_back: rows for which, when nobody holds the case, the involvement that
        ended last in the 30 days before is used, unless a referral began after its end (rules 3.5).
        """
        on = np.broadcast_to(np.asarray(on, dtype=np.int64), child.shape)
        held = self._holders.at(child, on)
        if reach_back is not None and reach_back.any():
            held = self._reached_back(child, on, held, reach_back)
        some = held >= 0
        row = np.maximum(held, 0)
        worker = np.where(some, self._worker[row] if len(self._worker) else NOBODY, NOBODY)
        if record_worker is not None:
            worker = np.where(some, worker, record_worker)
        team = np.where(some, self._team[row] if len(self._team) else TEAM_NOT_GIVEN, TEAM_NOT_GIVEN)
        if record_team is not None:
            team = np.where(team == TEAM_NOT_GIVEN, record_team, team)
        lost = team == TEAM_NOT_GIVEN
        if lost.any():
            team = team.copy()
            team[lost] = self.referral_team(child[lost], on[lost])
        return worker, np.where(team == TEAM_NOT_GIVEN, NO_TEAM, team)

    def referral_team(self, child: Codes, on: Days) -> Codes:
        """cine_referral_team of the latest episode open on the day; TEAM_NOT_GIVEN if there is none."""
        row = self._open_episodes.at(child, on)
        teams = self._referral_team[np.maximum(row, 0)] if len(self._referral_team) else np.full(len(row), -2)
        return np.where(row >= 0, teams, TEAM_NOT_GIVEN)

    def _reached_back(self, child: Codes, on: Days, held: Codes, reach_back: Mask) -> Codes:
        need = reach_back & (held < 0) & (child >= 0) & (on < NEVER)
        if not need.any():
            return held
        last, ended = self._holders.ended_by(child[need], on[need])
        recent = (last >= 0) & (on[need] - ended <= REACH_BACK_DAYS)
        newer = self._referrals.last(child[need], on[need]) > ended
        out = held.copy()
        out[need] = np.where(recent & ~newer, last, -1)
        return out
