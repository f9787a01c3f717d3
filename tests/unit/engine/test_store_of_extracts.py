"""Extracts kept: what is opened is what was loaded; which one is current; which one was known on a day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import kpi_engine
from kpi_engine.errors import InputError, LoadError
from kpi_engine.extracts import store
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder

SEED = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ssd_folder(random_authority(SEED, 15), tmp_path_factory.mktemp("ssd"))


def load(folder: Path, home: Path, when: str) -> str:
    return kpi_engine.load(str(folder), date.fromisoformat(when), home, f"{when}T06:00:00").extract


def test_an_extract_opened_again_answers_as_when_it_was_loaded(folder: Path, tmp_path: Path) -> None:
    today = extract_date(SEED)
    direct = kpi_engine.open_folder(folder, today)
    kpi_engine.load(str(folder), today, tmp_path)
    again = kpi_engine.open_current(tmp_path)
    assert again.ledger_rows(today) == direct.ledger_rows(today)
    assert again.measures(today) == direct.measures(today)
    assert again.findings() == direct.findings()


def test_the_newest_as_at_date_is_current_and_of_several_the_last_loaded(
    folder: Path, tmp_path: Path
) -> None:
    first = load(folder, tmp_path, "2026-11-08")
    assert store.current(tmp_path).id == first
    second = load(folder, tmp_path, "2026-11-15")
    assert store.current(tmp_path).id == second
    load(folder, tmp_path, "2026-11-01")
    assert store.current(tmp_path).id == second
    corrected = load(folder, tmp_path, "2026-11-15")
    assert store.current(tmp_path).id == corrected
    assert kpi_engine.open_current(tmp_path).as_at == date(2026, 11, 15)


def test_an_older_extract_says_that_it_is_history(folder: Path, tmp_path: Path) -> None:
    load(folder, tmp_path, "2026-11-15")
    report = kpi_engine.load(str(folder), date(2026, 11, 1), tmp_path)
    assert not report.newest
    assert any("2026-11-15" in warning for warning in report.warnings)


def test_what_was_known_on_a_day(folder: Path, tmp_path: Path) -> None:
    first, second = load(folder, tmp_path, "2026-11-08"), load(folder, tmp_path, "2026-11-15")
    assert store.known_on(tmp_path, date(2026, 11, 8)).id == first
    assert store.known_on(tmp_path, date(2026, 11, 14)).id == first
    assert store.known_on(tmp_path, date(2026, 11, 15)).id == second
    assert kpi_engine.open_known(tmp_path, date(2030, 1, 1)).as_at == date(2026, 11, 15)
    with pytest.raises(InputError, match="No extract was known on 2026-11-07"):
        store.known_on(tmp_path, date(2026, 11, 7))


def test_without_an_extract_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="perfbot load"):
        kpi_engine.open_current(tmp_path)


def test_a_refused_extract_leaves_nothing_behind(folder: Path, tmp_path: Path) -> None:
    kept = load(folder, tmp_path / "home", "2026-11-08")
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "ssd_person.csv").write_text("pers_dob\n2020-01-01\n")
    with pytest.raises(LoadError):
        kpi_engine.load(str(bad), date(2026, 11, 15), tmp_path / "home")
    assert [one.id for one in store.kept(tmp_path / "home")] == [kept]
    assert [path.name for path in (tmp_path / "home" / "extracts").iterdir()] == [kept]


def test_a_folder_without_its_manifest_does_not_count(folder: Path, tmp_path: Path) -> None:
    """A load that was killed half-way."""
    kept = load(folder, tmp_path, "2026-11-08")
    half = tmp_path / "extracts" / "2026-11-15_000002"
    half.mkdir()
    (half / "ssd_person.parquet").write_bytes(b"PAR1")
    part = tmp_path / "extracts" / ".2026-11-15_000003.part"
    part.mkdir()
    (part / store.MANIFEST).write_text("{}")
    assert store.current(tmp_path).id == kept
    # The next load goes on as if nothing had been.
    assert store.current(tmp_path).id != load(folder, tmp_path, "2026-11-15")


def test_the_manifest_counts_rows_and_findings(folder: Path, tmp_path: Path) -> None:
    kept = load(folder, tmp_path, "2026-11-08")
    told = json.loads((tmp_path / "extracts" / kept / store.MANIFEST).read_text("utf-8"))
    engine = kpi_engine.open_current(tmp_path)
    assert told["rows"] == {name: table.num_rows for name, table in engine.extract.tables.items()}
    assert told["findings"] == len(engine.all_findings) > 0
    assert engine.stamp.loaded_at == "2026-11-08T06:00:00"
    assert engine.stamp.extract == kept
