"""What is due is composed once, posted at most once, and never lost silently. Real store, both databases."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from delivery_people import Clock, PlainComposer, SmallAuthority, as_sent, authority, with_chats
from sqlalchemy import text

from bot.deliveries import send_failed_again
from bot.hosts.protocol import Final, Retryable, Sent, UnknownOutcome
from bot.store import Store, Subscription
from bot.turn import Audience, Reply
from kpi_engine.errors import NotPermitted
from kpi_engine.question import ALL, UnitRef
from schedules.briefings import CannotCompose, Directory, Payload
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable import Slot, Timetable, Weekly
from schedules.tools import StoredAddresses, Tools

BEFORE = datetime(2026, 11, 16, 8, 29, tzinfo=UTC)
DUE = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
AFTER_CUT_OFF = datetime(2026, 11, 16, 12, 0, 5, tzinfo=UTC)


class Connector:
    """A host of the tests: keeps what it accepted and does what it is told about the next posts."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, Mapping[str, Any]]] = []
        self.tried: list[str] = []
        self.next: dict[str, list[Exception | Callable[[], Any]]] = {}

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        conversation = reference["conversation_id"]
        self.tried.append(conversation)
        await asyncio.sleep(0)
        if waiting := self.next.get(conversation):
            what = waiting.pop(0)
            if isinstance(what, Exception):
                raise what
            await what()
        self.accepted.append((conversation, as_sent(reply)))
        return Sent(f"activity {len(self.accepted)}")

    def got(self, conversation: str) -> list[Mapping[str, Any]]:
        return [sent for where, sent in self.accepted if where == conversation]


class Replica:
    """One process: its own Deliveries, over a store, a composer and a connector that may be shared."""

    def __init__(self, store: Store, connector: Connector, clock: Clock, directory: SmallAuthority) -> None:
        self.store, self.connector, self.clock, self.directory = store, connector, clock, directory
        self.composer = PlainComposer()
        self.deliveries = Deliveries(self.tools())

    def tools(self, **changes: Any) -> Tools:
        def timetable(directory: Directory) -> Timetable:
            weekly = Weekly(Slot(0, time(8, 30)), time(12))
            return Timetable(ZoneInfo("Europe/London"), weekly, 30, units=tuple(directory.units))

        parts: dict[str, Any] = {
            "store": self.store,
            "engines": self.directory,
            "composer": self.composer,
            "sender": self.connector,
            "addresses": StoredAddresses(self.store),
            "timetable": timetable,
            "notices": Notices(self.store, self.clock),
            "clock": self.clock,
            "draw": lambda: 0.5,
        }
        return Tools(**parts | changes)

    def restarted(self, **changes: Any) -> Replica:
        other = Replica(self.store, self.connector, self.clock, self.directory)
        other.deliveries = Deliveries(other.tools(**changes))
        return other

    async def look(self) -> None:
        await self.deliveries.look()

    async def states(self) -> dict[str, str]:
        """Recipient to status, of Monday's briefings."""
        rows = await self.store.briefings.list(period="2026-W47")
        return {row.recipient: row.status for row in rows}


@pytest.fixture
async def replica(store: Store) -> Replica:
    clock = Clock(BEFORE)
    directory = authority()
    await with_chats(store, directory, clock())
    made = Replica(store, Connector(), clock, directory)
    await made.look()
    assert made.connector.tried == []
    clock.now = DUE
    return made


EVERYBODY = {"U-T1", "U-T2", "U-T3", "U-S1", "19:t1"}


async def test_every_manager_and_channel_gets_the_own_units_briefing_once(replica: Replica) -> None:
    await replica.look()
    await replica.look()
    assert await replica.states() == dict.fromkeys(EVERYBODY, "sent")
    assert sorted(replica.connector.tried) == ["19:t1", "a:U-S1", "a:U-T1", "a:U-T2", "a:U-T3"]
    assert sorted(replica.composer.asked, key=str) == [
        ("S1", "U-S1"), ("T1", "U-T1"), ("T1", None), ("T2", "U-T2"), ("T3", "U-T3"),
    ]  # fmt: skip


async def test_a_restart_sends_nothing_again(replica: Replica) -> None:
    await replica.look()
    other = replica.restarted()
    replica.clock.forward(minutes=10)
    await other.look()
    assert len(replica.connector.tried) == 5
    assert other.composer.asked == []


