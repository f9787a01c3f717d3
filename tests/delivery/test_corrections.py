"""A figure that was sent and is another one now: who is told, what, when, and once.

Real extracts, engine, assistant and store (SQLite and PostgreSQL); the borough is worked out in restated_borough.py.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from delivery_people import Clock
from restated_borough import CHANNEL, FIRST, SECOND, Office, add, first, load, second
from sqlalchemy import text

from bot.store import Store, Subscription
from bot.turn import Reply
from kpi_engine.extracts import store as extracts
from tests.worked_cases.loader import Tables

MONDAY = datetime(2026, 11, 9, 8, 31, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 15, 22, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 16, 8, 31, tzinfo=UTC)
ENDS = """What was sent stays as it was sent; these are the figures to use from now on.
Data to Sun 15 Nov 2026, loaded Sun 15 Nov 2026, 20:00."""
LATE_VISIT = f"""Correction for North: 1 figure that was sent has changed.
- CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children.
  - C1, CP visit due Mon 28 Sep: overdue then, done late on Mon 2 Nov now. CP visit of Mon 2 Nov recorded since.
{ENDS}"""
DELETED_VISIT = f"""Correction for North: 1 figure that was sent has changed.
- CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 3 of 4 children.
  - C3, CP visit due Thu 15 Oct: done late on Thu 5 Nov then, overdue now. CP visit of Thu 5 Nov deleted since.
{ENDS}"""
MOVED_CONFERENCE = f"""Correction for North: 1 figure that was sent has changed.
- Initial CP conferences in time, the week Mon 2 Nov to Sun 8 Nov 2026: sent as 100% of 1 on Mon 9 Nov, now 0% of 1.
  - C2, initial conference due Mon 2 Nov: done in time on Mon 2 Nov then, done late on Wed 4 Nov now. \
Initial CP conference of Wed 4 Nov: date moved from Mon 2 Nov to Wed 4 Nov.
{ENDS}"""
IN_THE_CHANNEL = f"""Correction for North: 1 figure that was sent has changed.
- CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children.
  - 1 CP visit recorded since.
{ENDS}"""


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """Monday's briefings are out, from data to 8 November."""
    load(tmp_path, first(), FIRST)
    made = Office(tmp_path, store, Clock(MONDAY - timedelta(minutes=2)))
    await made.open_chats()
    await made.look(MONDAY - timedelta(minutes=2))
    briefed = await made.look(MONDAY)
    assert len(briefed) == 6
    return made


async def corrected(office: Office, made: Tables, as_at: date = SECOND) -> dict[str, str]:
    """The notices that a new extract brings, by conversation; each has one at most."""
    load(office.home, made, as_at)
    assert not [where for where, reply in await office.look(SUNDAY_NIGHT) if is_correction(reply)]
    sent = await office.look(NEXT_MONDAY)
    notices = [(where, reply) for where, reply in sent if is_correction(reply)]
    assert len({where for where, _ in notices}) == len(notices)
    return {where: reply.text for where, reply in notices}


def is_correction(reply: Reply) -> bool:
    return reply.text.startswith("Correction for")


# What it says


@pytest.mark.parametrize(
    ("what", "words"),
    [("late", LATE_VISIT), ("deleted", DELETED_VISIT), ("moved", MOVED_CONFERENCE)],
)
async def test_it_says_what_was_sent_what_is_now_and_by_which_records(
    office: Office, what: str, words: str
) -> None:
    changes = {each: each == what for each in ("late", "deleted", "moved")}
    notices = await corrected(office, second(**changes))
    assert notices["a:U-NORTH"] == words
    card = next(r.card for _, r in office.connector.accepted if r.text == words)
    assert card is not None
    for line in words.split("\n")[1:-2]:
        assert line.strip(" -").split(":")[0] in str(card)


async def test_a_channel_reads_numbers_alone(office: Office) -> None:
    notices = await corrected(office, second(deleted=False, moved=False))
    assert notices[CHANNEL] == IN_THE_CHANNEL
    for _, reply in office.connector.accepted:
        if is_correction(reply) and reply.text == IN_THE_CHANNEL:
            assert "C1" not in str(reply.answer) + str(reply.card)


