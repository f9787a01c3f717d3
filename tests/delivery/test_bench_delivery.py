"""`perfbot bench delivery`: the whole way, small; the figures are the connector's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands.guard import guarded
from schedules.bench_page import PARTS, figure_at


def test_everything_that_was_composed_arrived_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["perfbot", "bench", "delivery", "--briefings", "30", "--children", "40"])
    assert guarded(app) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["briefings"] == figures["accepted"] == 30
    assert figures["statuses"] == {"sent": 30}
    assert figures["accepted_twice"] == 0
    assert 0 < figures["compose_slowest_seconds"] <= figures["compose_seconds"]
    assert figures["most_posts_in_one_second"] <= 30


def test_people_who_ask_are_all_answered_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    options = [
        "--briefings",
        "1",
        "--children",
        "40",
        "--people",
        "6",
        "--minutes",
        "0.05",
        "--reading",
        "0.5",
    ]
    monkeypatch.setattr("sys.argv", ["perfbot", "bench", "delivery", *options])
    assert guarded(app) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row.where for part in PARTS[1:3] for row in part.rows if figure_at(told, row.where) is None] == []
    asking = told["asking"]
    assert asking["burst"]["answers"] == 6
    assert asking["steady"]["errors"] == {}
    assert asking["records"] >= 6 + asking["steady"]["answers"]
    assert asking["record_whole"]
    (stretch,) = asking["steady"]["each_five_minutes"]
    assert stretch["answers"] == asking["steady"]["answers"] > 6