async def test_two_replicas_at_once_send_each_briefing_once(replica: Replica) -> None:
    other = replica.restarted()
    await asyncio.gather(replica.look(), other.look())
    await asyncio.gather(replica.look(), other.look())
    assert len(replica.connector.tried) == 5
    assert await replica.states() == dict.fromkeys(EVERYBODY, "sent")


async def test_a_process_that_was_down_at_half_past_eight_sends_late_the_same_morning(
    replica: Replica,
) -> None:
    replica.clock.now = datetime(2026, 11, 16, 11, 59, tzinfo=UTC)
    await replica.restarted().look()
    assert len(replica.connector.accepted) == 5


async def test_after_the_cut_off_a_miss_is_recorded_and_the_analyst_told(replica: Replica) -> None:
    replica.clock.now = AFTER_CUT_OFF
    late = replica.restarted()
    await late.look()
    assert await late.states() == dict.fromkeys(EVERYBODY, "failed")
    assert replica.connector.tried == []
    reasons = {row.because for row in await late.store.briefings.list(period="2026-W47")}
    assert reasons == {"not sent in time: perfbot was not running at the time"}
    await late.look()
    (notice,) = replica.connector.got("a:U-ANALYST")
    assert "briefing of Team 2 for Manager 2, 2026-W47: not delivered" in str(notice["text"])
    assert len(replica.connector.tried) == 1


async def test_weeks_of_silence_are_all_listed(replica: Replica) -> None:
    replica.clock.now = AFTER_CUT_OFF + timedelta(days=15)
    await replica.restarted().look()
    periods = {row.period for row in await replica.store.briefings.list(status="failed")}
    assert periods == {"2026-W47", "2026-W48", "2026-W49"}


async def test_a_first_start_on_wednesday_misses_nothing(store: Store) -> None:
    clock = Clock(datetime(2026, 11, 18, 9, 0, tzinfo=UTC))
    fresh = Replica(store, Connector(), clock, authority())
    await fresh.look()
    assert await store.briefings.list() == []


async def test_failed_ones_alone_are_sent_again_by_order_and_composed_then(replica: Replica) -> None:
    replica.clock.now = AFTER_CUT_OFF
    late = replica.restarted()
    await late.look()
    again = await send_failed_again(late.store.briefings, replica.clock(), BEFORE)
    assert {row.recipient for row in again} == EVERYBODY
    await late.look()
    assert await late.states() == dict.fromkeys(EVERYBODY, "sent")
    row = await late.store.briefings.find("briefing:T1", "U-T1", "2026-W47")
    assert row is not None
    reply = Payload.from_json(row.payload).reply
    assert reply is not None
    assert replica.connector.got("a:U-T1") == [as_sent(reply)]
    assert await send_failed_again(late.store.briefings, replica.clock(), BEFORE) == []


async def test_a_busy_connector_is_tried_again_with_the_same_bytes(replica: Replica) -> None:
    replica.connector.next["a:U-T1"] = [Retryable("busy (429)"), Retryable("busy (502)")]
    await replica.look()
    assert (await replica.states())["U-T1"] == "claimed"
    await replica.look()
    assert replica.connector.tried.count("a:U-T1") == 1, "not before the pause is over"
    for _ in range(2):
        replica.clock.forward(seconds=40)
        await replica.look()
    assert (await replica.states())["U-T1"] == "sent"
    (sent,) = replica.connector.got("a:U-T1")
    assert str(sent["text"]).startswith("T1 for U-T1, version")
    assert len(replica.composer.asked) == 5, "nothing was composed a second time"


async def test_a_connector_that_stays_busy_until_the_cut_off_is_a_miss(replica: Replica) -> None:
    replica.connector.next["a:U-T1"] = [Retryable("busy (429)") for _ in range(500)]
    while replica.clock.now < AFTER_CUT_OFF + timedelta(minutes=5):
        await replica.look()
        replica.clock.forward(minutes=15)
    row = await replica.store.briefings.find("briefing:T1", "U-T1", "2026-W47")
    assert row is not None
    assert (row.status, row.because) == ("failed", "not sent in time: busy (429)")
    assert replica.connector.got("a:U-T1") == []
    assert row.tries == 14


async def test_a_refusal_for_good_is_recorded_and_told(replica: Replica) -> None:
    replica.connector.next["a:U-T1"] = [Final("blocked (403)")]
    await replica.look()
    await replica.look()
    assert (await replica.states())["U-T1"] == "failed"
    assert replica.connector.tried.count("a:U-T1") == 1
    (notice,) = replica.connector.got("a:U-ANALYST")
    assert "briefing of Team 1 for Manager 1, 2026-W47: not delivered; blocked (403)." in str(notice["text"])


