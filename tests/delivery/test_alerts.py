"""What people follow: told once when it crosses, once when it is back, whoever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from delivery_people import Clock, PlainComposer, authority, with_chats

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.follows import FOLLOW, Follow, followed
from bot.hosts.protocol import Retryable, Sent
from bot.memory import Forgetful
from bot.store import Store, Subscription
from bot.store.audit import Entry
from bot.turn import Reply
from kpi_engine.engine import Engine, User
from kpi_engine.errors import InputError
from kpi_engine.question import AUTHORITY, EVERYTHING, UnitRef
from schedules.alerts import follow_by_file
from schedules.briefings import Payload
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable import Timetable
from schedules.timetable_file import FILE_NAME, read_timetable
from schedules.tools import StoredAddresses, Tools

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)
RED = Follow("cp_visits_overdue", UnitRef("team", "T2"), "red")
"""T1's manager follows another team's number."""


class Host:
    """Keeps what was posted; `down` refuses for now."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.down = False

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        if self.down:
            raise Retryable("it answered 429")
        self.texts.append(f"{reference['conversation_id']}: {reply.text}")
        return Sent(str(len(self.texts)))


class World:
    """A database, an authority whose extracts and people change, a clock, and replicas that come and go."""

    def __init__(self, store: Store) -> None:
        self.store, self.directory, self.host = store, authority(), Host()
        self.composer, self.clock = PlainComposer(), Clock(TUESDAY)
        self.table = read_timetable(tuple(self.directory.units), zone=LONDON)
        self.replica = self.started()

    def started(self) -> Deliveries:
        return Deliveries(
            Tools(
                store=self.store, engines=self.directory, composer=self.composer, sender=self.host,
                addresses=StoredAddresses(self.store), timetable=lambda directory: self.table,
                notices=Notices(self.store, self.clock), clock=self.clock,
            )
        )  # fmt: skip

    async def open_chats(self) -> None:
        await with_chats(self.store, self.directory, TUESDAY)
        await self.store.schedule_marks.looked(TUESDAY - timedelta(minutes=1))

    async def follow(self, follow: Follow = RED, who: str = "U-T1", *, active: bool = True) -> None:
        wanted = follow.seeing(False, follow.seen or self.directory.stamp.extract).to_json()
        await self.store.subscriptions.set(
            Subscription(who, FOLLOW, follow.subject, wanted, active, None, who, self.clock())
        )

    async def load(self, *, over: bool, follow: Follow = RED) -> None:
        """A new extract in which the measure stands so, and one look at it."""
        self.directory.number += 1
        self.composer.over = {follow.subject} if over else set()
        await self.look()

    async def look(self, **later: float) -> None:
        self.clock.forward(**later)
        await self.replica.look()

    @property
    def told(self) -> list[str]:
        """The alerts, without their versions; what the analyst reads of delays is no alert."""
        return [
            text.split(", version")[0]
            for text in self.host.texts
            if " red for " in text and "look" not in text
        ]


OVER = "a:U-T1: cp_visits_overdue T2 red for U-T1 is over"
BACK = "a:U-T1: cp_visits_overdue T2 red for U-T1 is back"


@pytest.fixture
async def world(store: Store) -> World:
    made = World(store)
    await made.open_chats()
    return made


async def test_one_alert_for_each_crossing_and_one_for_the_way_back(world: World) -> None:
    await world.follow()
    await world.look()
    assert world.told == []
    for over, expected in [(True, [OVER]), (True, [OVER]), (False, [OVER, BACK]), (False, [OVER, BACK]),
                           (True, [OVER, BACK, OVER])]:  # fmt: skip
        await world.load(over=over)
        await world.look(minutes=1)
        assert world.told == expected
    rows = [each for each in await world.store.briefings.list() if each.briefing.startswith("alert:")]
    assert {each.status for each in rows} == {"sent"}
    assert len({each.period for each in rows}) == 3
    frozen = Payload.from_json(rows[-1].payload).reply
    assert frozen is not None
    assert world.host.texts[0] == f"a:U-T1: {frozen.text}"


async def test_a_restart_and_a_second_replica_tell_nobody_twice(world: World) -> None:
    await world.follow()
    await world.load(over=True)
    world.replica = world.started()
    await world.look(minutes=5)
    assert world.told == [OVER]
    world.directory.number += 1
    world.composer.over.clear()
    one, two = world.started(), world.started()
    if world.store.database.is_sqlite:  # one process: one after the other
        await one.look()
        await two.look()
    else:
        await asyncio.gather(one.look(), two.look())
    await world.look(minutes=5)
    assert world.told == [OVER, BACK]


