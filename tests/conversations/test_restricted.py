"""Restricted cases: counted for everybody, shown to those named for them, opened for an hour with a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.restricted import Directors, OpenedOnRecord, RestrictedCases
from bot.store import Cipher, Store, open_store
from bot.turn import PERSONAL, Audience, Reply, Turn
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError
from kpi_engine.question import AUTHORITY
from schedules.briefings import Payload

BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LIST = "which CP visits are overdue?"
WHY = "why is C102 overdue for a CP visit?"
REASON = "open restricted case C102 because the police are asking for the address"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return kpi_engine.open_folder(Path(__file__).parent / "authority")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}", Cipher(Fernet.generate_key()))
    yield opened
    await opened.close()


class Chat:
    def __init__(self, engine: Engine, store: Store, home: Path) -> None:
        (home / "restricted.csv").write_text("child_id,viewers\nc102,U-DIR;U-QA\n", encoding="utf-8")
        self.engine, self.home = engine, home
        self.assistant = Assistant(
            FixedEngine(engine), Forgetful(), StoreRecorder(store.audit),
            restricted=RestrictedCases(home), opened=OpenedOnRecord(store.audit), directors=Directors(store.briefings),
        )  # fmt: skip

    async def say(self, who: str, text: str, minute: int = 0, place: str | None = None) -> Reply:
        audience = Audience("channel", self.engine.units[place].ref) if place else PERSONAL
        turn = Turn(who, f"{who} {place}", BEGIN + timedelta(minutes=minute), text, audience=audience)
        return (await self.assistant.reply(turn))[0]


@pytest.fixture
def chat(engine: Engine, store: Store, tmp_path: Path) -> Chat:
    return Chat(engine, store, tmp_path)


def rows(reply: Reply) -> list[str]:
    return [row["child_id"] for part in reply.answer["answers"] for row in part.get("rows") or ()]


async def test_it_is_counted_and_not_shown(chat: Chat) -> None:
    listed = await chat.say("U-T11", LIST)
    assert listed.answer["answers"][0]["value"] == 2
    assert rows(listed) == ["C101"]
    assert "1 row here is of a restricted case" in listed.text
    assert "C102" not in json.dumps([listed.text, listed.answer, listed.card])


async def test_those_named_for_it_see_it_alone_and_never_where_others_listen(chat: Chat) -> None:
    assert "C102" in rows(await chat.say("U-DIR", LIST))
    in_channel = await chat.say("U-DIR", "which CP visits are overdue in CSWT 1?", place="T11")
    assert rows(in_channel) == ["C101"]


@pytest.mark.parametrize("text", ["briefing", "what changed in CP visits", "what is wrong with our data",
                                  "everything overdue",
                                  "what is coming up next month", "CP visits by worker"])  # fmt: skip
async def test_no_show_names_it(chat: Chat, text: str) -> None:
    reply = await chat.say("U-T11", text)
    assert "C102" not in json.dumps([reply.text, reply.answer, reply.card])


async def test_why_is_refused_in_the_words_of_another_teams_child(chat: Chat) -> None:
    own, other = await chat.say("U-T11", WHY), await chat.say("U-T11", WHY.replace("C102", "C201"))
    assert own.answer["outcome"] == "not_permitted"
    assert own.text == other.text


async def test_the_glass_is_broken_for_an_hour_on_record(chat: Chat, store: Store) -> None:
    told = await chat.say("U-T11", REASON, 1)
    assert told.answer["outcome"] == "answered"
    assert "open to you for an hour" in told.text
    assert "C102" in rows(await chat.say("U-T11", LIST, 2))
    assert (await chat.say("U-T11", WHY, 60)).answer["outcome"] == "answered"
    assert rows(await chat.say("U-AD2", LIST, 3)) == ["C201", "C101"]
    assert rows(await chat.say("U-T11", "which CP visits are overdue in CSWT 1?", 4, place="T11")) == ["C101"]
    assert (await chat.say("U-T11", WHY, 62)).answer["outcome"] == "not_permitted"
    kept = [record.entry async for record in store.audit.records(event="break_glass")]
    assert [(e.person_id, e.child_ids, e.understood["reason"]) for e in kept] == [
        ("U-T11", ("C102",), "the police are asking for the address")
    ]


@pytest.mark.parametrize(
    "text",
    ["open restricted case C102", "open restricted case C102 because", "open restricted case C102 because x"],
)
async def test_a_reason_is_needed(chat: Chat, text: str) -> None:
    assert "Say why" in (await chat.say("U-T11", text)).text
    assert rows(await chat.say("U-T11", LIST, 1)) == ["C101"]


@pytest.mark.parametrize(("who", "text"), [("U-T12", REASON), ("U-T12", REASON.replace("C102", "C999")),
                                           ("U-T11", REASON.replace("C102", "C201")), ("U-OFF", REASON)])  # fmt: skip
async def test_nobody_opens_another_units_case(chat: Chat, store: Store, who: str, text: str) -> None:
    reply = await chat.say(who, text)
    assert reply.answer["outcome"] == "not_permitted"
    assert who == "U-OFF" or reply.text == (await chat.say("U-T12", WHY)).text
    assert [record async for record in store.audit.records(event="break_glass")] == []


async def test_not_in_a_channel(chat: Chat) -> None:
    assert (await chat.say("U-T11", REASON, place="T11")).answer["outcome"] == "not_permitted"
    assert rows(await chat.say("U-T11", LIST, 1)) == ["C101"]


async def test_a_changed_list_counts_at_the_next_message(chat: Chat) -> None:
    assert rows(await chat.say("U-T11", LIST)) == ["C101"]
    (chat.home / "restricted.csv").write_text("child_id,viewers\nC102,U-DIR;U-T11\n", encoding="utf-8")
    assert rows(await chat.say("U-T11", LIST, 1)) == ["C102", "C101"]


@pytest.mark.parametrize(
    "written", ["child,viewers\nC1,U\n", "child_id,viewers\n,U\n", "child_id,viewers\nC1,U,V\n", "\ud83d"]
)
async def test_a_list_that_cannot_be_read_shows_nothing(chat: Chat, written: str) -> None:
    (chat.home / "restricted.csv").write_bytes(written.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError, match=r"restricted\.csv"):
        await chat.say("U-T11", LIST)


async def test_the_directors_are_told_who_and_not_which_child(chat: Chat, store: Store) -> None:
    await chat.say("U-T11", "open restricted case C102", 1)
    assert await store.briefings.list() == []
    await chat.say("U-T11", REASON, 2)
    (told,) = await store.briefings.list()
    payload = Payload.from_json(told.payload)
    assert (told.briefing, told.recipient, payload.unit, payload.audience) == (
        "notice",
        "U-DIR",
        AUTHORITY,
        PERSONAL,
    )
    assert payload.reply is not None
    assert "(U-T11) opened a restricted case" in payload.reply.text
    assert "C102" not in payload.reply.text
    assert told in await store.briefings.waiting(BEGIN + timedelta(minutes=3))
