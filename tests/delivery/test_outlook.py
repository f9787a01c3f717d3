"""What will be sent to whom in the next fortnight, across a clock change, with wishes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from delivery_people import authority, with_chats

from bot.settings import Settings
from bot.store import Store, Subscription
from schedules.outlook import outlook

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("today", "days", "first", "second"),
    [
        (
            "2026-03-23T09:00",
            16,
            "Mon 30 Mar 08:30 BST",
            "Tue 07 Apr 08:30 BST",
        ),  # clocks forward, Easter Monday
        ("2026-10-19T08:30", 14, "Mon 19 Oct 08:30 BST", "Mon 26 Oct 08:30 GMT"),  # clocks back
    ],
)
async def test_the_next_days_name_every_post_and_everybody_who_gets_it(
    store: Store, tmp_path: Path, today: str, days: int, first: str, second: str
) -> None:
    directory, now = authority(), datetime.fromisoformat(today).replace(tzinfo=LONDON)
    await with_chats(store, directory, now)
    for wish in (
        Subscription("T2", "briefing", "", {"on": "wednesday", "at": "09:15"}, True, None, "U-T2", now),
        Subscription("U-T1", "briefing", "", {}, False, None, "U-T1", now),
    ):
        await store.subscriptions.set(wish)
    coming = await outlook(Settings(home=tmp_path), store, directory, now, days)
    printed = [(f"{c.at:%a %d %b %H:%M %Z}", c.due.key, [r.id for r in c.recipients]) for c in coming]
    expected = []
    for when in (first, second):
        expected += [
            (when, "briefing:ALL", []),
            (when, "briefing:S1", ["U-S1"]),
            (when, "briefing:T1", ["19:t1"]),
            (when, "briefing:T3", ["U-T3"]),
        ]
    assert [each for each in printed if each[1] != "briefing:T2"] == expected
    assert [each[0][:3] + each[0][10:16] for each in printed if each[1] == "briefing:T2"] == ["Wed 09:15"] * 2
    assert await store.briefings.list() == []
