"""What leaves the service: no number from 1 to 5, and none that follows from what is shown."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import kpi_engine
from bot.__main__ import app
from bot.commands.guard import guarded
from kpi_engine.dfe.published import IN_TIME_LIMITS, WITHHELD, published, withheld_parts

NAMES = ["Same_day", "1-10_days", "41-45_days", "46-50_days", "61+_days"]


@example([1, 1, 1, 1, 1, 1, 9])
@given(st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_no_small_part_follows_from_its_whole(numbers: list[int]) -> None:
    parts = {str(place): number for place, number in enumerate(numbers)}
    hidden = withheld_parts(parts)
    assert all(name in hidden for name, number in parts.items() if 0 < number <= 5)
    left = sum(parts[name] for name in hidden)
    others = [number for name, number in parts.items() if name not in hidden and number]
    assert not hidden or left > 5 or not others
    assert not hidden or left > len(hidden) or not any(n > 5 for n in others), "each hidden one can only be 1"


@given(st.lists(st.integers(0, 12), min_size=5, max_size=5))
def test_no_band_follows_from_what_is_in_time(numbers: list[int]) -> None:
    bands = dict(zip(NAMES, numbers, strict=True))
    in_time = sum(numbers[:3])
    table = {"title": "C2", "of": sum(numbers), "bands": bands, "in_time": in_time, "percent": None,
             "ours": {"measure": "assessments_in_time", "value": 50.0, "of": 9, "differs": None}}  # fmt: skip
    told = published({"tables": {"C2": table}, "year_end": {}})["tables"]["C2"]
    assert IN_TIME_LIMITS["C2"] == NAMES[2]
    assert not any(isinstance(n, int) and 0 < n <= 5 for n in (*told["bands"].values(), told["of"]))
    if WITHHELD in (told["of"], told["in_time"]):
        return  # what the bands of either side add up to is not known
    for group in (NAMES[:3], NAMES[3:]):
        hidden = [bands[name] for name in group if told["bands"][name] == WITHHELD]
        assert sum(hidden) > 5 or not any(0 < n <= 5 for n in hidden)


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["perfbot", "dfe", *words])
    status = guarded(app)
    out, err = capsys.readouterr()
    return status, out, err


def test_the_command_prints_the_tables_beside_ours(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path / "home"))
    kpi_engine.load(str(folder), None, tmp_path / "home")
    status, out, _ = run(capsys, monkeypatch, "--year", "2015")
    assert status == 0
    for words in ("C2  Assessments completed by duration", "C4  Section 47", "D6  Plans reviewed within timescales",
                  "never late, by 91 and 183 days", "ours: Assessments in time", "expected of", "Method:"):  # fmt: skip
        assert words in out
    status, out, _ = run(capsys, monkeypatch, "--unit", "T11", "--json")
    told: dict[str, Any] = json.loads(out)["tables"]
    assert not any(
        isinstance(n, int) and 0 < n <= 5 for table in told.values() for n in table.get("bands", {}).values()
    )
    assert any(WITHHELD in table.get("bands", {}).values() for table in told.values())
    target = tmp_path / "out.csv"
    status, out, _ = run(capsys, monkeypatch, "--unit", "T11", "--csv", str(target))
    assert status == 0
    rows = list(csv.DictReader(target.open(encoding="utf-8")))
    assert {row["table"] for row in rows} == set(told)
    assert not any(row["number"].isdigit() and 0 < int(row["number"]) <= 5 for row in rows)
    assert run(capsys, monkeypatch, "--year", "2019")[0] == 2
    assert run(capsys, monkeypatch, "--unit", "T99")[0] == 2
