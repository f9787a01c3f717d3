"""The operator, at the command line and in chat: what failed, send that again, settle what nobody knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest
from delivery_people import Clock, PlainComposer, authority, with_chats
from test_alerts import Kept

import kpi_engine
from bot.__main__ import app
from bot.assistant import Assistant
from bot.commands import common
from bot.commands.guard import guarded
from bot.deliveries import LOST
from bot.engines import FixedEngine
from bot.hosts.local import audience_at
from bot.hosts.protocol import Final, Sent, UnknownOutcome
from bot.memory import Forgetful
from bot.store import Store
from bot.turn import Reply, Turn
from bot.understanding.delivery_wishes import DeliveryWish, read_delivery_wish
from kpi_engine.engine import Engine, User
from kpi_engine.users import Users
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable_file import read_timetable
from schedules.tools import StoredAddresses, Tools

BOROUGH = Path(__file__).parents[1] / "conversations" / "whole" / "authority"
NOW = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
BLOCKED = "the person has blocked or uninstalled the bot, or it may not post there (403)"


async def kept(store: Store, now: datetime = NOW) -> dict[str, int]:
    """One sent, one failed, two unknown; their numbers by recipient."""
    numbers = {}
    for who, status in (("U-T11", "sent"), ("U-T12", "failed"), ("U-AD2", "unknown"), ("U-DIR", "unknown")):
        mine = await store.briefings.claim(
            "briefing:T11", who, "2026-W47", {"text": "é £"}, holder="h", now=now, lease=timedelta(hours=1)
        )
        assert mine is not None
        await store.briefings.mark_sending(mine.id, holder="h", now=now, lease=timedelta(hours=1))
        if status == "sent":
            await store.briefings.mark_sent(mine.id, holder="h", activity_id="a", now=now)
        elif status == "failed":
            await store.briefings.mark_failed(mine.id, holder="h", because=BLOCKED, now=now)
        else:
            await store.briefings.mark_unknown(mine.id, holder="h", because="no answer", now=now)
        numbers[who] = mine.id
    return numbers


async def statuses(store: Store) -> dict[str, tuple[str, str | None]]:
    rows = await store.briefings.list()
    return {
        each.recipient: (each.status, each.because) for each in rows if each.briefing.startswith("briefing")
    }


# At the command line ----------------------------------------------------------------------------------------


class Ended(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Ended]
T = TypeVar("T")
NO_SUCH = "there is no unknown delivery of that number; nothing was changed."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    monkeypatch.delenv("PERFBOT_STORE_KEY", raising=False)

    def once(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        return Ended(status, *capsys.readouterr())

    return once


def stored(work: Callable[[Store], Awaitable[T]]) -> T:
    async def inside() -> T:
        async with common.opened_store(common.settings()) as store:
            return await work(store)

    return asyncio.run(inside())


def test_the_list_says_what_became_of_each_and_what_to_do(run: Run) -> None:
    numbers = stored(kept)
    shown = run("deliveries").out
    assert f"failed   briefing:T11 to U-T12, 2026-W47  ({BLOCKED})" in shown
    assert "Ask them to unblock or install the app, then send it again." in shown
    assert "settle it as arrived or lost; it is never sent again by itself." in shown
    assert "1 failed, 1 sent, 2 unknown." in shown
    assert "perfbot deliveries --again 2026-11-16" in shown
    assert f"perfbot deliveries settle {numbers['U-DIR']} arrived (or lost)" in shown
    rows = json.loads(run("deliveries", "--trouble", "--json").out)
    assert [row["recipient"] for row in rows] == ["U-DIR", "U-AD2", "U-T12"]
    assert rows[-1]["id"] == numbers["U-T12"]


def test_only_the_failed_are_sent_again_and_the_unknown_are_settled_by_somebody(run: Run) -> None:
    numbers = stored(kept)
    assert "1 will be sent again" in run("deliveries", "--again", "2026-11-16").out
    assert {who: status for who, (status, _) in stored(statuses).items()} == {
        "U-T11": "sent", "U-T12": "claimed", "U-AD2": "unknown", "U-DIR": "unknown",
    }  # fmt: skip
    arrived, lost = str(numbers["U-AD2"]), str(numbers["U-DIR"])
    assert run("deliveries", "settle", arrived, "arrived") == (0, f"Recorded: {arrived} arrived.\n", "")
    assert run("deliveries", "settle", lost, "lost").out.startswith(f"Recorded: {lost} did not arrive.")
    now = stored(statuses)
    assert (now["U-AD2"], now["U-DIR"]) == (("sent", None), ("failed", LOST))
    told = json.loads(run("audit", "show", "--person", "operator", "--json").out)
    assert {"deliveries": "arrived", "numbers": [int(arrived)]} in [each["understood"] for each in told]
    assert run("audit", "verify").status == 0
    assert "1 will be sent again" in run("deliveries", "--again", "2026-11-16").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["settle", "99", "arrived"],
            f"99: {NO_SUCH}",
        ),
        (
            ["settle", "{sent}", "lost"],
            f"{{sent}}: {NO_SUCH}",
        ),
        (
            ["settle", "{unknown}", "99", "lost"],
            f"99: {NO_SUCH}",
        ),
        (["settle", "{unknown}", "maybe"], "Say the numbers and what became of them"),
        (["settle", "arrived"], "Say the numbers and what became of them"),
    ],
)
def test_what_cannot_be_settled_is_said_and_nothing_changes(
    run: Run, arguments: list[str], sentence: str
) -> None:
    numbers = stored(kept)
    words = {"sent": numbers["U-T11"], "unknown": numbers["U-AD2"]}
    before = stored(statuses)
    ended = run("deliveries", *(each.format(**words) for each in arguments))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(sentence.format(**words))
    assert stored(statuses) == before


# In chat ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def borough() -> Engine:
    engine = kpi_engine.open_folder(BOROUGH)
    analyst = User("U-AN", "Felix Odum", "analyst", None, True)
    engine.organisation.__dict__["users"] = Users([*engine.users.values(), analyst])
    return engine


class Chat:
    def __init__(self, borough: Engine, store: Store) -> None:
        self.engine, self.kept = borough, Kept()
        self._assistant = Assistant(FixedEngine(borough), Forgetful(), self.kept, desk=store.briefings)

    async def say(self, text: str, who: str = "U-AN", place: str = "personal") -> Reply:
        turn = Turn(who, place, NOW + timedelta(minutes=5), text, audience=audience_at(self.engine, place))
        return (await self._assistant.reply(turn))[0]


async def test_an_analyst_does_it_in_chat(store: Store, borough: Engine) -> None:
    chat, numbers = Chat(borough, store), await kept(store)
    shown = (await chat.say("which briefings failed?")).text
    assert shown.startswith("In the last seven days 1 failed and 2 are unknown.\n")
    assert f"- {numbers['U-T12']}: briefing of CSWT 1 for " in shown
    assert "Ask them to unblock" in shown
    assert (
        "sent again within a minute, exactly as composed. The unknown ones are left alone"
        in (await chat.say("resend to the failed")).text
    )
    assert (await statuses(store))["U-T12"][0] == "claimed"
    assert (
        await chat.say(f"mark {numbers['U-AD2']} as arrived")
    ).text == f"Recorded: {numbers['U-AD2']} arrived."
    assert "did not arrive" in (await chat.say(f"mark {numbers['U-DIR']} as lost")).text
    now = await statuses(store)
    assert (now["U-AD2"], now["U-DIR"]) == (("sent", None), ("failed", LOST))
    assert "There is no unknown delivery" in (await chat.say(f"mark {numbers['U-T11']} as lost")).text
    assert (await statuses(store))["U-T11"][0] == "sent"
    assert [each.event for each in chat.kept.entries] == [
        "answer",
        "settings",
        "settings",
        "settings",
        "answer",
    ]
    assert chat.kept.entries[1].understood == {"deliveries": "again", "numbers": [numbers["U-T12"]]}


@pytest.mark.parametrize(("who", "place"), [("U-T11", "personal"), ("U-DIR", "personal"), ("U-AN", "T11")])
@pytest.mark.parametrize("text", ["which briefings failed?", "resend to the failed", "mark all as arrived"])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nobody_else_and_nowhere_else(
    store: Store, borough: Engine, who: str, place: str, text: str
) -> None:
    chat, _ = Chat(borough, store), await kept(store)
    before = await statuses(store)
    reply = await chat.say(text, who, place)
    assert reply.answer["outcome"] == "not_permitted"
    assert await statuses(store) == before
    assert (chat.kept.entries[0].event, chat.kept.entries[0].outcome) == ("refusal", "not_permitted")


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("Which briefings failed?", DeliveryWish("show")),
        ("have all the briefings gone out?", DeliveryWish("show")),
        ("any failed deliveries", DeliveryWish("show")),
        ("Resend to the failed", DeliveryWish("again")),
        ("please send the failed ones again", DeliveryWish("again")),
        ("mark 12 as arrived", DeliveryWish("arrived", (12,))),
        ("mark 12, 13 and 14 as lost", DeliveryWish("lost", (12, 13, 14))),
        ("mark them all as arrived", DeliveryWish("arrived")),
        ("12 did not arrive", None),
        ("which visits failed", None),
        ("send us the briefing on Tuesdays at 9", None),
        ("how many reports are late", None),
    ],
)
def test_what_is_read(said: str, wish: DeliveryWish | None) -> None:
    assert read_delivery_wish(said) == wish


# A miss is known to a person ----------------------------------------------------------------------------------


class Host:
    """Refuses T1's manager for good, breaks off at T2's; keeps what the analyst is told."""

    def __init__(self) -> None:
        self.notices: list[str] = []

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        where = reference["conversation_id"]
        if where == "a:U-T1":
            raise Final(BLOCKED)
        if where == "a:U-T2":
            raise UnknownOutcome("the connection broke")
        if where == "a:U-ANALYST":
            self.notices.append(reply.text)
        return Sent("1")


async def test_a_process_that_dies_before_it_tells_leaves_no_miss_untold(store: Store) -> None:
    directory, clock, host = authority(), Clock(NOW), Host()
    await with_chats(store, directory, NOW)
    await store.schedule_marks.looked(NOW - timedelta(minutes=1))
    table = read_timetable(tuple(directory.units))

    def replica() -> tuple[Deliveries, Notices]:
        notices = Notices(store, clock)
        return Deliveries(Tools(
            store=store, engines=directory, composer=PlainComposer(), sender=host,
            addresses=StoredAddresses(store), timetable=lambda _: table, notices=notices, clock=clock,
        )), notices  # fmt: skip

    dying, notices = replica()

    async def dies(_: object) -> None:
        raise KeyboardInterrupt

    notices.hand_out = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await dying.look()
    assert host.notices == []
    for _ in range(3):
        clock.forward(seconds=20)
        await replica()[0].look()
    (told,) = host.notices
    assert f"briefing of Team 1 for Manager 1, 2026-W47: not delivered; {BLOCKED}." in told
    assert (
        "briefing of Team 2 for Manager 2, 2026-W47: nobody knows whether it arrived; the connection broke."
        in told
    )


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_no_analyst_is_said_in_the_log(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    directory = authority()
    del directory.users["U-ANALYST"]
    await kept(store)
    notices = Notices(store, lambda: NOW)
    await notices.hand_out(directory)
    assert "no active analyst: nobody is told in chat" in caplog.text