async def test_one_notice_lists_all_figures_and_an_exchange_that_leaves_the_number_is_none(
    office: Office,
) -> None:
    """C1 went out and C3 came in: 2 of 4 as before. The conference alone is another figure."""
    notices = await corrected(office, second())
    assert notices["a:U-NORTH"] == MOVED_CONFERENCE
    third = second(deleted=False)
    third["ssd_cp_plans"] = [row for row in third["ssd_cp_plans"] if row["cppl_person_id"] != "C7"]
    load(office.home, third, SECOND)
    sent = dict(await office.look(NEXT_MONDAY + timedelta(hours=1)))
    assert [line for line in sent["a:U-NORTH"].text.split("\n") if not line.startswith("  ")][:5] == [
        "Correction for North: 4 figures that were sent have changed.",
        "- Children on a CP plan, Sun 15 Nov 2026: sent as 4 on Mon 16 Nov, now 3.",
        "- CP visits overdue, Sun 15 Nov 2026: sent as 1 of 4 children on Mon 16 Nov, now 0 of 3 children.",
        "- Children on a CP plan, Sun 8 Nov 2026: sent as 4 on Mon 9 Nov, now 3.",
        "- CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 0 of 3 children.",
    ]
    assert (
        "  - C7, CP visit due Mon 19 Oct: overdue then, not there now. CP plan of Mon 5 Oct deleted since."
        in (sent["a:U-NORTH"].text)
    )


# Who is told


async def test_only_those_whose_figures_changed_are_told(office: Office) -> None:
    notices = await corrected(office, second(deleted=False, moved=False))
    assert set(notices) == {"a:U-NORTH", CHANNEL, "a:U-SAFE", "a:U-DIRECTOR"}  # not South, not Care
    for reader in ("a:U-NORTH", "a:U-SAFE", "a:U-DIRECTOR"):
        assert "C1, CP visit" in notices[reader]


async def test_a_child_that_was_another_teams_is_counted_and_not_named(office: Office) -> None:
    """C1 was South's from 1 October, as is known now: North's figure falls, South's rises."""
    made = second(late=False, deleted=False, moved=False)
    mine = next(row for row in made["ssd_involvements"] if row["invo_person_id"] == "C1")
    mine["invo_involvement_end_date"] = "2026-10-01"
    add(made, "ssd_involvements", invo_involvements_id="I1B", invo_person_id="C1", invo_professional_id="P3",
        invo_professional_role_id="CW", invo_professional_team="T2",
        invo_involvement_start_date="2026-10-01")  # fmt: skip
    notices = await corrected(office, made)
    assert "C1" not in notices["a:U-NORTH"]
    assert "now 1 of 3 children" in notices["a:U-NORTH"]
    assert "1 row behind it is not shown: another unit's, or a restricted case." in notices["a:U-NORTH"]
    assert (
        "C1, CP visit due Mon 28 Sep: overdue with North then, overdue with South now. "
        "Allocation of Tue 1 Sep: end date Thu 1 Oct recorded since; allocation of Thu 1 Oct recorded since."
    ) in notices["a:U-SOUTH"]
    assert "a:U-SAFE" not in notices  # the service's number is what it was


async def test_a_restricted_case_is_named_to_its_viewers_alone(office: Office) -> None:
    (office.home / "restricted.csv").write_text("child_id,viewers\nC1,U-SAFE\n")
    notices = await corrected(office, second(deleted=False, moved=False))
    assert "C1" not in notices["a:U-NORTH"]
    assert "1 row behind it is not shown" in notices["a:U-NORTH"]
    assert "C1" not in notices["a:U-DIRECTOR"]
    assert "C1, CP visit" in notices["a:U-SAFE"]


@pytest.mark.parametrize("changed", [{"unit_id": "T2"}, {"active": "N"}])
async def test_who_is_not_of_the_unit_any_more_is_told_nothing(
    office: Office, changed: dict[str, str]
) -> None:
    made = second(deleted=False, moved=False)
    made["local_users"][0] |= changed
    notices = await corrected(office, made)
    assert "a:U-NORTH" not in notices
    assert CHANNEL in notices


async def test_who_has_stopped_posts_is_told_nothing(office: Office) -> None:
    stopped = Subscription("U-NORTH", "briefing", "", {}, False, None, "U-NORTH", MONDAY)
    await office.store.subscriptions.set(stopped)
    notices = await corrected(office, second(deleted=False, moved=False))
    assert "a:U-NORTH" not in notices
    assert "a:U-SAFE" in notices


async def test_after_a_pause_what_changed_meanwhile_is_told(office: Office) -> None:
    until = datetime(2026, 11, 18, tzinfo=UTC)
    await office.store.subscriptions.set(
        Subscription("U-NORTH", "briefing", "", {}, True, until, "U-NORTH", MONDAY)
    )
    assert "a:U-NORTH" not in await corrected(office, second(deleted=False, moved=False))
    load(office.home, second(deleted=False, moved=False), date(2026, 11, 18))
    sent = dict(await office.look(datetime(2026, 11, 19, 9, 0, tzinfo=UTC)))
    assert "sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children" in sent["a:U-NORTH"].text
    assert CHANNEL not in sent  # was told on Monday


# When, and how often


