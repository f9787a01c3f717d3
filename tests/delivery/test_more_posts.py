"""The posts beside the briefing: off until given a time; when they fall due; what they ask; that they arrive."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from delivery_people import Clock, PlainComposer, authority, with_chats
from delivery_replica import LONDON

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.memory import Forgetful
from bot.store import Store, Subscription
from bot.store.audit import Entry
from bot.turn import PERSONAL
from kpi_engine.engine import Unit
from kpi_engine.errors import InputError
from kpi_engine.question import UnitRef
from schedules.briefings import recipients
from schedules.posts import MONTHLY, QUARTERLY, question_of
from schedules.timetable_file import read_timetable
from schedules.wishes import posts_between, with_wishes

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
EXTRA = """
posts:
  nudge: {on: wednesday, at: "14:00", late_until: "17:00"}
  month_end: {at: "09:00", late_until: "17:00"}
  quarter_end: {at: "10:00", late_until: "17:00"}
units:
  T2: {briefing: off}
"""


def printed(home: Path, first: str, last: str, units: tuple[str, ...] = ("ALL", "T1", "T2")) -> list[str]:
    table = read_timetable(units, home)
    start, end = (datetime.fromisoformat(day).replace(tzinfo=LONDON) for day in (first, last))
    return [
        f"{due.at.astimezone(LONDON):%a %d %b %H:%M} {due.key} {due.period}"
        for due in table.due_between(start, end)
        if due.post != "briefing"
    ]


def test_they_are_off_until_they_have_a_time(tmp_path: Path) -> None:
    assert printed(tmp_path, "2026-11-01", "2027-02-01") == []


def test_they_fall_due_on_working_days_only(tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_text(EXTRA)
    assert printed(tmp_path, "2026-12-21", "2027-01-07") == [
        "Wed 23 Dec 14:00 nudge:ALL 2026-W52", "Wed 23 Dec 14:00 nudge:T1 2026-W52",
        "Wed 30 Dec 14:00 nudge:ALL 2026-W53", "Wed 30 Dec 14:00 nudge:T1 2026-W53",
        "Thu 31 Dec 09:00 month_end:ALL 2026-12", "Thu 31 Dec 09:00 month_end:T1 2026-12",
        "Thu 31 Dec 10:00 quarter_end:ALL 2026-Q4",
        "Wed 06 Jan 14:00 nudge:ALL 2027-W01", "Wed 06 Jan 14:00 nudge:T1 2027-W01",
    ]  # fmt: skip
    assert printed(tmp_path, "2026-05-28", "2026-06-01") == [  # the 30th and 31st are a weekend
        "Fri 29 May 09:00 month_end:ALL 2026-05", "Fri 29 May 09:00 month_end:T1 2026-05",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("month_end: {at: \"01:30\", late_until: \"17:00\"}", "01:30 cannot be used"),
        ("month_end: {at: \"09:00\"}", "'late_until' is missing"),
        ("nudge: {on: sunday, at: \"09:00\", late_until: \"17:00\"}", "'sunday' is not a day"),
        ("quarter_end: {at: \"09:00\", late_until: \"08:00\"}", "must be later"),
        ("fortnightly: {}", "'fortnightly' is not known here"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_named_with_its_line(tmp_path: Path, line: str, fault: str) -> None:
    (tmp_path / "timetable.yaml").write_text(f"posts:\n  {line}\n")
    with pytest.raises(InputError, match=rf"^timetable\.yaml, line 2: .*{fault}"):
        read_timetable(("T1",), tmp_path)


def test_what_they_ask() -> None:
    team, wednesday = UnitRef("team", "T11"), date(2026, 11, 18)
    assert question_of("briefing", team, wednesday, wednesday) is None
    assert question_of("reminder", team, wednesday, wednesday) is None
    nudge = question_of("nudge", team, date(2026, 11, 15), wednesday)
    assert nudge is not None
    assert nudge.period is not None
    assert (nudge.period.first, nudge.period.last) == (wednesday, date(2026, 11, 20))
    assert {"cp_visits_overdue", "cin_without_plan", "pre_proceedings_overdue"} <= set(nudge.measures)
    month = question_of("month_end", team, date(2026, 11, 29), date(2026, 11, 30))
    quarter = question_of("quarter_end", team, date(2026, 11, 29), date(2026, 12, 31))
    assert month is not None
    assert quarter is not None
    assert (month.measures, str(month.period and month.period.first)) == (MONTHLY, "2026-11-01")
    assert (quarter.measures, str(quarter.period and quarter.period.first)) == (QUARTERLY, "2026-10-01")


class Kept:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def keep(self, entry: Entry) -> None:
        self.entries.append(entry)


@pytest.mark.parametrize("post", ["nudge", "month_end", "quarter_end"])
async def test_the_assistant_answers_them_under_the_readers_rights(post: str) -> None:
    engine, kept = kpi_engine.open_folder(BOROUGH), Kept()
    assistant = Assistant(FixedEngine(engine), Forgetful(), kept)
    question = question_of(post, engine.units["T12"].ref, engine.as_at, engine.as_at + timedelta(days=1))
    assert question is not None
    mine = await assistant.post(question, "U-T12", PERSONAL)
    expected = (
        "no_data" if post == "month_end" else "answered"
    )  # the small borough keeps no audits and no PLO
    assert mine.answer["outcome"] == expected
    assert mine.text
    others = await assistant.post(question, "U-T11", PERSONAL)
    assert "C201" not in str(others)
    assert kept.entries[0].event == "briefing"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_nudge_arrives_once_beside_the_briefing(store: Store, tmp_path: Path) -> None:
    from bot.hosts.protocol import Sent
    from schedules.look import Deliveries
    from schedules.notices import Notices
    from schedules.tools import StoredAddresses, Tools

    (tmp_path / "timetable.yaml").write_text(EXTRA.replace("T2: {briefing: off}", "T3: {briefing: off}"))
    directory, clock, texts = authority(), Clock(datetime(2026, 11, 18, 14, 0, 5, tzinfo=UTC)), []

    class Host:
        async def send(self, reference: object, reply: object) -> Sent:
            texts.append(getattr(reply, "text", ""))
            return Sent("1")

    await with_chats(store, directory, clock.now)
    await store.schedule_marks.looked(clock.now - timedelta(minutes=1))
    table = read_timetable(tuple(directory.units), tmp_path, zone=ZoneInfo("Europe/London"))
    tools = Tools(
        store=store, engines=directory, composer=PlainComposer(), sender=Host(),
        addresses=StoredAddresses(store), timetable=lambda units: table,
        notices=Notices(store, clock), clock=clock,
    )  # fmt: skip
    for _ in range(2):
        await Deliveries(tools).look()
        clock.forward(minutes=5)
    assert sorted(text.split(" until")[0] for text in texts) == [
        "coming_up of S1", "coming_up of T1", "coming_up of T1", "coming_up of T2",
    ]  # fmt: skip


UNITS = """
units:
  T1:
    nudge: {on: thursday, at: "10:00"}
    month_end: off
  T2:
    month_end: {at: "11:00", late_until: "12:00"}
  ALL:
    quarter_end: {at: "15:00", late_until: "17:00"}
