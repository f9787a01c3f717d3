"""`perfbot bench`, small: every stage gives its figures, and the second calculation in SQL gives the engine's rows."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from bot.commands import bench_duckdb, bench_stages, bench_statements
from bot.commands.bench import GOALS
from kpi_engine.duties import CLOCKS
from kpi_engine.question import SHOWS
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(data, home) of an invented authority that has been loaded."""
    folder = tmp_path_factory.mktemp("bench")
    data, home = folder / "data", folder / "home"
    kpi_engine.make_authority(data, children=150, as_at=date(2026, 11, 15), seed=2)
    bench_stages.load(data, home)
    return data, home


def test_every_stage_gives_its_figures(made: tuple[Path, Path], tmp_path: Path) -> None:
    data, home = made
    figures = (
        bench_stages.load(data, tmp_path / "home")
        | bench_stages.ledger(home)
        | bench_stages.answers(home)
        | bench_stages.reading(home)
        | bench_stages.export(home, tmp_path / "ledger.csv")
    )
    assert set(GOALS) - {"cold_ask_seconds", "history_seconds"} <= set(figures)
    engine = kpi_engine.open_current(home)
    lines = (tmp_path / "ledger.csv").read_text("utf-8").splitlines()
    assert figures["ledger_rows"] == len(engine.ledger_rows(engine.as_at)) == len(lines) - 1


def test_the_questions_cover_every_show_at_every_height(made: tuple[Path, Path]) -> None:
    engine = kpi_engine.open_current(made[1])
    asked = dict(bench_stages.questions(engine))
    assert {question.show for question in asked.values()} == set(SHOWS) - {"help"}
    assert {question.unit.kind for question in asked.values()} == {"team", "service", "authority"}


def test_sql_gives_the_engines_rows(made: tuple[Path, Path], tmp_path: Path) -> None:
    pytest.importorskip(
        "duckdb", reason="DuckDB is not installed, so there is no second engine to compare with"
    )
    found = bench_duckdb.twin(*made, tmp_path / "twin")
    assert set(found) == {*CLOCKS, "whole"}
    whole = found.pop("whole")
    for clock, one in found.items():
        assert (one["only_engine"], one["only_duckdb"]) == (0, 0), clock
        assert one["same_rows"], clock
        assert one["rows"] > 0, clock
    assert whole["same_rows"]
    assert whole["rows"] == sum(one["rows"] for one in found.values())
    assert whole["engine_to_duckdb"] > 0


@pytest.mark.parametrize("seed", [0, 11, 16, 27])
def test_sql_gives_the_engines_rows_of_messy_data(seed: int, tmp_path: Path) -> None:
    """Records that end on the day they start, dates that are none, ties of one day, and tables that are absent."""
    pytest.importorskip(
        "duckdb", reason="DuckDB is not installed, so there is no second engine to compare with"
    )
    data = write_ssd_folder(random_authority(seed, 20 + seed * 7 % 41), tmp_path / "data")
    kpi_engine.load(str(data), extract_date(seed), tmp_path / "home")
    found = bench_duckdb.twin(data, tmp_path / "home", tmp_path / "twin")
    assert {clock for clock, one in found.items() if not one["same_rows"]} == set()
    assert found["whole"]["rows"] > 0


def test_a_row_that_differs_is_counted(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: with a limit a day longer in the SQL, rows of that clock differ and no others."""
    pytest.importorskip(
        "duckdb", reason="DuckDB is not installed, so there is no second engine to compare with"
    )
    right = bench_statements.statements()
    wrong = right.clocks | {"core_group": right.clocks["core_group"].replace("start + 42", "start + 43")}
    monkeypatch.setattr(bench_duckdb, "statements", lambda: bench_statements.Statements(right.views, wrong))
    found = bench_duckdb.twin(*made, tmp_path / "twin")
    assert {clock for clock, one in found.items() if not one["same_rows"]} == {"core_group", "whole"}
    assert found["core_group"]["only_engine"] == found["core_group"]["only_duckdb"] > 0


def test_without_duckdb_it_says_so(
    made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert bench_duckdb.twin(*made, tmp_path / "twin") == {"left_out": bench_duckdb.ABSENT}


def test_a_warmed_engine_answers_the_same(made: tuple[Path, Path]) -> None:
    cold, warm = kpi_engine.open_current(made[1]), kpi_engine.open_current(made[1])
    warm.warm()
    assert warm.measures(warm.as_at) == cold.measures(cold.as_at)
