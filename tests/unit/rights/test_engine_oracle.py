"""Rights all the way through: person x audience x show x unit x measure x restricted cases, asked of the engine over
real rows.

What everybody may see is borough_oracle.py's; the truth about the figures comes from the same question asked with
every right.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from borough_oracle import (
    ADDED,
    HELD,
    NOBODY_RESTRICTED,
    OWN,
    PARENTS,
    PLACES,
    RESTRICTED,
    STAFF,
    WORKS,
    Place,
    Viewers,
    folder_with_everybody,
    hidden_children,
    open_teams,
    permitted,
    shown_of,
)

import kpi_engine
from bot import rights
from bot.cards import Client
from bot.dialogs import ask
from bot.dialogs.room import Room
from bot.restricted import FILE, RestrictedCases
from bot.turn import Audience
from bot.wording import Names
from kpi_engine.answer import Answer
from kpi_engine.engine import Engine
from kpi_engine.question import ALL, EVERYTHING, Period, Question, Scope, UnitRef

UNITS = ("T11", "T12", "T21", "S2", "S3", "ALL")
MEASURES = (
    ("cp_visits_overdue",),
    ("cp_open",),
    ("caseload_average",),
    ("cp_visits_overdue", "cp_visits_in_time"),
)
SHOWS = ("headline", "list", "trend", "compare", "coming_up", "changes", "briefing", "explain")
LISTS = ("rows", "came_on", "came_off")


@pytest.fixture(scope="module")
def borough(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return kpi_engine.open_folder(folder_with_everybody(tmp_path_factory.mktemp("authority")))


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


@pytest.mark.parametrize(
    ("viewers", "opened"),
    [(NOBODY_RESTRICTED, ()), (RESTRICTED, ()), (RESTRICTED, ("C103",))],
    ids=["nobody restricted", "restricted", "one opened"],
)
def test_the_whole_way_nobody_sees_more_and_nobody_sees_less(
    borough: Engine, tmp_path: Path, viewers: Viewers, opened: tuple[str, ...]
) -> None:
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

    named = [f"{child.lower()},{';'.join(users)}" for child, users in viewers.items()]
    (tmp_path / FILE).write_text("\n".join(["child_id,viewers", *named]), encoding="utf-8")
    restricted = RestrictedCases(tmp_path)
    asked = questions(borough)
    combinations, masked, faults = 0, 0, []
    for user, place in itertools.product((*OWN, *ADDED), PLACES):
        kind, unit, outsiders = place
        audience = Audience(kind, borough.units[unit].ref if unit else None, outsiders)  # type: ignore[arg-type]
        scope = rights.scope_for(rights.identify(user, borough), audience, borough)
        held = restricted.hidden_from(user, audience, frozenset(child.casefold() for child in opened))
        scope = replace(scope, restricted=held)
        teams, hidden = open_teams(user, place), hidden_children(user, place, viewers, opened)
        for question in asked:
            combinations += 1
            said = answered(question, user, audience, scope)
            masked += '"restricted": true' in json.dumps(said.json)
            for fault in _faults(said, question, teams, place, hidden, whole):
                faults.append(f"{user} in {place}: {question.show} {question.measures} "
                              f"{question.unit.id} by {question.by}: {fault}")  # fmt: skip
    assert not faults, f"{len(faults)} faults of {combinations}, first: " + "; ".join(faults[::30])
    assert combinations >= 5_000
    assert bool(masked) is bool(viewers)


def _faults(
    said: ask.Said, question: Question, teams: set[str], place: Place, hidden: set[str], whole: Any
) -> list[str]:
    allowed = permitted(question, teams, place, hidden)
    spoken = json.dumps([said.json, said.card])
    faults = [f"names {child}" for child in HELD if (HELD[child] not in teams or child in hidden)
              and child in spoken and question.child != child]  # fmt: skip
    if not allowed:
        return faults + ([] if said.outcome == "not_permitted" else [f"is {said.outcome}, not refused"])
    if said.outcome == "not_permitted":
        return [*faults, "is refused wrongly"]
    every = whole(question)
    if said.outcome != every.outcome:
        return [*faults, f"is {said.outcome}, in truth {every.outcome}"]
    elsewhere = set()
    for part, true in zip(said.json["answers"], every.answers, strict=True):
        if part["value"] != true.value:
            faults.append(f"says {part['value']}, in truth {true.value}")
        seen = set[str]() if part["measure"] in STAFF and place[0] != "personal" else teams
        for name in LISTS:
            rows = [dict(row) for row in getattr(true, name) or ()]
            told, expected = list(part.get(name) or []), shown_of(rows, seen, hidden)
            if question.child is None and told != expected:
                faults.append(f"shows {len(told)} {name}, not the {len(expected)} of {len(rows)} that it may")
            elsewhere |= {row["team_id"] or ALL for row in rows if row["team_id"] not in seen}
        if question.by == "worker":
            workers = [group.id for group in true.groups or ()]
            told = [group["id"] for group in part.get("groups") or ()]
            if told != [one for one in workers if WORKS[one] in seen]:
                faults.append(f"names {len(told)} workers of {len(workers)}")
            elsewhere |= {WORKS[one] for one in workers if WORKS[one] not in seen}
    if question.child is None and set(said.json.get("held_back", ())) != elsewhere:
        faults.append(f"holds back rows of {said.json.get('held_back')}, in truth of {sorted(elsewhere)}")
    return faults


def test_the_oracle_knows_the_borough(borough: Engine) -> None:
    """The table above is the extract's: otherwise the test above would prove little."""
    assert {c: borough.child_team(c, borough.as_at) for c in HELD} == HELD
    assert {w: borough.workers[w].team_id for w in WORKS} == WORKS
    assert {u.id: u.parent_id or "ALL" for u in borough.units.values() if u.id != "ALL"} == PARENTS
    for user, own in OWN.items():
        assert (borough.users[user].unit_id or "ALL") == own
    for user, (own, also) in ADDED.items():
        assert (borough.users[user].unit_id, ";".join(sorted(borough.users[user].also_sees))) == (own, also)
    assert UnitRef("authority", "ALL") == borough.units["ALL"].ref
