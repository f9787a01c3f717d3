"""A list asked of two teams is of those two, not of all the teams of their service."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine import Engine
from kpi_engine.question import EVERYTHING, Question, Scope, UnitRef

AS_AT = date(2026, 11, 15)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = Path(tmp_path_factory.mktemp("ssd"))
    kpi_engine.make_authority(folder, children=300, as_at=AS_AT, seed=3)
    return kpi_engine.open_folder(folder)


def test_a_list_of_two_teams_adds_up_to_their_own_lists(engine: Engine) -> None:
    both = Question("list", ("cin_open",), UnitRef("service", "S2"), AS_AT, units=("T11", "T12"))
    alone = [both.but(units=(), unit=UnitRef("team", one)) for one in ("T11", "T12")]
    found = engine.ask(both, EVERYTHING).answers[0]
    parts = [engine.ask(one, EVERYTHING).answers[0] for one in alone]
    assert found.value == sum(p.value or 0 for p in parts)
    assert found.value
    assert {row["team_id"] for row in found.rows or ()} == {"T11", "T12"}


def test_a_team_outside_the_scope_is_held_back_by_name(engine: Engine) -> None:
    both = Question("list", ("cin_open",), UnitRef("service", "S2"), AS_AT, units=("T11", "T12"))
    own = Scope(child_units=frozenset({"T11"}), worker_units=frozenset({"T11"}), own_units=frozenset({"T11"}))
    answer = engine.ask(both, own)
    assert answer.held_back == ("T12",)
    assert {row["team_id"] for row in answer.answers[0].rows or ()} == {"T11"}
