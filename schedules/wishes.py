"""What units and people asked for in chat, on top of the timetable's file.

A wish is a row of bot.store.subscriptions: owner a unit or a person, kind "briefing", "meeting", "nudge",
"month_end" or "quarter_end", wanted `{"on": "tuesday", "at": "09:00"}`, active False = stopped, paused_until =
nothing that falls due before then. A unit's wish moves or ends its posts; a person's wish ends or pauses what
that person is sent, or gives the briefing of the person's own unit a day and time of the person's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from bot.store import Subscription
from bot.turn import PERSONAL
from kpi_engine.errors import InputError
from kpi_engine.question import ALL
from schedules.briefings import Directory, Recipient
from schedules.timetable import (
    CLOSED,
    MONTH_END,
    NUDGE,
    NUDGED,
    QUARTER_END,
    REMINDER,
    WEEKDAYS,
    Closing,
    Due,
    Slot,
    Timetable,
    Weekly,
)

BRIEFING, MEETING = "briefing", "meeting"
OTHERS = (NUDGE, MONTH_END, QUARTER_END)
Posts = list[tuple[Due, tuple[Recipient, ...]]]
LATE_HOURS = 3
"""A briefing at a time of the unit's own goes out late for so long, at most until the end of the day."""


def with_wishes(table: Timetable, wishes: Iterable[Subscription]) -> Timetable:
    """The timetable as the units want it. A wish that cannot be followed changes nothing."""
    own, meetings, paused = dict(table.own), dict(table.meetings), dict(table.paused)
    others = dict(table.others)
    for wish in wishes:
        if wish.owner not in table.units:
            continue
        if wish.kind in OTHERS:
            others[wish.kind, wish.owner] = _other(table, wish)
            continue
        if wish.kind not in (BRIEFING, MEETING):
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
    return replace(table, own=own, meetings=meetings, paused=paused, others=others)


def _other(table: Timetable, wish: Subscription) -> Weekly | Closing | None:
    """When the unit wants that post; None for not at all."""
    if not wish.active:
        return None
    if wish.kind == NUDGE:
        usual = table.others.get((NUDGE, wish.owner)) or table.nudge or NUDGED
        assert isinstance(usual, Weekly)
        on = wish.wanted.get("on") or WEEKDAYS[usual.slot.weekday]
        slot = _slot({"on": on, "at": wish.wanted.get("at") or f"{usual.slot.at:%H:%M}"})
        return Weekly(slot, _late(slot.at)) if slot is not None else usual
    general = table.month_end if wish.kind == MONTH_END else table.quarter_end
    closing = table.others.get((wish.kind, wish.owner)) or general or CLOSED
    assert isinstance(closing, Closing)
    at = _slot({"on": WEEKDAYS[0], "at": wish.wanted.get("at") or f"{closing.at:%H:%M}"})
    return Closing(at.at, _late(at.at)) if at is not None else closing


def posts_between(
    table: Timetable,
    who: Mapping[str, Sequence[Recipient]],
    wishes: Sequence[Subscription],
    directory: Directory,
    start: datetime,
    end: datetime,
) -> Posts:
    """What falls due with start <= at < end and who gets it, in order; `table` is the one with_wishes gave.

    Somebody with a time of their own gets the briefing then and not with their unit, whether or not the unit
    has it stopped: it is the same briefing of the same week, so that changing the time never makes a second.
    """
    own = _own_times(wishes, directory)
    whole = _whole(directory)
    found: Posts = []
    for due in table.due_between(start, end):
        recipients = [
            each
            for each in who.get(due.unit_id, ())
            if is_wanted(due, each.person_id, wishes) and not (due.post == BRIEFING and each.person_id in own)
        ]
        if recipients or due.unit_id != whole:
            found.append((due, tuple(recipients)))
    for person_id, (unit_id, weekly) in sorted(own.items()):
        alone = replace(
            table, units=(unit_id,), own={unit_id: weekly}, meetings={}, paused={},
            nudge=None, month_end=None, quarter_end=None, others={},
        )  # fmt: skip
        for due in alone.due_between(start, end):
            if is_wanted(due, person_id, wishes):
                found.append((due, (Recipient(person_id, PERSONAL),)))
    return sorted(found, key=lambda post: (post[0], [each.id for each in post[1]]))


def _whole(directory: Directory) -> str | None:
    """The one department that every other lies below: its posts are the authority's, so that they are only for
    who belongs to it, and nobody's otherwise."""
    tops = [unit for unit in directory.units.values() if unit.id != ALL and unit.parent_id in (None, ALL)]
    return tops[0].id if len(tops) == 1 and len(directory.units) > 2 else None


def _own_times(wishes: Iterable[Subscription], directory: Directory) -> dict[str, tuple[str, Weekly]]:
    """By person: the own unit and the wished time, for active people who wish one that can be."""
    found = {}
    for wish in wishes:
        user = directory.users.get(wish.owner)
        slot = _slot(wish.wanted)
        if wish.kind == BRIEFING and user is not None and user.active and slot is not None:
            unit_id = user.unit_id or ALL
            if unit_id in directory.units:
                found[wish.owner] = (unit_id, Weekly(slot, _late(slot.at)))
    return found


def is_wanted(due: Due, person_id: str | None, wishes: Iterable[Subscription]) -> bool:
    """Whether the person (None: a channel) has neither stopped nor paused what falls due then."""
    kinds = (BRIEFING, MEETING if due.post == REMINDER else due.post)
    return not is_quiet(person_id, wishes, due.at, kinds)


def is_quiet(
    person_id: str | None, wishes: Iterable[Subscription], at: datetime, kinds: tuple[str, ...] = (BRIEFING,)
) -> bool:
    """Whether the person has stopped what they are sent, or paused it over that moment."""
    return any(
        wish.owner == person_id
        and wish.kind in kinds
        and (not wish.active or (wish.paused_until is not None and at < wish.paused_until))
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
