"""What was sent, asked about afterwards: which of its figures are other ones now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from delivery_people import Clock
from restated_borough import FIRST, SECOND, Office, first, load, second

from bot.store import Store

MONDAY = datetime(2026, 11, 9, 8, 31, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 16, 8, 31, tzinfo=UTC)
NEXT_TUESDAY = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
SENT_AS = "Sent as 2 of 4 children on Mon 9 Nov 2026; 1 of 4 children as now recorded."


@pytest.fixture
async def office(store: Store, tmp_path: Path) -> Office:
    """Two Mondays' briefings are out; the second load recorded a visit of 2 November late. It is Tuesday."""
    load(tmp_path, first(), FIRST)
    made = Office(tmp_path, store, Clock(MONDAY - timedelta(minutes=2)))
    await made.open_chats()
    await made.look(MONDAY - timedelta(minutes=2))
    await made.look(MONDAY)
    load(tmp_path, second(deleted=False, moved=False), SECOND)
    await made.look(NEXT_MONDAY)
    made.clock.now = NEXT_TUESDAY
    return made


# What was corrected


async def test_what_was_corrected_is_answered_in_numbers_for_any_unit(office: Office) -> None:
    line = "- CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children."
    mine = await office.ask("were any figures corrected?")
    assert mine.text.split("\n")[:2] == ["1 figure that was sent for North has changed.", line]
    others = await office.ask("which figures were corrected in North?", "U-SOUTH")
    assert others.text.split("\n")[:2] == mine.text.split("\n")[:2]
    assert "C1" not in str(others)
    none = await office.ask("were any figures corrected?", "U-SOUTH")
    assert none.text.startswith("No figure that was sent for South has changed: all ")
    known = await office.ask("has last week's figure changed?")
    assert line in known.text  # it was sent last week


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("what was restated since Monday?", True),  # the notice went out on Monday
        ("what was restated since Tuesday?", False),
        ("is Monday's figure still right?", False),  # Monday the 16th's
    ],
)
async def test_since_when_it_was_known(office: Office, words: str, told: bool) -> None:
    assert ("2 of 4 children" in (await office.ask(words)).text) == told


# Beside a closed week


async def test_a_closed_week_says_what_it_was_sent_as(office: Office) -> None:
    told = await office.ask("CP visits overdue as at 8 November")
    assert told.text.startswith(f"{SENT_AS}\n")
    assert told.answer["answers"][0]["value"] == 1
    assert "Sent as" not in (await office.ask("CP visits overdue")).text
    await office.store.briefings.empty_before(
        NEXT_TUESDAY + timedelta(days=400)
    )  # the words go, the figures stay
    trend = await office.ask("CP visits overdue trend")
    assert trend.text.startswith(f"CP visits overdue, Sun 8 Nov 2026: s{SENT_AS[1:]}\n")
    assert "Sent as" not in (await office.ask("trend of CP visits overdue in South")).text


async def test_a_rate_of_a_closed_week_too(office: Office) -> None:
    load(office.home, second(), SECOND)
    trend = await office.ask("trend of initial conferences in time")
    assert (
        "Initial CP conferences in time, the week Mon 2 Nov to Sun 8 Nov 2026: sent as 100% of 1 on Mon 9 Nov 2026; "
        "0% of 1 as now recorded."
    ) in trend.text
