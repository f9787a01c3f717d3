"""A short session of everything, with every logger at its most talkative: no child, no question, no token in what is
written beside the answers themselves (issue: secrets and privacy)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

import kpi_engine
from bot.__main__ import app
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.commands.guard import guarded
from bot.engines import FixedEngine
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams.post import Post
from bot.memory import StoreMemory
from bot.seals import Seals
from bot.settings import Settings
from bot.store import Store
from kpi_engine.engine import Engine

from .conftest import NOW, Teams
from .connector import Connector

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
CHILDREN = re.compile(r"\bC\d{3}\b", re.IGNORECASE)
WORD = "zanzibarish"
"""Stands in every question typed, and in nothing that the program says of its own accord."""


class Talkative(logging.Handler):
    """Everything any logger says, with its arguments and its traceback, as a file would hold it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture
def talkative() -> Iterator[Talkative]:
    handler, root = Talkative(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


class Broken(Engine):
    """Goes wrong in the middle of an answer, with a child in the message, as an unforeseen error may."""

    def __init__(self, whole: Engine) -> None:
        self.__dict__.update(whole.__dict__)

    def ask(self, question: Any, scope: Any) -> Any:
        raise RuntimeError(f"row of C101 in {question}: {WORD}")


def _host(settings: Settings, store: Store, engine: Engine) -> TeamsHost:
    async def at_once(seconds: float) -> None:
        return None

    assistant = Assistant(
        FixedEngine(engine), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit), store.unclear,
        channels=store.channels, seals=Seals(store.audit._cipher),
    )  # fmt: skip
    return TeamsHost(
        settings, assistant, store, clock=lambda: NOW, post=Post(sleep=at_once), acknowledge_seconds=5
    )


def _sender(who: str) -> dict[str, Any]:
    return {"from": {"id": f"29:{who}", "name": "Somebody", "aadObjectId": who}}


async def test_a_teams_session_writes_nothing_of_it(
    settings: Settings, store: Store, connector: Connector, engine: Engine, talkative: Talkative,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    async with TestClient(TestServer(_host(settings, store, engine).app())) as client:
        teams = Teams(client, connector)
        tokens = [teams.token(), teams.token(aud="somebody-else")]
        for text in ("which CP visits are overdue?", "why is C102 overdue for a CP visit?", "why is C201 overdue?",
                     f"{WORD} children of C101", "briefing", "everything overdue"):  # fmt: skip
            assert (await teams.say(text, **_sender("U-T11")))[0] == 200
        assert (await teams.say(f"{WORD} C101", **_sender("nobody")))[0] == 200
        await teams.press({"perfbot": "ask", "question": {"child": "C101", "text": WORD}}, **_sender("U-T11"))
        assert (await teams.post(header=f"Bearer {tokens[1]}"))[0] in (401, 403)
        assert (await teams.post(f'{{"text": "{WORD} C101'.encode()))[0] == 400
        connector.answers.extend([500] * 20)
        await teams.say("which CP visits are overdue?", **_sender("U-T11"))
        connector.answers.clear()
        connector.answers.append(403)
        await teams.say("which CP visits are overdue?", **_sender("U-T11"))
    async with TestClient(TestServer(_host(settings, store, Broken(engine)).app())) as client:
        await Teams(client, connector).say("which CP visits are overdue?", **_sender("U-T11"))
    assert any("C102" in str(call.body) for call in connector.calls), (
        "the session showed no child: nothing was tried"
    )
    assert any("RuntimeError" in line for line in talkative.said), "the fault was not logged at all"
    _check(talkative, capfd, [*tokens, "from-entra", settings.app_password.get_secret_value() + "@"])


def test_the_command_line_writes_nothing_but_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, talkative: Talkative, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.setenv("PERFBOT_AUDIT_LINES", str(tmp_path / "second.jsonl"))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    errors = []
    for arguments in (
        ("load", str(BOROUGH)), ("ask", "which CP visits are overdue?", "--as", "U-T11", "--json"),
        ("ask", f"{WORD} C101", "--as", "U-T11"), ("ask", f"why is C201 {WORD}", "--as", "U-T11"),
        ("ask", f"C101 {WORD}", "--as", "nobody"), ("audit", "show", "--child", "C101"), ("audit", "verify"),
        ("quality",), ("ledger", "--as", "U-T11"), ("purge",),
    ):  # fmt: skip
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        guarded(app)
        errors.append(capfd.readouterr().err)
    assert not CHILDREN.search(" ".join(errors))
    assert WORD not in " ".join(errors)
    _check(talkative, capfd, [(tmp_path / "store.key").read_text("ascii").strip()])


def _check(talkative: Talkative, capfd: pytest.CaptureFixture[str], secrets: list[str]) -> None:
    out, err = capfd.readouterr()
    for line in [*talkative.said, out, err]:
        assert not CHILDREN.search(line), f"a child's id was written: {line[:200]!r}"
        assert WORD not in line, f"a question was written: {line[:200]!r}"
        assert not any(secret in line for secret in secrets), f"a secret was written: {line[:60]!r}"