async def test_died_between_keeping_the_alert_and_moving_on(world: World) -> None:
    """The state says "not over" still: the same crossing is found again, and is there already."""
    await world.follow()
    (wish,) = await world.store.subscriptions.all()
    await world.load(over=True)
    await world.store.subscriptions.set(wish)  # as if the process had died before it wrote that down
    world.replica = world.started()
    await world.look(minutes=1)
    assert world.told == [OVER]
    assert followed((await world.store.subscriptions.all())[0]) == RED.seeing(
        True, world.directory.stamp.extract
    )


async def test_a_connector_that_is_busy_delays_the_alert_as_it_was(world: World) -> None:
    await world.follow()
    world.host.down = True
    await world.load(over=True)
    world.host.down = False
    await world.load(over=True)
    await world.look(minutes=5)
    assert world.told == [OVER]
    assert f"{OVER}, version 1" in world.host.texts


async def test_an_older_extract_undoes_nothing(world: World) -> None:
    await world.follow()
    await world.load(over=True)
    world.directory.number -= 1
    world.composer.over.clear()
    await world.look(minutes=1)
    assert world.told == [OVER]


async def test_paused_stopped_and_left(world: World) -> None:
    await world.follow()
    pause = Subscription("U-T1", "briefing", "", {}, True, TUESDAY + timedelta(days=1), "U-T1", TUESDAY)
    await world.store.subscriptions.set(pause)
    await world.load(over=True)
    assert world.told == []
    await world.look(days=1)  # the pause is over: what stands now is told
    assert world.told == [OVER]
    await world.store.subscriptions.set(replace(pause, active=False, paused_until=None))
    await world.load(over=False)
    assert world.told == [OVER]
    await world.store.subscriptions.set(replace(pause, active=True, paused_until=None))
    await world.look(minutes=1)
    assert world.told == [OVER, BACK]
    await world.follow(active=False)
    await world.load(over=True)
    assert world.told == [OVER, BACK]
    await world.follow(who="U-LEFT")
    await world.load(over=False)
    await world.load(over=True)
    assert world.told == [OVER, BACK]


async def test_a_leaver_gets_not_even_the_alert_that_was_kept_for_them(world: World) -> None:
    await world.follow()
    world.host.down = True
    await world.load(over=True)
    world.host.down = False
    user = world.directory.users["U-T1"]
    world.directory.users["U-T1"] = User(user.user_id, user.name, user.role, user.unit_id, False)
    await world.look(minutes=5)
    assert world.told == []
    (row,) = [each for each in await world.store.briefings.list() if each.briefing.startswith("alert:")]
    assert (row.status, row.because) == ("failed", "the recipient does not belong to this unit any more")


