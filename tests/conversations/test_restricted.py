"""Restricted cases: counted for everybody, shown to those named for them, opened for an hour with a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.cards import Client, card
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.restricted import Directors, OpenedOnRecord, RestrictedCases
from bot.store import Cipher, Store, open_store
from bot.turn import PERSONAL, Audience, Reply, Turn
from bot.wording import Names, say
from kpi_engine.answering.restricted import ledger_row
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError
from kpi_engine.question import AUTHORITY, EVERYTHING, Period, Question, Scope, Show
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


RESTRICTED = {"child_id": None, "restricted": True, "team_id": "T11", "worker_id": None}


def all_rows(reply: Reply) -> list[dict[str, Any]]:
    return [row for part in reply.answer["answers"] for row in part.get("rows") or ()]


def rows(reply: Reply) -> list[str]:
    return [row["child_id"] for row in all_rows(reply) if row["child_id"]]


async def test_it_is_counted_and_stands_in_the_list_as_restricted(chat: Chat) -> None:
    listed = await chat.say("U-T11", LIST)
    assert listed.answer["answers"][0]["value"] == len(all_rows(listed)) == 2
    assert rows(listed) == ["C101"]
    assert all_rows(listed)[-1] == RESTRICTED
    assert "1 row here is restricted" in listed.text
    assert "\n- restricted\n" in listed.text
    assert "restricted" in json.dumps(listed.card)
    assert "C102" not in json.dumps([listed.text, listed.answer, listed.card])


async def test_its_team_is_said_where_several_can_stand_together(chat: Chat) -> None:
    listed = await chat.say("U-AD2", LIST)
    assert "- restricted: CSWT 1" in listed.text
    assert len(all_rows(listed)) == listed.answer["answers"][0]["value"]


async def test_in_the_briefing_it_is_restricted_too(chat: Chat) -> None:
    told = await chat.say("U-T11", "briefing")
    assert RESTRICTED in told.answer["briefing"]["longest_overdue"]
    assert "- restricted: CSWT 1" in told.text
    assert "C102" not in json.dumps([told.text, told.answer, told.card])


@pytest.mark.parametrize(
    "slugs", [("cp_visits_overdue",), ("cp_visits_overdue", "cp_open", "cin_visits_overdue")]
)
@pytest.mark.parametrize("show", ["list", "changes", "coming_up"])
def test_every_list_is_as_long_as_its_number(engine: Engine, show: Show, slugs: tuple[str, ...]) -> None:
    """Whichever child is restricted: the numbers stay, its rows are masked and stand last, nothing names it."""
    period = Period(date(2026, 11, 16), date(2027, 1, 10)) if show == "coming_up" else None
    question = Question(show, slugs, engine.units["T11"].ref, engine.as_at, period=period)
    whole = engine.ask(question, EVERYTHING)
    lists = ("rows", "came_on", "came_off")
    children = {row["child_id"] for a in whole.answers for name in lists for row in getattr(a, name) or ()}
    assert children
    for child in children:
        told = engine.ask(question, replace(EVERYTHING, restricted=frozenset({child.casefold()})))
        for mine, theirs in zip(told.answers, whole.answers, strict=True):
            assert mine.value == theirs.value
            for name in lists:
                every, shown = getattr(theirs, name), getattr(mine, name)
                hidden = [RESTRICTED for row in every or () if row["child_id"] == child]
                assert list(shown or ()) == [row for row in every or () if row["child_id"] != child] + hidden
        names = Names.of(engine, EVERYTHING)
        spoken = json.dumps([say(told, names), told.to_json(), card(told, names, Client())])
        assert child not in spoken
        assert "restricted" in spoken


async def test_work_by_worker_counts_it(chat: Chat, engine: Engine) -> None:
    text = "CP visits forecast"
    own, named = await chat.say("U-T11", text), await chat.say("U-DIR", f"{text} in CSWT 1")
    assert own.answer["answers"] == named.answer["answers"]
    assert "C102" not in json.dumps(own.answer)


def test_a_file_of_the_ledger_has_its_clock_and_team_alone(engine: Engine) -> None:
    scope = Scope(frozenset({"T11"}), restricted=frozenset({"c102"}))
    whole = [row for row in engine.ledger_rows(engine.as_at) if row["child_id"] == "C102"]
    assert whole
    for row in whole:
        kept = {name: value for name, value in ledger_row(row, scope).items() if value is not None}
        assert kept == {"clock": row["clock"], "child_id": "restricted", "team_id": row["team_id"]}
        assert ledger_row(row, replace(scope, restricted=frozenset())) == row


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
