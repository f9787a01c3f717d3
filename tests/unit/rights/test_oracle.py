"""Every person x audience x show x unit x measure, against rights.md worked out a second time in plain loops.

The oracle shares nothing with bot/rights.py: it walks the map of the authority team by team.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from small_authority import CHILD_OF, PARENTS, TEAMS, USERS, WORKER_OF, D

from bot import rights
from bot.restricted import FILE, RestrictedCases
from bot.turn import Audience
from kpi_engine.engine import Engine
from kpi_engine.question import SHOWS, Question, UnitRef

Where = tuple[str, str | None, str]
"""Kind of chat, its unit, and whether outsiders listen ("", some, unknown)."""
AUDIENCES: list[Where] = [
    ("personal", None, ""), ("channel", "T11", ""), ("channel", "T21", ""), ("channel", "S1", ""),
    ("channel", "S2", ""),
    ("group", "T12", ""), ("group", "ALL", ""), ("channel", None, ""), ("group", None, ""), ("channel", "T99", ""),
    ("channel", "T11", "some"), ("group", "ALL", "some"), ("channel", "T11", "unknown"), ("group", "S1", "unknown"),
]  # fmt: skip
NUMBERS = ("cp_visits_overdue", "cp_visits_in_time")
STAFF = ("supervisions_overdue", "appraisals_in_time", "caseload_average")
MIXED = ("cp_visits_overdue", "supervisions_overdue")
ABOUT: list[dict[str, str | None]] = [
    {},
    {"by": "team"},
    {"by": "worker"},
    *({"child": child} for child in (*CHILD_OF, "X9")),
    *({"worker": worker} for worker in (*WORKER_OF, "P99")),
]
RESTRICTED: dict[str, tuple[str, ...]] = {
    "K11": ("u-s1", "u-iro", "u-t12"),  # the last may not see the team's children anyway
    "K12": (),
    "K21": ("u-qa", "u-dir"),
    "K00": ("u-an",),
}
"""Restricted cases and the people named for them."""


def inside(team: str | None, unit: str) -> bool:
    """Climb from the team: is the unit met on the way up?"""
    place = team
    while place is not None:
        if place == unit:
            return True
        place = PARENTS.get(place)
    return False


def may_see_team(user: str, where: Where, team: str | None) -> bool:
    """Rights.md 2 and 4, for one team's rows (None: rows that no team holds)."""
    _, own, also = USERS[user]
    person_sees = False
    for unit in [own or "ALL", *filter(None, also.split(";"))]:
        if unit == "ALL" or (team is not None and inside(team, unit)):
            person_sees = True
    kind, unit_of_chat, outsiders = where
    if kind == "personal":
        return person_sees
    if unit_of_chat is None or outsiders:
        return False
    chat_sees = unit_of_chat == "ALL" or (team is not None and inside(team, unit_of_chat))
    return person_sees and chat_sees


def oracle(user: str, where: Where, question: Question) -> bool:
    """May this be answered at all, wholly or in part?"""
    if question.show in ("explain", "help"):
        return True
    if question.child is not None and not may_see_team(user, where, CHILD_OF.get(question.child)):
        return False
    if question.worker is not None and not may_see_team(user, where, WORKER_OF.get(question.worker)):
        return False
    rows = question.show in ("list", "coming_up", "changes")
    rows = rows or (
        question.show == "why" and question.child is not None
    )  # of no child: what moved the number
    names_workers = question.by == "worker" or question.worker is not None
    only_staff = all(slug in STAFF for slug in question.measures)
    if (rows or names_workers) and only_staff and where[0] != "personal":
        return False
    if question.by == "worker" or (rows and question.child is None and question.worker is None):
        teams = [team for team in TEAMS if inside(team, question.unit.id)]
        return any(may_see_team(user, where, team) for team in teams)
    return True


def may_see_child(user: str, where: Where, child: str, opened: tuple[str, ...]) -> bool:
    """A restricted case: in private, by those named for it or who opened it. An id that nobody knows is kept apart from
    one only for those from whom none is restricted."""
    if where[0] == "personal":
        hidden = {one for one, viewers in RESTRICTED.items() if user not in viewers and one not in opened}
    else:
        hidden = set(RESTRICTED)
    if child in hidden or (child not in CHILD_OF and hidden):
        return False
    return may_see_team(user, where, CHILD_OF.get(child))


@pytest.mark.parametrize(
    ("restricted", "opened"),
    [(False, ()), (True, ()), (True, ("K12", "K21"))],
    ids=["nobody restricted", "restricted", "opened"],
)
def test_no_leak_and_no_wrongful_refusal_in_every_combination(
    authority: Engine, tmp_path: Path, restricted: bool, opened: tuple[str, ...]
) -> None:
    if restricted:
        named = [f"{child.lower()},{';'.join(viewers).upper()}" for child, viewers in RESTRICTED.items()]
        (tmp_path / FILE).write_text("\n".join(["child_id,viewers", *named]), encoding="utf-8")
    cases = RestrictedCases(tmp_path)
    about_whom = [one for one in ABOUT if "child" in one or not one] if restricted else ABOUT
    leaks, refusals, seen = [], [], 0
    for user, where in itertools.product(USERS, AUDIENCES):
        audience = Audience(where[0], _ref(authority, where[1]), where[2])  # type: ignore[arg-type]
        scope = rights.scope_for(rights.identify(user, authority), audience, authority)
        held = cases.hidden_from(user, audience, frozenset(child.casefold() for child in opened))
        scope = replace(scope, restricted=held)
        for show, unit, slugs, about in itertools.product(
            SHOWS, PARENTS, (NUMBERS, STAFF, MIXED), about_whom
        ):
            question = Question(
                show=show, measures=slugs, unit=authority.units[unit].ref, as_at=D,
                child=about.get("child"), worker=about.get("worker"), by=about.get("by"),  # type: ignore[arg-type]
            )  # fmt: skip
            got, right = rights.can_ask(question, scope, authority), oracle(user, where, question)
            if restricted and question.child is not None and show not in ("explain", "help"):
                right = right and may_see_child(user, where, question.child, opened)
            seen += 1
            if got and not right:
                leaks.append((user, where, question))
            if right and not got:
                refusals.append((user, where, question))
    assert not leaks, f"{len(leaks)} leaks, first {leaks[0]}"
    assert not refusals, f"{len(refusals)} wrongful refusals, first {refusals[0]}"
    assert seen >= 5_000


def test_the_scope_opens_exactly_the_teams_of_the_oracle(authority: Engine) -> None:
    for user, where in itertools.product(USERS, AUDIENCES):
        audience = Audience(where[0], _ref(authority, where[1]), where[2])  # type: ignore[arg-type]
        scope = rights.scope_for(rights.identify(user, authority), audience, authority)
        for team in (*TEAMS, None):
            expected = may_see_team(user, where, team)
            assert scope.sees_children_of(team) is expected, (user, where, team)
            assert scope.sees_workers_of(team) is expected, (user, where, team)
        assert scope.staff_named is (where[0] == "personal")


def _ref(authority: Engine, unit: str | None) -> UnitRef | None:
    if unit is None:
        return None
    return authority.units[unit].ref if unit in authority.units else UnitRef("team", unit)