@pytest.mark.parametrize(
    ("at", "goes_out_at"),
    [
        ("2026-11-17T03:00", "2026-11-17T08:00"),
        ("2026-11-20T18:30", "2026-11-23T08:00"),  # Friday evening: Monday
        ("2026-05-04T10:00", "2026-05-05T08:00"),  # a bank holiday
        ("2026-03-28T23:30", "2026-03-30T08:00"),  # over the night the clocks go forward
        ("2026-10-25T01:30", "2026-10-26T08:00"),  # in the hour that happens twice
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_only_in_working_hours(world: World, at: str, goes_out_at: str) -> None:
    noticed, goes_out = (datetime.fromisoformat(each).replace(tzinfo=LONDON) for each in (at, goes_out_at))
    world.directory.as_at = noticed.date()
    world.clock.now = noticed.astimezone(UTC)
    await world.store.schedule_marks.looked(noticed - timedelta(seconds=1))
    await world.follow()
    await world.load(over=True)
    world.clock.now = goes_out.astimezone(UTC) - timedelta(seconds=1)
    await world.look()
    assert world.told == []
    world.clock.now = goes_out.astimezone(UTC)
    await world.look()
    assert OVER in world.told


PEOPLE = """
people:
  U-T1:
    follow:
      - {measure: cp_visits_overdue, unit: T2}
      - {measure: cin_open, unit: ALL, above: 900}
"""


async def test_the_file_has_people_follow_until_they_say_otherwise(world: World, tmp_path: Path) -> None:
    def table(text: str) -> Timetable:
        (tmp_path / FILE_NAME).write_text(text)
        return read_timetable(tuple(world.directory.units), tmp_path, zone=LONDON)

    async def started(text: str = PEOPLE) -> list[tuple[str, str, bool]]:
        await follow_by_file(world.store, table(text), world.directory, world.clock())
        return [(each.owner, each.subject, each.active) for each in await world.store.subscriptions.all()]

    both = [("U-T1", "cin_open ALL above 900", True), ("U-T1", "cp_visits_overdue T2 red", True)]
    assert await started() == both
    await world.load(over=True)
    assert world.told == [OVER]
    assert await started() == both
    (_, red) = await world.store.subscriptions.all()
    assert followed(red) == RED.seeing(True, world.directory.stamp.extract)  # a restart forgets nothing
    await world.follow(active=False)  # stopped in chat: stays stopped
    assert await started() == [both[0], (*both[1][:2], False)]
    assert await started("people: {}") == [(*both[0][:2], False), (*both[1][:2], False)]
    assert await started() == [both[0], (*both[1][:2], False)]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{measure: cp_visits, unit: T2}", "there is no measure 'cp_visits'"),
        ("{measure: cin_open, unit: T9}", "the extract has no unit 'T9'"),
        ("{measure: cin_open}", "'unit' is missing"),
        ("{measure: cin_open, unit: T2, above: many}", "'many' is not a number"),
        ("{measure: cin_open, unit: T2, above: nan}", "'nan' is not a number"),
        ("{measure: cin_open, unit: T2, above: 1, below: 2}", "only one of above and below"),
        ("{measure: cin_open, unit: T2, when: purple}", "'purple' is not one of red, amber, green"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, entry: str, fault: str) -> None:
    (tmp_path / FILE_NAME).write_text(f"people:\n  U-T1:\n    follow:\n      - {entry}\n")
    with pytest.raises(InputError, match=rf"^timetable\.yaml, line 4: .*{fault}"):
        read_timetable(("ALL", "T2"), tmp_path)
    (tmp_path / FILE_NAME).write_text('posts:\n  alert: {from: "01:30", until: "09:00"}\n')
    with pytest.raises(InputError, match=r"^timetable\.yaml, line 2: 01:30 cannot be used"):
        read_timetable(("ALL", "T2"), tmp_path)


# With the real assistant ------------------------------------------------------------------------------------


class Kept:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def keep(self, entry: Entry) -> None:
        self.entries.append(entry)


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


async def test_the_assistant_says_it_under_the_followers_own_rights(borough: Engine) -> None:
    kept = Kept()
    assistant = Assistant(FixedEngine(borough), Forgetful(), kept)
    one = Follow("cp_visits_overdue", borough.units["T11"].ref, "above", 1)
    assert await assistant.stands(one, "U-T12") is True
    assert await assistant.stands(replace(one, value=2), "U-T12") is False
    assert await assistant.stands(one, "U-OFF") is None
    assert await assistant.stands(replace(one, measure="lac_reviews_in_time"), "U-T12") is None
    assert kept.entries == []  # nothing was shown to anybody
    reply = await assistant.alert(one, "U-T12", is_over=True)
    assert reply.text.startswith("CP visits overdue in CSWT 1 has gone above 1. You follow this")
    assert "2 CP visits are overdue in CSWT 1" in reply.text
    assert not [child for child in ("C101", "C102", "C103") if child in str(reply)]
    assert "has gone above 1" in str(reply.card)
    assert (kept.entries[0].event, kept.entries[0].person_id) == ("alert", "U-T12")
    back = await assistant.alert(one, "U-T12", is_over=False)
    assert back.text.startswith("Back to normal: CP visits overdue in CSWT 1 is no longer above 1.")
    leaver = await assistant.alert(one, "U-OFF", is_over=True)
    assert leaver.answer["outcome"] == "not_permitted"
    assert "CP visits" not in leaver.text


def test_where_nobody_can_tell_nothing_has_crossed(borough: Engine) -> None:
    part = borough.ask(RED.question(date(2026, 11, 15)).but(unit=AUTHORITY), EVERYTHING).answers[0]
    assert RED.holds(part) is True
    for unknown in ({"no_data": "none"}, {"suppressed": True}, {"rag": None}, {"elsewhere": "x"}):
        assert RED.holds(replace(part, **unknown)) is None  # type: ignore[arg-type]
    for when, value, expected in [("above", 3, False), ("at_least", 3, True), ("below", 3, False),
                                  ("at_most", 3, True), ("below", 4, True), ("above", 2, True)]:  # fmt: skip
        follow = replace(RED, when=when, value=float(value))
        assert follow.holds(replace(part, value=3)) is expected
        assert Follow.from_json(follow.to_json()) == follow