@pytest.mark.parametrize("fault", [UnknownOutcome("connection lost"), RuntimeError("a bug in the host")])
async def test_an_unknown_outcome_is_shown_and_never_sent_again_by_itself(
    replica: Replica, fault: Exception
) -> None:
    replica.connector.next["a:U-T1"] = [fault]
    for _ in range(30):
        await replica.look()
        replica.clock.forward(minutes=10)
    assert (await replica.states())["U-T1"] == "unknown"
    assert replica.connector.tried.count("a:U-T1") == 1
    assert await send_failed_again(replica.store.briefings, replica.clock(), BEFORE) == []
    assert "nobody knows whether it arrived" in str(replica.connector.got("a:U-ANALYST")[0]["text"])


async def test_no_answer_in_time_is_an_unknown_outcome(replica: Replica) -> None:
    async def for_ever() -> None:
        await asyncio.Event().wait()

    replica.connector.next["a:U-T1"] = [for_ever]
    impatient = replica.restarted(send_seconds=0.05)
    await impatient.look()
    assert (await impatient.states())["U-T1"] == "unknown"
    assert (await impatient.states())["U-T2"] == "sent"


async def test_a_post_of_a_dead_process_becomes_unknown_when_its_lease_is_over(replica: Replica) -> None:
    key = ("briefing:T1", "U-T1", "2026-W47")
    payload = Payload(UnitRef("team", "T1"), Audience(), Reply("x")).to_json()
    lease = timedelta(seconds=330)
    dead = await replica.store.briefings.claim(*key, payload, holder="dead", now=replica.clock(), lease=lease)
    assert dead is not None
    await replica.store.briefings.mark_sending(dead.id, holder="dead", now=replica.clock(), lease=lease)
    await replica.look()
    assert (await replica.states())["U-T1"] == "sending"
    replica.clock.forward(seconds=331)
    await replica.look()
    assert (await replica.states())["U-T1"] == "unknown"
    assert "a:U-T1" not in replica.connector.tried


async def test_somebody_without_a_chat_gets_it_when_he_opens_one_and_the_analyst_hears_of_it(
    replica: Replica,
) -> None:
    reference = await replica.store.references.find_personal("U-T2")
    assert reference is not None
    await replica.store.references.close(reference, "uninstalled", replica.clock())
    for _ in range(3):
        await replica.look()
        replica.clock.forward(minutes=2)
    assert (await replica.states())["U-T2"] == "claimed"
    notices = [str(each["text"]) for each in replica.connector.got("a:U-ANALYST")]
    assert len(notices) == 1
    assert "briefing of Team 2 for Manager 2, 2026-W47: waiting; no conversation" in notices[0]
    await replica.store.references.save(reference, replica.clock())
    await replica.look()
    assert (await replica.states())["U-T2"] == "sent"


async def test_rights_removed_after_composing_are_gone_when_it_is_sent(replica: Replica) -> None:
    replica.connector.next["a:U-T1"] = [Retryable("busy")]
    replica.connector.next["19:t1"] = [Retryable("busy")]
    await replica.look()
    user = replica.directory.users["U-T1"]
    replica.directory.users["U-T1"] = type(user)(user.user_id, user.name, user.role, "T2", True)
    await replica.store.channels.assign("19:t1", UnitRef("team", "T3"), "test", replica.clock())
    replica.clock.forward(minutes=1)
    await replica.look()
    row = await replica.store.briefings.find("briefing:T1", "U-T1", "2026-W47")
    assert row is not None
    assert (row.status, row.because) == ("failed", "the recipient does not belong to this unit any more")
    old = await replica.store.briefings.find("briefing:T1", "19:t1", "2026-W47")
    assert old is not None
    assert old.status == "failed"
    assert {str(sent["text"])[:2] for sent in replica.connector.got("19:t1")} == {"T3"}


class Guests:
    """A host that says who listens: nobody else at first, guests from then on."""

    def __init__(self, inner: Any, *found: str) -> None:
        self.inner, self.found, self.last = inner, list(found), "some"

    async def outsiders(self, reference: Any) -> str:
        return self.found.pop(0) if self.found else self.last

    async def send(self, reference: Any, reply: Reply) -> Any:
        return await self.inner.send(reference, reply)


class Hearing(PlainComposer):
    """Says in the post for whom it was written."""

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        reply = await super().briefing(unit_id, person_id, audience, conversation_id=conversation_id)
        return Reply(f"{reply.text}, outsiders: {audience.outsiders or 'none'}", reply.answer)


