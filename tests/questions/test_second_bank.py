"""Banks written from the specification alone, asked of the whole bot over an invented authority.

Reading, rights, arithmetic and conversation together: what `perfbot questions score` says of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import app
from bot.commands.guard import guarded
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import SHOWS

HERE = Path(__file__).parent
BANK = HERE / "second_bank.jsonl"
BANKS = ("second_bank.jsonl", "third_bank_a.jsonl", "third_bank_b.jsonl", "third_bank_c.jsonl",
         "third_bank_d.jsonl", "third_bank_e.jsonl", "third_bank_f.jsonl")  # fmt: skip
LINES = [json.loads(line) for line in BANK.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command prints of each bank, as JSON."""
    home = tmp_path_factory.mktemp("home")
    folder = tmp_path_factory.mktemp("authority")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PERFBOT_HOME", str(home))
        patch.delenv("PERFBOT_DATABASE_URL", raising=False)

        def perfbot(*arguments: str) -> int:
            patch.setattr("sys.argv", ["perfbot", *arguments])
            return guarded(app)

        assert perfbot("make-data", str(folder), "--children", "400", "--as-at", "2026-11-15") == 0
        assert perfbot("load", str(folder), "--as-at", "2026-11-15") == 0
        found: dict[str, dict[str, Any]] = {}
        for name in BANKS:
            printed: list[str] = []
            with pytest.MonkeyPatch.context() as listening:
                listening.setattr("typer.echo", lambda words="", **_: printed.append(str(words)))  # noqa: B023
                assert perfbot("questions", "score", str(HERE / name), "--json") == 0
            found[name] = json.loads("".join(printed))
    return found


@pytest.mark.parametrize("name", BANKS)
def test_every_line_gets_the_answer_a_colleague_would_want(
    scored: dict[str, dict[str, Any]], name: str
) -> None:
    assert scored[name]["confusions"] == []
    assert scored[name]["wrong"] == 0


@pytest.mark.parametrize("name", BANKS)
def test_the_score_does_not_fall(scored: dict[str, dict[str, Any]], name: str) -> None:
    kept = json.loads((HERE / "score.json").read_text("utf-8"))[-1][name]
    lines = (HERE / name).read_text("utf-8").splitlines()
    assert len(lines) >= kept["lines"]
    assert scored[name]["exact"] >= kept["exact"]
    assert scored[name]["lines"] == scored[name]["exact"] == len(lines) - scored[name]["left_out"]


def test_the_bank_is_broad() -> None:
    expected = [line["expect"] for line in LINES]
    measures = {s for e in expected if e.get("measures", "*") != "*" for s in e["measures"]}
    assert set(CATALOGUE) <= measures
    assert set(SHOWS) == {e["show"] for e in expected if "show" in e}
    assert {e["outcome"] for e in expected} == {
        "answered", "clarify", "not_permitted", "not_understood", "out_of_scope", "no_data",
    }  # fmt: skip
    assert len({line["session"] for line in LINES if "session" in line}) >= 60
    assert len({line["id"] for line in LINES}) == len(LINES)
