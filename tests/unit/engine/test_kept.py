"""What was worked out before is what would be worked out now, whoever asked before and whatever became of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kpi_engine
from kpi_engine import Engine, kept
from kpi_engine.errors import NotPermitted
from kpi_engine.question import EVERYTHING, Question, Scope, make_filters
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder

SEED = 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ssd_folder(random_authority(SEED, 40), tmp_path_factory.mktemp("kept"))


@pytest.fixture
def engine(folder: Path) -> Engine:
    return kpi_engine.open_folder(folder, extract_date(SEED))


@pytest.fixture(scope="module")
def cold(folder: Path) -> Engine:
    return kpi_engine.open_folder(folder, extract_date(SEED))


def asked_cold(cold: Engine, question: Question, scope: Scope) -> Any:
    cold.kept = kept.Kept()
    return cold.ask(question, scope).to_json()


def scopes(engine: Engine) -> list[Scope]:
    child = engine.ask(Question("briefing", as_at=engine.as_at), EVERYTHING).briefing["longest_overdue"][0][
        "child_id"
    ]  # type: ignore[index]
    own = frozenset({child.casefold()})
    found = [EVERYTHING, replace(EVERYTHING, staff_named=False), replace(EVERYTHING, restricted=own), Scope()]
    for unit in sorted(engine.units)[:4]:
        below = engine.units_below(unit)
        found += [Scope(below, below, below, staff_named=True), Scope(below, below, below, restricted=own)]
    return found


def questions(engine: Engine) -> Iterator[Question]:
    cuts = [
        (),
        make_filters({"age_max": 4}),
        make_filters({"case_type": "CP"}),
        make_filters({"days_overdue_min": 9}),
    ]
    for unit in sorted(engine.units):
        ref = engine.units[unit].ref
        yield Question("briefing", unit=ref, as_at=engine.as_at)
        yield Question("contract", unit=ref, as_at=engine.as_at)
        for cut in cuts:
            for show in ("headline", "compare", "trend"):
                yield Question(show, ("cp_visits_overdue", "cin_open"), ref, engine.as_at, filters=cut)  # type: ignore[arg-type]
            yield Question("compare", ("cp_visits_in_time",), ref, engine.as_at, filters=cut, by="worker")


def test_answers_are_the_same_whoever_asked_what_before(engine: Engine, cold: Engine) -> None:
    work = [(question, scope) for question in questions(engine) for scope in scopes(engine)]
    lot = random.Random(3)
    told = 0
    for question, scope in lot.sample(work, 250) + lot.sample(work, 50):
        try:
            expected = asked_cold(cold, question, scope)
        except NotPermitted:
            with pytest.raises(NotPermitted):
                engine.ask(question, scope)
            continue
        assert engine.ask(question, scope).to_json() == expected
        assert engine.ask(question, scope).to_json() == expected
        told += 1
    assert told > 200


def test_a_restricted_child_is_in_no_briefing_that_was_worked_out_for_others(engine: Engine) -> None:
    question = Question("briefing", as_at=engine.as_at)
    everything, _, restricting, *_ = scopes(engine)
    (child,) = restricting.restricted
    assert child in str(engine.ask(question, everything)).casefold()
    assert child not in str(engine.ask(question, restricting)).casefold()
    assert child in str(engine.ask(question, everything)).casefold()


def test_what_a_reader_does_with_a_briefing_is_in_nobody_elses(engine: Engine) -> None:
    question = Question("briefing", as_at=engine.as_at)
    first = engine.ask(question, EVERYTHING)
    before = str(first)
    for part in first.briefing.values():  # type: ignore[union-attr]
        for row in part if isinstance(part, list) else [part]:
            if isinstance(row, dict):
                row.clear()
    assert str(engine.ask(question, EVERYTHING)) == before


def test_it_takes_no_more_memory_than_it_may(
    engine: Engine, cold: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_BRIEFINGS", 2)
    monkeypatch.setattr(kept, "MOST_NUMBERS", 5)
    for unit in sorted(engine.units):
        question = Question("briefing", unit=engine.units[unit].ref, as_at=engine.as_at)
        assert engine.ask(question, EVERYTHING).to_json() == asked_cold(cold, question, EVERYTHING)
    places = vars(engine.kept).values()
    assert {bool(place) for place in places} == {True}
    assert all(len(place) <= 5 for place in places)