@pytest.mark.parametrize("found", [["some", "some"], ["", "some"], ["unknown", "unknown"]])
async def test_a_channel_with_guests_gets_a_post_made_for_them_also_when_they_come_late(
    replica: Replica, found: list[str]
) -> None:
    sender, composer = Guests(replica.connector, *found), Hearing()
    replica.deliveries = Deliveries(replica.tools(sender=sender, composer=composer))
    await replica.look()
    (got,) = replica.connector.got("19:t1")
    assert str(got["text"]).endswith(f"outsiders: {found[-1]}")
    personal = [got for who in ("U-T1", "U-S1") for got in replica.connector.got(f"a:{who}")]
    assert all("outsiders: none" in str(got["text"]) for got in personal)


async def test_guests_who_come_between_two_tries_get_nothing(replica: Replica) -> None:
    sender, composer = Guests(replica.connector, "", ""), Hearing()
    replica.connector.next["19:t1"] = [Retryable("busy")]
    replica.deliveries = Deliveries(replica.tools(sender=sender, composer=composer))
    await replica.look()
    replica.clock.forward(minutes=1)
    await replica.look()
    row = await replica.store.briefings.find("briefing:T1", "19:t1", "2026-W47")
    assert row is not None
    assert (row.status, row.because) == ("failed", "who reads there has changed since it was written")
    assert replica.connector.got("19:t1") == []


class Stumbling(PlainComposer):
    """Cannot compose one unit's briefing for a while."""

    def __init__(self, fault: Exception | None) -> None:
        super().__init__()
        self.fault = fault

    async def briefing(
        self, unit_id: str, person_id: str | None, audience: Audience, *, conversation_id: str
    ) -> Reply:
        if unit_id == "T2" and isinstance(self.fault, CannotCompose):
            return Reply(str(self.fault), {"outcome": "no_data"})
        if unit_id == "T2" and self.fault:
            raise self.fault
        return await super().briefing(unit_id, person_id, audience, conversation_id=conversation_id)


@pytest.mark.parametrize("fault", [CannotCompose("The extract is too old."), ZeroDivisionError()])
async def test_what_cannot_be_composed_waits_goes_out_when_it_can_and_stops_nothing_else(
    replica: Replica, fault: Exception
) -> None:
    composer = Stumbling(fault)
    waiting = replica.restarted(composer=composer)
    await waiting.look()
    assert await waiting.states() == dict.fromkeys(EVERYBODY - {"U-T2"}, "sent")
    await waiting.look()
    assert len(replica.connector.got("a:U-ANALYST")) == 1
    composer.fault = None
    await waiting.look()
    assert (await waiting.states())["U-T2"] == "sent"


async def test_what_could_not_be_composed_until_the_cut_off_is_a_miss_with_its_reason(
    replica: Replica,
) -> None:
    waiting = replica.restarted(composer=Stumbling(CannotCompose("The extract is too old.")))
    await waiting.look()
    replica.clock.now = AFTER_CUT_OFF
    await waiting.look()
    row = await replica.store.briefings.find("briefing:T2", "U-T2", "2026-W47")
    assert row is not None
    assert (row.status, row.because) == ("failed", "not sent in time: The extract is too old.")


async def test_nothing_goes_out_from_stale_data_until_newer_comes(replica: Replica) -> None:
    def stale(directory: Directory, now: datetime) -> str | None:
        return "The data is old." if directory.as_at.day == 15 else None

    waiting = replica.restarted(stale=stale)
    await waiting.look()
    await waiting.look()
    assert await waiting.states() == {}
    (notice,) = replica.connector.got("a:U-ANALYST")
    assert str(notice["text"]).count("waiting; The data is old.") == 5
    replica.directory.as_at = replica.directory.as_at.replace(day=16)
    await waiting.look()
    assert await waiting.states() == dict.fromkeys(EVERYBODY, "sent")


async def test_wishes_of_units_and_people_are_followed(replica: Replica) -> None:
    def wish(owner: str, **changes: Any) -> Subscription:
        parts: dict[str, Any] = {"wanted": {}, "active": True, "paused_until": None}
        return Subscription(owner, "briefing", "", **(parts | changes), changed_by=owner, changed_at=DUE)

    subscriptions = replica.store.subscriptions
    await subscriptions.set(wish("T2", wanted={"on": "tuesday", "at": "09:00"}))
    await subscriptions.set(wish("U-S1", active=False))
    await subscriptions.set(wish("T3", paused_until=DUE + timedelta(hours=6)))
    await replica.look()
    assert set(await replica.states()) == {"U-T1", "19:t1"}
    replica.clock.now = datetime(2026, 11, 17, 9, 0, 1, tzinfo=UTC)
    await replica.look()
    assert await replica.states() == dict.fromkeys({"U-T1", "19:t1", "U-T2"}, "sent")


