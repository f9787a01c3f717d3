"""What units and people asked for in chat, on top of the timetable's file.

A wish is a row of bot.store.subscriptions: owner a unit or a person, kind "briefing" or "meeting", wanted
`{"on": "tuesday", "at": "09:00"}`, active False = stopped, paused_until = nothing that falls due before then.
A unit's wish moves or ends its posts; a person's wish ends or pauses what that person is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from typing import Any

from bot.store import Subscription
from kpi_engine.errors import InputError
from schedules.timetable import WEEKDAYS, Due, Slot, Timetable, Weekly

BRIEFING, MEETING = "briefing", "meeting"
LATE_HOURS = 3
"""A briefing at a time of the unit's own goes out late for so long, at most until the end of the day."""


def with_wishes(table: Timetable, wishes: Iterable[Subscription]) -> Timetable:
    """The timetable as the units want it. A wish that cannot be followed changes nothing."""
    own, meetings, paused = dict(table.own), dict(table.meetings), dict(table.paused)
    for wish in wishes:
        if wish.owner not in table.units or wish.kind not in (BRIEFING, MEETING):
            continue
        if wish.paused_until is not None:
            paused[wish.owner] = max(wish.paused_until, paused.get(wish.owner, wish.paused_until))
        slot = _slot(wish.wanted)
        if wish.kind == BRIEFING:
            if not wish.active:
                own[wish.owner] = None
            elif slot is not None:
                own[wish.owner] = Weekly(slot, _late(slot.at))
        elif not wish.active:
            meetings.pop(wish.owner, None)
        elif slot is not None and table.can_remind_of(slot):
            meetings[wish.owner] = slot
    return replace(table, own=own, meetings=meetings, paused=paused)


def is_wanted(due: Due, person_id: str | None, wishes: Iterable[Subscription]) -> bool:
    """Whether the person (None: a channel) has neither stopped nor paused what falls due then."""
    return not any(
        wish.owner == person_id
        and wish.kind == BRIEFING
        and (not wish.active or (wish.paused_until is not None and due.at < wish.paused_until))
        for wish in wishes
    )


def _slot(wanted: Any) -> Slot | None:
    """The wanted day and time; None for none, and for one that cannot be."""
    try:
        hour, minute = str(wanted["at"]).split(":")
        return Slot(WEEKDAYS.index(str(wanted["on"]).lower()), time(int(hour), int(minute)))
    except (KeyError, TypeError, ValueError, InputError):
        return None


def _late(at: time) -> time:
    return time(at.hour + LATE_HOURS, at.minute) if at.hour + LATE_HOURS < 24 else time(23, 59, 59)
