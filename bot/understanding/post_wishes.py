"""What is said about the scheduled posts themselves: another time, a pause, an end, a new start.

Only sentences that can mean nothing else are read here; whatever is left is a question for the reader. Pure
string work: a wish in words is a `PostWish`, with the day of a pause worked out from the day it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.understanding.text import clean

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
DAYS = (*WORKDAYS, "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip


PostKind = Literal["briefing", "meeting", "nudge", "month_end", "quarter_end"]
"""Which post: "meeting" is the reminder before the unit's own weekly meeting."""


@dataclass(frozen=True)
class PostWish:
    """what: "at" a weekday and time, "pause" until a day, "stop", "start"; "unsure" = a wish with a day, time
    or end that cannot be read.
    whose: the words for whose posts ("me", "us", "cswt 1"), or "".
    bare: nothing but "start again", which also means "forget what we were talking about".
    kind: "briefing" stands for all of a unit's posts where they end, begin or pause.
    """

    what: Literal["at", "pause", "stop", "start", "unsure"]
    whose: str = ""
    day: str = ""
    time: str = ""
    until: date | None = None
    bare: bool = False
    kind: PostKind = "briefing"


_POLITE = r"(?:(?:please|can you|could you|would you|hey|hi|bot|perfbot|from now on|i want you to)[, ]+)*"
_NAME = r"(?!(?:the|our|my|these|your|any|all)\b)[a-z][a-z0-9 .&'-]{0,60}?"
_WHOSE = rf"(?P<whose>me|us|my team|our team|the team|this channel|everyone here|{_NAME})"
_ME = r"(?P<whose>me|us)"
_FOR = r"(?P<whom>me|us|this channel|.{1,60}?)"
_POST = r"(?:(?:the|our|my|these|your|those|any|all) )*(?:weekly |monday |scheduled |regular )*"
_THING = r"(?:briefings?|briefing posts?|posts?|messages?|updates?|reminders?|digests?|summary)"
_DAY = rf"(?P<each>on |every |each )*(?P<day>{'|'.join(DAYS)})(?P<s>s)?(?: mornings?| afternoons?)?"
_TIME = r"at (?P<time>[0-9][0-9:. ]*(?:am|pm|o'clock)?|noon|midday)"
_AFTER = re.sub(r"\?P<(\w+)>", r"?P<\g<1>2>", f"{_TIME},? {_DAY}")
_WHEN = rf"(?:{_DAY}(?:,? {_TIME})?|{_AFTER})"
_BRIEFING = r"(?:briefings?|briefing posts?|posts?)"
_END = r"(?: (?:please|thanks|thank you))?"

_AT = tuple(
    re.compile(_POLITE + pattern + _END)
    for pattern in (
        rf"(?:send|give|post|deliver)(?: {_WHOSE})? {_POST}{_BRIEFING}(?: to (?P<to>me|us|this channel))?,? {_WHEN}",
        rf"(?:i|we)(?: would|'d)? (?:want|like|need) (?P<whose>our|my|the) (?:weekly |monday )*{_BRIEFING},? {_WHEN}",
        rf"(?:move|change|set|shift) (?:(?P<whose>our|my|the) )?(?:weekly |monday )*{_BRIEFING} to {_WHEN}",
    )
)
_UNTIL = r"(?:until|till|til) (?P<until>.+?)"
_PAUSE = tuple(
    re.compile(_POLITE + pattern + _END)
    for pattern in (
        rf"(?:pause|hold|suspend|snooze)(?: {_ME})?(?: {_POST}{_THING})?(?: for {_FOR})? {_UNTIL}",
        rf"(?:pause|suspend|snooze)(?: {_POST}{_THING})?(?: for {_FOR})?",
        rf"no (?:more )?{_THING}(?: for {_FOR})? {_UNTIL}",
        rf"(?:do not|don't|dont) (?:send|post)(?: {_ME})? {_POST}{_THING} {_UNTIL}",
    )
)
_STOP = tuple(
    re.compile(_POLITE + pattern + _END)
    for pattern in (
        rf"unsubscribe(?: (?P<whose>me|us|this channel|our team|my team))?(?: from {_POST}{_THING})?",
        r"unsubscribe (?P<whose>(?!from\b)[a-z].{0,60}?)",
        r"opt (?P<whose>me |us )?out",
        r"(?:stop|end|cancel|turn off|switch off) "
        rf"(?:(?:sending|posting|messaging|giving)(?: {_ME})? ?)?{_POST}{_THING}(?: (?:for|to) {_FOR})?",
        r"stop (?:messaging|briefing|sending|posting (?:to|in))(?: (?P<whose>me|us|this channel))?"
        r"(?: these| this)?",
        rf"no more {_THING}(?: for {_FOR})?",
        rf"(?:do not|don't|dont) (?:send|post)(?: {_ME})? {_POST}{_THING}(?: any ?more)?",
    )
)
_START = tuple(
    re.compile(_POLITE + pattern + _END)
    for pattern in (
        rf"(?:re-?)?subscribe(?: (?P<whose>me|us|this channel|our team|my team))?(?: again)?(?: to {_POST}{_THING})?",
        rf"(?:start|resume|restart|unpause|begin)(?: (?:sending|posting)(?: {_ME})?)? {_POST}{_THING}"
        rf"(?: (?:for|to) {_FOR})?(?: again)?",
        r"(?:resume|unpause)",
        rf"start sending(?: {_ME})? again",
    )
)
_AGAIN = re.compile(_POLITE + r"start again" + _END)


