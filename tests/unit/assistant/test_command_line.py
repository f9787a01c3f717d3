"""How commands end: exit status, one sentence on stderr, never a traceback for a mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from bot.__main__ import app
from bot.commands.guard import guarded
from kpi_engine.errors import InputError, NotPermitted


class Ended(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)

    def once(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        out, err = capsys.readouterr()
        return Ended(status, out, err)

    return once


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "CP visits?"),
        ("ask", "CP visits?", "--nonsense"),
        ("ask", "CP visits?", "--as"),
        ("ask", "CP visits?", "--as", "u", "--batch", "x"),
        ("ask", "CP visits?", "--as", "u"),  # nothing has been loaded
        ("ask", "--batch", "nowhere.jsonl"),
        ("brief", "ALL"),
        ("brief", "ALL", "--as", "u", "--json", "--card"),
        ("measures", "--at", "yesterday"),
        ("ledger", "--csv", "a", "--parquet", "b"),
        ("load", "nowhere", "--as-at", "2026-11-31"),
        ("make-data", "."),
        ("make-data", "x", "--children", "0"),
        ("chat",),
        ("demo", "--at", "20261115"),
        ("audit", "show"),
        ("audit", "show", "--child", "C1", "--from", "1/9"),
        ("audit", "verify", "--head", "7"),
        ("channels", "set", "c"),
        ("questions", "score", "nowhere.jsonl"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(run: Run, arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.status == 2
    assert ended.out == ""
    assert len(ended.err.strip().splitlines()) == 1
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("{", "line 2: this is not JSON"),
        ("[]", "line 2: a line must be an object"),
        ('{"as": "u"}', 'line 2: "text" must be a text'),
        ('{"as": 1, "text": "x"}', 'line 2: "as" must be a text'),
        ('{"as": "u", "text": "x", "in": 3}', 'line 2: "in" must be a text'),
        ('{"as": "u", "text": "x", "session": ["s"]}', 'line 2: "session" must be a text'),
    ],
)
def test_a_bad_batch_line_is_named_before_anything_is_asked(
    run: Run, tmp_path: Path, row: str, fault: str
) -> None:
    file = tmp_path / "batch.jsonl"
    file.write_text(f'{{"as": "u", "in": "personal", "text": "x"}}\n{row}\n', encoding="utf-8")
    ended = run("ask", "--batch", str(file))
    assert ended.status == 2
    assert fault in ended.err
    assert ended.out == ""


def test_a_broken_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERFBOT_PORT", "many")
    ended = run("settings")
    assert ended.status == 2
    assert "PERFBOT_PORT" in ended.err


def test_settings_are_listed(run: Run) -> None:
    ended = run("settings", "--json")
    assert ended.status == 0
    assert "PERFBOT_HOME" in [each["variable"] for each in json.loads(ended.out)]


def test_the_record_of_a_new_installation_is_whole_and_empty(run: Run) -> None:
    ended = run("audit", "verify")
    assert (ended.status, ended.err) == (0, "")
    assert "0 records" in ended.out
    assert run("audit", "verify", "--head", f"1:{'a' * 64}").status == 2


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (InputError("The file is empty."), 2, "The file is empty."),
        (NotPermitted("You may not."), 3, "You may not."),
        (typer.Exit(3), 3, ""),
        (KeyboardInterrupt(), 2, "Stopped."),
        (KeyError("C101 lives at 4 Privet Drive"), 1, "this is a bug"),
    ],
)
def test_errors_become_a_status_and_a_sentence(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, words: str
) -> None:
    def fail(standalone_mode: bool) -> None:
        raise error

    assert guarded(fail) == status
    err = capsys.readouterr().err
    assert words in err
    assert "Privet" not in err
    assert "C101" not in err