async def test_a_unit_that_moves_its_briefing_after_it_came_gets_no_second_one_that_week(
    replica: Replica,
) -> None:
    await replica.look()
    wanted = {"on": "tuesday", "at": "09:00"}
    wish = Subscription("T2", "briefing", "", wanted, True, None, "U-T2", replica.clock())
    await replica.store.subscriptions.set(wish)
    replica.clock.now = datetime(2026, 11, 17, 9, 0, 1, tzinfo=UTC)
    await replica.look()
    assert len(replica.connector.tried) == 5
    replica.clock.now = datetime(2026, 11, 24, 9, 0, 1, tzinfo=UTC)
    await replica.look()
    assert len(replica.connector.got("a:U-T2")) == 2


async def test_a_manager_who_joins_before_the_cut_off_gets_it_and_one_who_joins_later_does_not(
    replica: Replica,
) -> None:
    await replica.look()
    users = replica.directory.users
    users["U-NEW"] = type(users["U-T1"])("U-NEW", "New", "team_manager", "T1", True)
    await with_chats(replica.store, replica.directory, replica.clock())
    await replica.look()
    assert (await replica.states())["U-NEW"] == "sent"
    replica.clock.now = AFTER_CUT_OFF
    await replica.look()
    users["U-LATER"] = type(users["U-T1"])("U-LATER", "Later", "team_manager", "T1", True)
    await replica.look()
    assert "U-LATER" not in await replica.states()


async def test_a_database_that_goes_away_while_recording_is_waited_for(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = replica.store.briefings.mark_sent
    faults = [OSError("gone"), OSError("gone")]

    async def mark_sent(*args: Any, **kwargs: Any) -> bool:
        if faults:
            raise faults.pop()
        return await original(*args, **kwargs)

    monkeypatch.setattr("schedules.delivery.RECORD_AGAIN", (0.0, 0.0, 0.0))
    monkeypatch.setattr(replica.store.briefings, "mark_sent", mark_sent)
    await replica.look()
    assert await replica.states() == dict.fromkeys(EVERYBODY, "sent")


@pytest.mark.parametrize(
    "database_kind", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
async def test_every_connection_to_the_database_cut_in_mid_post_loses_nothing(replica: Replica) -> None:
    async def cut() -> None:
        everybody_else = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        async with replica.store.database.reading() as session:
            await session.execute(everybody_else)

    replica.connector.next["a:U-T1"] = [cut]
    for _ in range(6):
        await replica.look()
        replica.clock.forward(minutes=2)
    states = await replica.states()
    assert states["U-T1"] == "sent"
    assert states.keys() == EVERYBODY
    for recipient, status in states.items():
        times = replica.connector.tried.count(recipient if ":" in recipient else f"a:{recipient}")
        assert (status, times) in (("sent", 1), ("unknown", 0), ("unknown", 1))


async def test_send_now_is_a_post_of_its_own_and_leaves_mondays_alone(replica: Replica) -> None:
    replica.clock.now = BEFORE
    first = await replica.deliveries.send_now("U-T1")
    second = await replica.deliveries.send_now("U-T1")
    assert (first.status, second.status) == ("sent", "sent")
    assert len(replica.connector.got("a:U-T1")) == 2
    replica.clock.now = DUE
    await replica.look()
    assert (await replica.states())["U-T1"] == "sent"
    assert len(replica.connector.got("a:U-T1")) == 3


async def test_send_now_for_the_whole_authority_and_for_strangers(replica: Replica) -> None:
    assert (await replica.deliveries.send_now("U-ANALYST")).briefing == f"now:{ALL}"
    for stranger in ("U-LEFT", "nobody"):
        with pytest.raises(NotPermitted):
            await replica.deliveries.send_now(stranger)


async def test_the_log_names_unit_recipient_and_period_and_no_word_of_the_briefing(
    replica: Replica, caplog: pytest.LogCaptureFixture
) -> None:
    replica.connector.next["a:U-T1"] = [Final("blocked (403)")]
    with caplog.at_level(logging.INFO):
        await replica.look()
    assert "briefing:T1 for U-T1, 2026-W47: not delivered; blocked (403)." in caplog.text
    assert "version" not in caplog.text