def read_post_wish(said: str, today: date) -> PostWish | None:
    """The wish that a message is, or None for any other message.

    today: the day on which it is said, in the timetable's zone.
    """
    text = " ".join(clean(said).casefold().strip(" .!?").split())
    if len(text) > 160:
        return None
    if _AGAIN.fullmatch(text):
        return PostWish("start", bare=True)
    for pattern in _AT:
        if (found := pattern.fullmatch(text)) and _is_for_every_week(groups := found.groupdict()):
            return _at(groups)
    for pattern in _PAUSE:
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            until = day_named(groups.get("until") or "", today)
            return PostWish("pause" if until else "unsure", _whose(groups), until=until)
    for pattern in _STOP:
        if found := pattern.fullmatch(text):
            return PostWish("stop", _whose(found.groupdict()))
    for pattern in _START:
        if found := pattern.fullmatch(text):
            return PostWish("start", _whose(found.groupdict()))
    return None


def _is_for_every_week(groups: dict[str, str | None]) -> bool:
    """ "on Tuesdays", "every Tuesday", "Tuesday at 9": not "the briefing on Tuesday", which may be a question."""
    every = {groups.get("each"), groups.get("each2")} & {"every ", "each "}
    return bool(every or any(groups.get(name) for name in ("s", "s2", "time", "time2")))


def _at(groups: dict[str, str | None]) -> PostWish:
    day = groups.get("day") or groups.get("day2") or ""
    spoken = groups.get("time") or groups.get("time2")
    at = clock_time(spoken) if spoken else ""
    if day not in WORKDAYS or at is None:
        return PostWish("unsure", _whose(groups))
    return PostWish("at", _whose(groups), day, at)


def _whose(groups: dict[str, str | None]) -> str:
    return (groups.get("whose") or groups.get("whom") or groups.get("to") or "").strip()


def clock_time(words: str) -> str | None:
    """ "9", "9.15", "2pm", "noon" -> "09:00", "09:15", "14:00", "12:00"; None for no time of the working day's
    clock."""
    if words in ("noon", "midday"):
        return "12:00"
    found = re.fullmatch(r"(\d{1,2})(?:[:. ](\d{2}))? ?(am|pm|o'clock)?", words.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59:
        return None
    return f"{hour:02d}:{minute:02d}"


def day_named(words: str, today: date) -> date | None:
    """The day after `today` that the words name, or None: "monday", "tomorrow", "next week", "23 november",
    "2026-11-23", "23/11"."""
    words = re.sub(r"^(?:the|on|next|this) ", "", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", words.strip()))
    if words in DAYS:
        return today + timedelta(days=(DAYS.index(words) - today.weekday() - 1) % 7 + 1)
    if words == "tomorrow":
        return today + timedelta(days=1)
    if words == "week":
        return today + timedelta(days=7 - today.weekday())
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
        day = _date(int(found[1]), int(found[2]), int(found[3]))
    elif found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}))?", words):
        day = _next(today, int(found[1]), int(found[2]), found[3])
    elif found := re.fullmatch(rf"(\d{{1,2}}) (?:of )?({'|'.join(MONTHS)})(?: (\d{{4}}))?", words):
        day = _next(today, int(found[1]), MONTHS.index(found[2]) + 1, found[3])
    else:
        return None
    return day if day is not None and day > today else None


def _next(today: date, day: int, month: int, year: str | None) -> date | None:
    if year:
        return _date(int(year), month, day)
    this = _date(today.year, month, day)
    return this if this is None or this > today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
