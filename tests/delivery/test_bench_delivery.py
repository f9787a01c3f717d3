"""`perfbot bench delivery`: the whole way, small; the figures are the connector's own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.__main__ import app
from bot.commands.guard import guarded


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