"""


def test_a_unit_has_its_own_time_or_none(tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_text(UNITS)
    assert printed(tmp_path, "2026-12-28", "2027-01-01") == [
        "Thu 31 Dec 10:00 nudge:T1 2026-W53", "Thu 31 Dec 11:00 month_end:T2 2026-12",
        "Thu 31 Dec 15:00 quarter_end:ALL 2026-Q4",
    ]  # fmt: skip
    general = EXTRA.split("units")[0]
    (tmp_path / "timetable.yaml").write_text(general + UNITS)
    assert [line for line in printed(tmp_path, "2026-12-30", "2027-01-01") if ":T1 " in line] == [
        "Thu 31 Dec 10:00 nudge:T1 2026-W53"
    ]
    (tmp_path / "timetable.yaml").write_text(
        'units:\n  T1:\n    quarter_end: {at: "15:00", late_until: "17:00"}\n'
    )
    with pytest.raises(InputError, match=r"^timetable\.yaml, line 3: the quarterly summary is for the whole"):
        read_timetable(("ALL", "T1"), tmp_path)


def test_what_a_unit_asks_for_in_chat_goes_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_text(EXTRA.split("units")[0])
    table, now = read_timetable(("ALL", "T1", "T3"), tmp_path), datetime(2026, 11, 1, tzinfo=UTC)

    def wish(owner: str, kind: str, wanted: dict[str, str], *, active: bool = True) -> Subscription:
        return Subscription(owner, kind, "", wanted, active, None, "U", now)

    changed = with_wishes(
        table,
        [
            wish("T1", "nudge", {"on": "friday", "at": "09:00"}), wish("T3", "nudge", {}, active=False),
            wish("T3", "month_end", {"at": "12:00"}), wish("ALL", "quarter_end", {}, active=False),
            wish("ALL", "nudge", {"at": "15:00"}),
        ],
    )  # fmt: skip
    start = datetime(2026, 12, 30, tzinfo=LONDON)
    assert [
        f"{due.at.astimezone(LONDON):%a %H:%M} {due.key}"
        for due in changed.due_between(start, start + timedelta(days=3))
        if due.post != "briefing"
    ] == ["Wed 15:00 nudge:ALL", "Thu 09:00 month_end:ALL", "Thu 09:00 month_end:T1", "Thu 09:00 nudge:T1",
          "Thu 12:00 month_end:T3"]  # fmt: skip


def test_one_of_several_posts_is_stopped_by_a_person(tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_text(EXTRA.split("units")[0])
    table, directory = read_timetable(("T1",), tmp_path), authority()
    wishes = [Subscription("U-T1", "nudge", "", {}, False, None, "U-T1", datetime(2026, 11, 1, tzinfo=UTC))]
    start = datetime(2026, 11, 16, tzinfo=LONDON)
    posts = posts_between(
        table, recipients(directory, []), wishes, directory, start, start + timedelta(days=5)
    )
    assert [(due.post, [each.id for each in who]) for due, who in posts] == [
        ("briefing", ["U-T1"]), ("nudge", []),
    ]  # fmt: skip


def test_the_one_department_above_all_is_the_authority_and_gets_nothing_of_its_own() -> None:
    directory = authority()
    table = read_timetable(tuple(directory.units))
    start = datetime(2026, 11, 16, tzinfo=LONDON)

    def units() -> list[str]:
        who = recipients(directory, [])
        return [
            due.unit_id
            for due, _ in posts_between(
                table.covering(tuple(directory.units)), who, [], directory, start, start + timedelta(days=1)
            )
        ]

    assert units() == ["ALL", "S1", "T1", "T2", "T3"]  # U-S1 belongs to S1, above every team
    del directory.users["U-S1"]
    assert units() == ["ALL", "T1", "T2", "T3"]
    directory.units["S2"] = Unit("S2", "Second", "service", "ALL")
    assert units() == ["ALL", "S1", "S2", "T1", "T2", "T3"]  # two departments: neither is the authority
