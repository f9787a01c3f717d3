"""A restricted case is told from an id that nobody knows in no words: whoever asks, wherever, however, and however
they go on.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.memory import StoreMemory
from bot.restricted import OpenedOnRecord, RestrictedCases
from bot.store import Cipher, Store, open_store
from bot.turn import PERSONAL, Audience, Turn
from kpi_engine.engine import Engine
from kpi_engine.question import UnitRef

BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
RESTRICTED, NOBODY, ELSEWHERE = "C102", "C999", "C202"
TALKS = [
    ("why is {child} overdue for a CP visit?", "send it to me privately"),
    ("why is {child} on there?", "send it to me privately"),
    ("why is {child} overdue?", "why?", "and in CSWT 1?"),
    ("is {child} on a CP plan?", "just the number", "show more"),
    ("{child}", "why?"),
    ("list the CP visits of {child}", "send it to me privately"),
    ("how many CP visits are overdue for {child}?", "and the core groups?"),
    ("when is {child}'s next review?", "in private please"),
    ("trend of CP visits overdue for {child}", "as a list"),
    ("tell me when {child} is overdue",),
    ("who works with {child}?", "her caseload"),
    ("everything overdue for {child}", "send it to me privately"),
    ("compare {child} and C103", "send it to me privately"),
    ("open restricted case {child}", "open restricted case {child} because x"),
]
PLACES = [
    PERSONAL,
    Audience("channel", UnitRef("team", "T11")),
    Audience("channel", UnitRef("authority", "ALL")),
    Audience("group", None),
    Audience("channel", UnitRef("team", "T11"), "some"),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return kpi_engine.open_folder(Path(__file__).parent / "authority")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", Cipher(Fernet.generate_key()))
    yield opened
    await opened.close()


@pytest.fixture
def assistant(engine: Engine, store: Store, tmp_path: Path) -> Assistant:
    (tmp_path / "restricted.csv").write_text(f"child_id,viewers\n{RESTRICTED},U-AN\n", encoding="utf-8")
    return Assistant(
        FixedEngine(engine), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit),
        restricted=RestrictedCases(tmp_path), opened=OpenedOnRecord(store.audit),
    )  # fmt: skip


async def talk(assistant: Assistant, who: str, where: Audience, said: tuple[str, ...], child: str) -> str:
    """Everything that comes back, with the child's id taken out."""
    heard = []
    for text in said:
        turn = Turn(
            who, f"{said[0]} {child}", BEGIN, text.format(child=child), audience=where,
            sends_privately=where.kind != "personal",
        )  # fmt: skip
        heard += [
            (reply.text, reply.answer, reply.card, reply.private) for reply in await assistant.reply(turn)
        ]
    return json.dumps(heard).replace(child, "ID")


@pytest.mark.parametrize("who", ["U-T11", "U-T12", "U-AD2", "U-DIR"])
@pytest.mark.parametrize("said", TALKS, ids=lambda said: str(TALKS.index(said)))
async def test_it_sounds_like_an_id_that_nobody_knows(
    assistant: Assistant, who: str, said: tuple[str, ...]
) -> None:
    for where in PLACES:
        restricted, unknown = [await talk(assistant, who, where, said, one) for one in (RESTRICTED, NOBODY)]
        assert restricted == unknown, (who, where)


async def test_its_named_viewer_gets_no_offer_where_others_listen(assistant: Assistant) -> None:
    """The words of the offer would tell everybody there that there is such a case."""
    for where in PLACES[1:]:
        heard = [await talk(assistant, "U-AN", where, TALKS[0][:1], one) for one in (RESTRICTED, NOBODY)]
        assert heard[0] == heard[1]
    assert "answered" in await talk(assistant, "U-AN", PERSONAL, TALKS[0][:1], RESTRICTED)


async def test_another_units_child_sounds_the_same_to_a_manager(assistant: Assistant) -> None:
    for said in TALKS:
        for where in PLACES:
            there, unknown = [await talk(assistant, "U-T11", where, said, one) for one in (ELSEWHERE, NOBODY)]
            assert there == unknown, (said, where)
