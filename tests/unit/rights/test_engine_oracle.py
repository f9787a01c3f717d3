"""Rights all the way through: person x audience x show x unit x measure, asked of the engine over real rows.

What everybody may see is worked out from the small borough's table of who holds whom, in plain loops; the
truth about the figures comes from the same question asked with every right.
"""

from __future__ import annotations

import itertools
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from bot import rights
from bot.cards import Client
from bot.dialogs import ask
from bot.dialogs.room import Room
from bot.turn import Audience
from bot.wording import Names
from kpi_engine.answer import Answer
from kpi_engine.engine import Engine
from kpi_engine.question import EVERYTHING, Period, Question, Scope, UnitRef

BOROUGH = Path(__file__).parents[2] / "conversations" / "authority"
PARENTS = {"T02": "S1", "T11": "S2", "T12": "S2", "T21": "S3", "S1": "ALL", "S2": "ALL", "S3": "ALL"}
OWN = {"U-DIR": "ALL", "U-AD2": "S2", "U-T11": "T11", "U-T12": "T12", "U-T21": "T21"}
HELD = {"C101": "T11", "C102": "T11", "C103": "T11", "C201": "T12", "C202": "T12"}
WORKS = {"P1190": "T11", "P1191": "T11", "P1192": "T11", "P1291": "T12", "P1292": "T12", "P2191": "T21"}
Place = tuple[str, str | None, str]
PLACES: list[Place] = [
    ("personal", None, ""), ("channel", "T11", ""), ("channel", "T12", ""), ("channel", "S2", ""), ("group", "T21", ""),
    ("channel", "ALL", ""), ("group", None, ""), ("channel", "T11", "some"), ("group", "ALL", "unknown"),
]  # fmt: skip
UNITS = ("T11", "T12", "T21", "S2", "S3", "ALL")
MEASURES = (
    ("cp_visits_overdue",),
    ("cp_open",),
    ("caseload_average",),
    ("cp_visits_overdue", "cp_visits_in_time"),
)
ROW_SHOWS = ("list", "coming_up", "changes", "why")
SHOWS = ("headline", "list", "trend", "compare", "coming_up", "changes", "briefing", "explain")
STAFF = ("caseload_average",)


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


def inside(unit: str | None, above: str) -> bool:
    while unit is not None:
        if unit == above:
            return True
        unit = PARENTS.get(unit)
    return above == "ALL" and unit is None


def open_teams(user: str, place: Place) -> set[str]:
    """The teams whose children and workers this person may see here."""
    kind, chat, outsiders = place
    teams = {team for team in ("T02", "T11", "T12", "T21") if inside(team, OWN[user])}
    if kind == "personal":
        return teams
    return {team for team in teams if chat is not None and not outsiders and inside(team, chat)}


def questions(engine: Engine) -> list[Question]:
    week = Period(engine.as_at.replace(day=16), engine.as_at.replace(day=29))
    found = []
    for show, unit, measures in itertools.product(SHOWS, UNITS, MEASURES):
        ref = engine.units[unit].ref
        base = Question(show, measures, ref, engine.as_at)  # type: ignore[arg-type]
        if show == "briefing":
            found.append(base.but(measures=()))
        elif show == "compare":
            found += [base.but(by="team"), base.but(by="worker")]
        else:
            found.append(base.but(period=week) if show == "coming_up" else base)
    for child, measures in itertools.product(HELD, MEASURES):
        found.append(Question("why", measures, engine.units[HELD[child]].ref, engine.as_at, child=child))
    for worker, show in itertools.product(WORKS, ("headline", "list")):
        ref = engine.units[WORKS[worker]].ref
        found.append(Question(show, MEASURES[0], ref, engine.as_at, worker=worker))  # type: ignore[arg-type]
    return list(dict.fromkeys(found))