async def test_it_waits_for_the_morning_of_a_working_day(office: Office) -> None:
    load(office.home, second(deleted=False, moved=False), SECOND)
    assert await office.look(SUNDAY_NIGHT) == []
    assert await office.look(datetime(2026, 11, 16, 8, 29, tzinfo=UTC)) == []
    sent = await office.look(NEXT_MONDAY)
    assert "a:U-NORTH" in [where for where, reply in sent if is_correction(reply)]


async def test_in_office_hours_it_goes_at_once(office: Office) -> None:
    load(office.home, second(deleted=False, moved=False), date(2026, 11, 11))
    sent = await office.look(datetime(2026, 11, 12, 14, 0, tzinfo=UTC))
    assert "a:U-NORTH" in [where for where, reply in sent if is_correction(reply)]


async def test_once_whatever_is_started_again(office: Office) -> None:
    notices = await corrected(office, second(deleted=False, moved=False))
    assert notices
    for _ in range(2):
        assert await office.look(NEXT_MONDAY + timedelta(hours=1)) == []
        office = office.again()
    async with office.store.database.writing() as session:  # died between keeping the notices and the mark
        await session.execute(text("DELETE FROM schedule_marks WHERE name LIKE 'corrections:%'"))
    assert await office.again().look(NEXT_MONDAY + timedelta(hours=2)) == []


async def test_two_replicas_make_one_notice(office: Office) -> None:
    other = office.again()
    load(office.home, second(deleted=False, moved=False), SECOND)
    office.clock.now = SUNDAY_NIGHT
    await office.corrections.look()
    async with office.store.database.writing() as session:
        await session.execute(text("DELETE FROM schedule_marks WHERE name LIKE 'corrections:%'"))
    await other.corrections.look()
    sent = await office.look(NEXT_MONDAY)
    places = [where for where, reply in sent if is_correction(reply)]
    assert sorted(places) == sorted({"a:U-NORTH", CHANNEL, "a:U-SAFE", "a:U-DIRECTOR"})


async def test_nothing_changed_nothing_is_said(office: Office) -> None:
    assert await corrected(office, first()) == {}


async def test_an_older_extract_is_history_and_corrects_nothing(office: Office) -> None:
    assert await corrected(office, second(), date(2026, 11, 1)) == {}


async def test_the_same_correction_is_not_told_twice_and_the_next_starts_from_it(office: Office) -> None:
    await corrected(office, second(deleted=False, moved=False))
    tuesday = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
    load(office.home, second(deleted=False, moved=False), date(2026, 11, 16))
    assert await office.look(tuesday) == []
    load(office.home, second(moved=False), date(2026, 11, 17))
    sent = dict(await office.look(tuesday + timedelta(days=1)))
    assert "sent as 1 of 4 children on Sun 15 Nov, now 2 of 4 children" in sent["a:U-NORTH"].text
    assert "C3, CP visit due Thu 15 Oct" in sent["a:U-NORTH"].text
    assert "C1" not in sent["a:U-NORTH"].text


async def test_where_the_extract_is_gone_the_figures_are_told_and_no_row(office: Office) -> None:
    shutil.rmtree(extracts.current(office.home).path)
    notices = await corrected(office, second(deleted=False, moved=False))
    assert "sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children" in notices["a:U-NORTH"]
    assert "is no longer kept, so the records behind it cannot be named" in notices["a:U-NORTH"]
    assert "C1" not in notices["a:U-NORTH"]


async def test_figures_sent_longer_ago_than_asked_for_are_left(office: Office) -> None:
    office.weeks = 0
    office.__post_init__()
    assert await corrected(office, second()) == {}


# What stays


async def test_what_was_sent_stays_byte_for_byte(office: Office) -> None:
    key = ("briefing:T1", "U-NORTH", "2026-W46")
    before = await office.store.briefings.find(*key)
    assert before is not None
    await corrected(office, second())
    after = await office.store.briefings.find(*key)
    assert after == before
    assert "CP visits overdue: 2 of 4" in after.payload["reply"]["text"]


async def test_it_is_on_record_with_the_children_it_names(office: Office) -> None:
    before = len([one async for one in office.store.audit.records()])
    await corrected(office, second(deleted=False, moved=False))
    records = [one.entry async for one in office.store.audit.records()][before:]
    mine = {(one.person_id, one.audience): one for one in records if one.event == "correction"}
    assert set(mine) == {
        ("U-NORTH", "personal"),
        ("timetable", "T1"),
        ("U-SAFE", "personal"),
        ("U-DIRECTOR", "personal"),
    }
    assert mine["U-NORTH", "personal"].child_ids == ("C1",)
    assert dict(mine["U-NORTH", "personal"].understood)["measures"] == ["cp_visits_overdue"]
    assert mine["timetable", "T1"].child_ids == ()
