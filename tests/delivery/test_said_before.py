""" "What did Monday's say?": what was sent, re-sent and shown again is the same, byte for byte, on both databases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from delivery_people import Clock, channel, personal
from test_alerts import Kept

import kpi_engine
from bot.assistant import Assistant
from bot.deliveries import send_failed_again
from bot.engines import FixedEngine
from bot.hosts.local import audience_at
from bot.hosts.protocol import Final, Sent
from bot.memory import Forgetful
from bot.seals import Seals
from bot.store import Cipher, Store
from bot.turn import Audience, Reply, Turn
from bot.understanding.kept_wishes import read_kept_wish
from kpi_engine.engine import Engine
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable_file import read_timetable
from schedules.tools import StoredAddresses, Tools

BOROUGH = Path(__file__).parents[1] / "conversations" / "whole" / "authority"
MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


class Host:
    """Keeps every post as bytes; refuses U-T12 the first time."""

    def __init__(self) -> None:
        self.posts: dict[str, list[bytes]] = {}
        self.refuses = {"a:U-T12"}

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        where = str(reference["conversation_id"])
        if where in self.refuses:
            self.refuses.remove(where)
            raise Final("blocked (403)")
        self.posts.setdefault(where, []).append(as_bytes(reply))
        return Sent("1")


def as_bytes(reply: Reply) -> bytes:
    return json.dumps([reply.text, reply.card, reply.answer], ensure_ascii=False).encode()


class Morning:
    """A Monday over the whole borough with the product's own assistant, sealed cards included."""

    def __init__(self, store: Store, borough: Engine) -> None:
        self.store, self.borough, self.clock, self.host = store, borough, Clock(MONDAY), Host()
        engines = FixedEngine(borough)
        self.assistant = Assistant(
            engines, Forgetful(), Kept(), desk=store.briefings, channels=store.channels,
            seals=Seals(Cipher(Fernet.generate_key())), clock=self.clock,
        )  # fmt: skip
        table = read_timetable(tuple(borough.units))
        self.deliveries = Deliveries(Tools(
            store=store, engines=engines, composer=self.assistant, sender=self.host,
            addresses=StoredAddresses(store), timetable=lambda _: table,
            notices=Notices(store, self.clock), clock=self.clock,
        ))  # fmt: skip

    async def begins(self) -> None:
        for user_id in self.borough.users:
            await self.store.references.save(personal(user_id), MONDAY)
        await self.store.references.save(channel("19:t11"), MONDAY)
        await self.store.channels.assign("19:t11", self.borough.units["T11"].ref, "test", MONDAY)
        await self.store.schedule_marks.looked(MONDAY - timedelta(minutes=1))
        await self.deliveries.look()

    async def ask(self, text: str, who: str, place: str = "") -> Reply:
        audience = audience_at(self.borough, "T11") if place else Audience()
        turn = Turn(
            who,
            place or f"a:{who}",
            self.clock() + timedelta(days=2),
            text,
            audience=audience,
            place_id=place,
        )
        return (await self.assistant.reply(turn))[0]


async def test_every_recipient_every_resend_and_every_later_question_agree(
    store: Store, borough: Engine
) -> None:
    morning = Morning(store, borough)
    await morning.begins()
    (sent,) = morning.host.posts["a:U-T11"]
    (in_channel,) = morning.host.posts["19:t11"]
    assert as_bytes(await morning.ask("what did Monday's say?", "U-T11")) == sent
    assert as_bytes(await morning.ask("show me the last briefing again", "U-T11")) == sent
    assert as_bytes(await morning.ask("what did Monday's briefing say", "U-T12", "19:t11")) == in_channel

    personal_table, channels_table = (json.loads(post)[2]["briefing"]["table"] for post in (sent, in_channel))
    assert personal_table == channels_table
    (failed,) = await store.briefings.list(status="failed")
    assert (
        "has not arrived here (blocked (403))" in (await morning.ask("what did Monday's say", "U-T12")).text
    )
    composed = failed.payload["reply"]
    morning.clock.forward(hours=5)
    await send_failed_again(store.briefings, morning.clock(), MONDAY)
    await morning.deliveries.look()
    (resent,) = morning.host.posts["a:U-T12"]
    assert (
        resent
        == json.dumps([composed["text"], composed["card"], composed["answer"]], ensure_ascii=False).encode()
    )
    assert as_bytes(await morning.ask("what did Monday's say", "U-T12")) == resent


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_not_to_anybody_else_and_not_what_has_been_restricted(store: Store, borough: Engine) -> None:
    morning = Morning(store, borough)
    await morning.begins()
    assert (
        "I have not sent a briefing here."
        in (await morning.ask("what did Monday's say", "U-T12", "19:x")).text
    )
    assert "before this week's" in (await morning.ask("what did last week's say", "U-T11")).text
    (own,) = await store.briefings.of("U-T11", "briefing:")
    await store.briefings.claim(
        "briefing:T12", "U-T11", "2026-W48", dict(own.payload) | {"unit": {"kind": "team", "id": "T12"}},
        holder="h", now=MONDAY, lease=timedelta(hours=1),
    )  # fmt: skip
    (newer, _) = await store.briefings.of("U-T11", "briefing:")
    await store.briefings.mark_sending(newer.id, holder="h", now=MONDAY, lease=timedelta(hours=1))
    await store.briefings.mark_sent(newer.id, holder="h", activity_id="a", now=MONDAY)
    moved = await morning.ask("what did Monday's say", "U-T11")
    assert (moved.answer["outcome"], "another unit" in moved.text) == ("not_permitted", True)
    (row, *_) = json.loads(morning.host.posts["a:U-T11"][0])[2]["briefing"]["longest_overdue"]

    class Hidden:
        def any(self) -> bool:
            return True

        def hidden_from(self, *_: object) -> frozenset[str]:
            return frozenset({row["child_id"].casefold()})

    morning.assistant._restricted = Hidden()  # type: ignore[assignment]
    shown = await morning.ask("what did last week's say", "U-T11")
    assert (shown.answer["outcome"], row["child_id"] in str(shown)) == ("not_permitted", False)
    morning.assistant._restricted = None
    await store.briefings.empty_before(MONDAY + timedelta(days=400))
    assert "not kept any more" in (await morning.ask("what did last week's say", "U-T11")).text


@pytest.mark.parametrize(
    ("said", "weeks"),
    [
        ("What did Monday's say?", 0), ("what did Monday’s briefing say", 0), ("show the briefing again", 0),
        ("what was in the last briefing", 0), ("what did last week's say", 1),
        ("show me the previous briefing again", 1),
        ("show me the briefing", None), ("briefing", None), ("what did Monday look like", None),
        ("what changed since Monday's briefing", None),
    ],
)  # fmt: skip
def test_what_is_read(said: str, weeks: int | None) -> None:
    assert read_kept_wish(said) == weeks
