"""The function itself: what it writes, the same bytes every time, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kpi_engine.errors import InputError
from kpi_engine.invented import NAME, make_authority
from kpi_engine.tables import contract


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_every_table_of_the_contract_is_written_with_its_columns(tmp_path: Path) -> None:
    make_authority(tmp_path / "x", children=60, as_at=date(2020, 2, 29))
    written = {p.stem: p for p in (tmp_path / "x").glob("*.csv")}
    assert set(written) == set(contract())
    for name, table in contract().items():
        assert written[name].read_text("utf-8").splitlines()[0].split(",") == list(table.by_name)
    about = json.loads((tmp_path / "x" / "extract.json").read_text("utf-8"))
    assert about == {"as_at": "2020-02-29", "authority": NAME}
    assert "not a real authority" in NAME


def test_the_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        make_authority(tmp_path / name, children=150, as_at=date(2026, 11, 15), seed=seed)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")
    assert bytes_of(tmp_path / "a") != bytes_of(tmp_path / "c")


@pytest.mark.parametrize(
    ("children", "as_at"), [(40, date(2026, 11, 15)), (75, date(2016, 2, 29)), (333, date(2021, 1, 1))]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_small_authorities_have_exactly_the_open_children_asked_for(
    tmp_path: Path, children: int, as_at: date, seed: int
) -> None:
    make_authority(tmp_path / "x", children=children, as_at=as_at, seed=seed)
    lines = (tmp_path / "x" / "ssd_cin_episodes.csv").read_text("utf-8").splitlines()
    heads = lines[0].split(",")
    nfa, close = heads.index("cine_referral_nfa") - len(heads), heads.index("cine_close_date") - len(heads)
    assert (
        sum(1 for line in lines[1:] if line.split(",")[nfa] == "N" and line.split(",")[close] == "")
        == children
    )


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("keep me", encoding="utf-8")
    with pytest.raises(InputError, match="not an empty folder"):
        make_authority(tmp_path, children=60, as_at=date(2026, 11, 15))
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("children", "as_at", "words"),
    [(39, date(2026, 11, 15), "at least 40"), (60, date(1999, 1, 1), "2005 to 2039")],
)
def test_what_cannot_be_made_is_refused_in_one_sentence(
    tmp_path: Path, children: int, as_at: date, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        make_authority(tmp_path / "x", children=children, as_at=as_at)
    assert not (tmp_path / "x").exists()