def permitted(question: Question, teams: set[str], place: Place) -> bool:
    if question.show == "explain":
        return True
    rows, by_worker = question.show in ROW_SHOWS, question.by == "worker"
    if (rows or by_worker) and place[0] != "personal" and set(question.measures) <= set(STAFF):
        return False
    if question.child is not None:
        return HELD[question.child] in teams
    if question.worker is not None:
        return WORKS[question.worker] in teams
    if rows or by_worker:
        return any(inside(team, question.unit.id) for team in teams)
    return True


def test_the_whole_way_nobody_sees_more_and_nobody_sees_less(borough: Engine) -> None:
    @cache
    def whole(question: Question) -> Answer:
        return borough.ask(question, EVERYTHING)

    known: dict[tuple[Question, Scope], ask.Said] = {}

    def answered(question: Question, user: str, audience: Audience, scope: Scope) -> ask.Said:
        """The same question under the same scope is asked once: nothing but the scope decides what is shown."""
        if (question, scope) not in known:
            known[question, scope] = afresh(question, user, audience, scope)
        return known[question, scope]

    def afresh(question: Question, user: str, audience: Audience, scope: Scope) -> ask.Said:
        person = rights.identify(user, borough)
        room = Room(borough, person, audience, scope, borough.as_at, Names.of(borough, scope), Client())
        return ask.answer(room, "", question)

    asked = questions(borough)
    combinations, faults = 0, []
    for user, place in itertools.product(OWN, PLACES):
        kind, unit, outsiders = place
        audience = Audience(kind, borough.units[unit].ref if unit else None, outsiders)  # type: ignore[arg-type]
        scope = rights.scope_for(rights.identify(user, borough), audience, borough)
        teams = open_teams(user, place)
        for question in asked:
            combinations += 1
            said = answered(question, user, audience, scope)
            for fault in _faults(said, question, teams, place, whole):
                faults.append(f"{user} in {place}: {question.show} {question.measures} "
                              f"{question.unit.id} by {question.by}: {fault}")  # fmt: skip
    assert not faults, f"{len(faults)} faults of {combinations}, first: " + "; ".join(faults[:5])
    assert combinations >= 5_000


def _faults(said: ask.Said, question: Question, teams: set[str], place: Place, whole: Any) -> list[str]:
    allowed = permitted(question, teams, place)
    spoken = json.dumps([said.json, said.card])
    faults = [f"names {child}" for child in HELD if HELD[child] not in teams and child in spoken
              and question.child != child]  # fmt: skip
    if not allowed:
        return faults + ([] if said.outcome == "not_permitted" else [f"is {said.outcome}, not refused"])
    if said.outcome == "not_permitted":
        return [*faults, "is refused wrongly"]
    every = whole(question)
    if said.outcome != every.outcome:
        return [*faults, f"is {said.outcome}, in truth {every.outcome}"]
    for part, true in zip(said.json["answers"], every.answers, strict=True):
        if part["value"] != true.value:
            faults.append(f"says {part['value']}, in truth {true.value}")
        staff_hidden = part["measure"] in STAFF and place[0] != "personal"
        if question.show == "list" and true.rows is not None and not staff_hidden:
            expected = [dict(row) for row in true.rows if row["team_id"] in teams]
            if list(part.get("rows") or []) != expected:
                faults.append(f"shows {len(part.get('rows') or [])} rows of {len(expected)}")
    return faults


def test_the_oracle_knows_the_borough(borough: Engine) -> None:
    """The table above is the extract's: otherwise the test above would prove little."""
    assert {c: borough.child_team(c, borough.as_at) for c in HELD} == HELD
    assert {w: borough.workers[w].team_id for w in WORKS} == WORKS
    assert {u.id: u.parent_id or "ALL" for u in borough.units.values() if u.id != "ALL"} == PARENTS
    for user, own in OWN.items():
        assert (borough.users[user].unit_id or "ALL") == own
    assert UnitRef("authority", "ALL") == borough.units["ALL"].ref
