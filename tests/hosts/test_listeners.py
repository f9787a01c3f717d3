"""Who listens decides: guests, unread rosters and the way to one's own chat, with the real assistant over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.fernet import Fernet

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.engines import FixedEngine
from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams.post import Post
from bot.hosts.teams.roster import FRESH
from bot.hosts.teams.talk import COULD_NOT
from bot.memory import StoreMemory
from bot.rights import LISTENING
from bot.seals import Seals
from bot.settings import Settings
from bot.store import Cipher, Store
from bot.turn import Audience
from kpi_engine.engine import Engine
from kpi_engine.question import Question, UnitRef

from .conftest import NOW, TENANT, Teams
from .connector import Connector, member
from .test_talk import channel

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
PLACE = "19:team@thread.tacv2"
LIST = "which CP visits are overdue?"
GUESTS = [
    member("g", userRole="guest"), member("g", userRole="anonymous"), member("g", tenantId="another"),
    member("g", tenantId=None), member("g", aadObjectId=None, objectId=None),
    member("g", userPrincipalName="g_firm.example#EXT#@example.org"),
]  # fmt: skip


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


class Room:
    """The channel of CSWT 1, in which its manager (U-T11) asks; time passes by setting `now`."""

    def __init__(self, store: Store, connector: Connector) -> None:
        self.now, self.store, self.connector = NOW, store, connector
        self.teams: Teams
        self.host: TeamsHost

    def clock(self) -> datetime:
        return self.now

    async def ask(self, text: str = LIST, place: str = PLACE, **changed: Any) -> dict[str, Any]:
        before = len(self.connector.of())
        who = {"id": "29:manager", "name": "M", "aadObjectId": "u-t11"}
        assert (await self.teams.say(text, **{"from": who}, **channel(place), **changed))[0] == 200
        (call,) = self.connector.of()[before:]
        return call.body

    async def press(self, body: dict[str, Any], title: str) -> Any:
        (found,) = [each for each in _actions(body) if each.get("title") == title]
        who = {"id": "29:manager", "name": "M", "aadObjectId": "U-T11"}
        status, answer = await self.teams.press(found["data"], **{"from": who}, **channel())
        assert status == 200
        return answer


def _actions(body: dict[str, Any]) -> list[dict[str, Any]]:
    return body["attachments"][0]["content"].get("actions", []) if "attachments" in body else []


@pytest.fixture
async def room(
    settings: Settings, store: Store, connector: Connector, borough: Engine, pauses: list[float]
) -> AsyncIterator[Room]:
    made = Room(store, connector)
    await store.channels.assign(PLACE, UnitRef("team", "T11"), "p", NOW)
    assistant = Assistant(
        FixedEngine(borough), StoreMemory(store.contexts, store.choices), StoreRecorder(store.audit),
        seals=Seals(Cipher(Fernet.generate_key())),
    )  # fmt: skip

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    post = Post(sleep=sleep, clock=lambda: sum(pauses), jitter=lambda: 0.5)
    made.host = TeamsHost(settings, assistant, store, clock=made.clock, post=post, acknowledge_seconds=30)
    async with TestClient(TestServer(made.host.app())) as client:
        made.teams = Teams(client, connector)
        yield made


async def test_colleagues_alone_see_their_units_rows(room: Room) -> None:
    room.connector.members[PLACE] = [member(f"c{n}") for n in range(5)]
    assert "C101" in json.dumps(await room.ask())


@pytest.mark.parametrize("guest", GUESTS)
@pytest.mark.parametrize("place", [0, 4])
async def test_with_a_guest_on_any_page_there_are_numbers_only(
    room: Room, guest: dict[str, Any], place: int
) -> None:
    colleagues = [member(f"c{n}") for n in range(4)]
    room.connector.members[PLACE] = [*colleagues[:place], guest, *colleagues[place:]]
    told = await room.ask()
    assert "C101" not in json.dumps(told)
    assert LISTENING["some"] in json.dumps(told)
    assert "2" in json.dumps(await room.ask("how many CP visits are overdue?"))
    kept = [record.entry async for record in room.store.audit.records()]
    assert {entry.audience for entry in kept} == {"T11, with guests"}


@pytest.mark.parametrize("answer", [403, 404, 429, 500, []])
async def test_a_roster_that_cannot_be_read_means_numbers_only_and_says_so(room: Room, answer: Any) -> None:
    room.connector.members[PLACE] = answer
    told = json.dumps(await room.ask())
    assert "C101" not in told
    assert LISTENING["unknown"] in told
    room.connector.members[PLACE] = [member("c")]
    room.now += timedelta(seconds=31)
    assert "C101" in json.dumps(await room.ask())


async def test_the_roster_is_believed_for_five_minutes(room: Room) -> None:
    await room.ask()
    await room.ask()
    assert room.connector.rosters_read == [PLACE]
    room.connector.members[PLACE] = [GUESTS[0]]
    room.now += FRESH
    assert "C101" not in json.dumps(await room.ask())
    assert len(room.connector.rosters_read) == 2


@pytest.mark.parametrize("what", ["membersAdded", "membersRemoved"])
@pytest.mark.parametrize("where", [PLACE, "19:general@thread.tacv2"])
async def test_who_comes_or_goes_is_noticed_at_once_in_every_channel_of_the_team(
    room: Room, what: str, where: str
) -> None:
    await room.ask()
    room.connector.members[PLACE] = [GUESTS[0]] if what == "membersAdded" else [member("c")]
    update = room.teams.activity(
        None, type="conversationUpdate", **{what: [{"id": "29:g"}]}, **channel(where)
    )
    assert (await room.teams.post(update))[0] == 200
    assert ("C101" in json.dumps(await room.ask())) == (what == "membersRemoved")
    assert room.connector.rosters_read == [PLACE, PLACE]


async def test_a_chat_of_no_unit_asks_no_roster(room: Room) -> None:
    assert "C101" not in json.dumps(await room.ask(place="19:other@thread.v2"))
    assert room.connector.rosters_read == []


async def test_what_is_held_back_comes_privately_at_the_press_of_a_button(room: Room) -> None:
    room.connector.members[PLACE] = [GUESTS[0]]
    told = await room.ask()
    answer = await room.press(told, "Send it to me privately")
    assert "your own chat" in answer["value"]
    private = room.connector.of()[-1]
    assert private.conversation_id == "a:opened-1"
    assert "C101" in json.dumps(private.body)
    assert room.connector.opened[0]["members"] == [{"id": "29:manager"}]
    assert room.connector.opened[0]["channelData"] == {"tenant": {"id": TENANT}}
    last = [record.entry async for record in room.store.audit.records()][-1]
    assert (last.person_id, last.audience, last.event) == ("U-T11", "personal", "sent_privately")
    assert "C101" in last.child_ids
    await room.press(told, "Send it to me privately")  # the chat is known now
    assert len(room.connector.opened) == 1
    assert room.connector.of()[-1].conversation_id == "a:opened-1"


@pytest.mark.parametrize(
    "words", ["send it to me privately", "Please send me that in private.", "send that to me in my own chat"]
)
async def test_saying_so_does_the_same(room: Room, words: str) -> None:
    room.connector.members[PLACE] = [GUESTS[0]]
    await room.ask()
    before = len(room.connector.of())
    who = {"id": "29:manager", "name": "M", "aadObjectId": "U-T11"}
    await room.teams.say(words, **{"from": who}, **channel())
    private, here = room.connector.of()[before:]
    assert (private.conversation_id, here.conversation_id) == ("a:opened-1", f"{PLACE};messageid=1700")
    assert "C101" in json.dumps(private.body)
    assert "C101" not in json.dumps(here.body)


async def test_a_person_who_cannot_be_reached_is_told_what_to_do(room: Room) -> None:
    room.connector.members[PLACE] = [GUESTS[0]]
    told = await room.ask()
    room.connector.answers.append(403)
    answer = await room.press(told, "Send it to me privately")
    assert answer["value"] == COULD_NOT
    assert "C101" not in json.dumps([call.body for call in room.connector.accepted])


async def test_the_button_gives_nobody_more_than_their_own_rights(room: Room) -> None:
    """A colleague of another team presses it in the channel: their own rights decide, and nothing is sent."""
    room.connector.members[PLACE] = [GUESTS[0]]
    told = await room.ask()
    (found,) = [each for each in _actions(told) if each["title"] == "Send it to me privately"]
    other = {"id": "29:other", "name": "O", "aadObjectId": "U-T12"}
    status, answer = await room.teams.press(found["data"], **{"from": other}, **channel())
    assert status == 200
    assert "C101" not in json.dumps([answer, [call.body for call in room.connector.accepted]])
    assert not room.connector.opened


async def test_a_post_to_a_channel_with_guests_shows_no_row(room: Room) -> None:
    reference = {
        "channel_id": "msteams", "service_url": room.connector.url, "conversation_id": PLACE,
        "conversation_type": "channel", "tenant_id": TENANT, "bot_id": "28:bot", "user_id": "", "aad_id": "",
    }  # fmt: skip
    assert await room.host.outsiders(reference) == ""
    room.host._rosters.forget(PLACE)
    room.connector.members[PLACE] = [GUESTS[0]]
    found = await room.host.outsiders(reference)
    assert found == "some"
    room.host._rosters.forget(PLACE)
    room.connector.members[PLACE] = 500
    assert await room.host.outsiders(reference) == "unknown"
    replier = room.host._endpoint._talk._replier
    question = Question("list", ("cp_visits_overdue",), UnitRef("team", "T11"), NOW.date().replace(day=15))
    shown = {}
    for outsiders in ("", "some", "unknown"):
        reply = await replier.post(question, None, Audience("channel", UnitRef("team", "T11"), outsiders))  # type: ignore[attr-defined]
        shown[outsiders] = "C101" in json.dumps([reply.text, reply.card, reply.answer])
    assert shown == {"": True, "some": False, "unknown": False}
