"""What goes out when. Pure: times in, due posts out; nothing here reads a clock, a file or a database.

A post falls due at a time on the wall, on a working day, once a week. Each carries the period it speaks for
(the ISO week), so that a restart, a second replica or a changed time cannot make a second one: the period is
the key, not the moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.follows import Follow
from kpi_engine import working_days
from kpi_engine.errors import InputError
from kpi_engine.question import ALL

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
BRIEFING, REMINDER = "briefing", "reminder"
NUDGE, MONTH_END, QUARTER_END = "nudge", "month_end", "quarter_end"


def in_forbidden_hour(at: time) -> bool:
    return time(1) <= at <= time(2)


def check_hour(at: time) -> None:
    """Raises InputError for 01:00 to 02:00, the hour that the clock changes repeat and leave out."""
    if in_forbidden_hour(at):
        raise InputError(
            f"{at:%H:%M} cannot be used: 01:00 to 02:00 happens twice or not at all on two Sundays."
        )


@dataclass(frozen=True)
class Slot:
    """A weekday (Monday = 0 to Friday = 4) and a time on the wall."""

    weekday: int
    at: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < len(WEEKDAYS):
            raise InputError("The day must be Monday to Friday.")
        check_hour(self.at)

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday].title()} {self.at:%H:%M}"


@dataclass(frozen=True)
class Weekly:
    """A weekly post: when, and until what time of the same day a late one still goes out."""

    slot: Slot
    late_until: time

    def __post_init__(self) -> None:
        if self.late_until <= self.slot.at:
            raise InputError(
                f"late_until ({self.late_until:%H:%M}) must be later than the post ({self.slot.at:%H:%M})."
            )


@dataclass(frozen=True)
class Closing:
    """A post of a month's or quarter's last working day: when, and until what time a late one still goes out."""

    at: time
    late_until: time

    def __post_init__(self) -> None:
        check_hour(self.at)
        if self.late_until <= self.at:
            raise InputError(
                f"late_until ({self.late_until:%H:%M}) must be later than the post ({self.at:%H:%M})."
            )


@dataclass(frozen=True)
class Hours:
    """From when until when, on working days, alerts may go out; one that is noticed outside waits for them."""

    begin: time
    end: time

    def __post_init__(self) -> None:
        check_hour(self.begin)
        check_hour(self.end)
        if self.end <= self.begin:
            raise InputError(f"until ({self.end:%H:%M}) must be later than from ({self.begin:%H:%M}).")


NUDGED = Weekly(Slot(2, time(14)), time(17))
CLOSED = Closing(time(9), time(17))
"""When these go out where they are asked for without a time."""


@dataclass(frozen=True, order=True)
class Due:
    """One post of one unit for one period.

    at, until: aware, UTC; the post goes out from `at` on and is missed from `until` on.
    post: one of the five.  period: ISO week "2026-W47", month "2026-11" or quarter "2026-Q4".
    """

    at: datetime
    unit_id: str
    post: str
    period: str
    until: datetime

    @property
    def key(self) -> str:
        """The briefing's name in the record of deliveries; with recipient and period it is unique."""
        return f"{self.post}:{self.unit_id}"


@dataclass(frozen=True)
class Timetable:
    """Everything that decides what is due.

    nudge, month_end, quarter_end: None = no such post; quarter_end is the authority's alone.
    units: whose posts, by id.  meetings, own: by unit id; own None = that unit has no weekly briefing.
    others: by post (nudge, month_end, quarter_end) and unit id, a time of the unit's own; None = not for it.
    channels: unit id -> the id of the unit's channel.  closed: days the offices are closed.
    stale_after_days: data whose as-at date is longer ago makes no briefing.
    paused: unit id -> nothing that falls due before then is sent.
    alerts: when people are told of what they follow.  follows: what the file has people follow, by user id.
    """

    zone: ZoneInfo
    briefing: Weekly
    minutes_before_meeting: int
    nudge: Weekly | None = None
    month_end: Closing | None = None
    quarter_end: Closing | None = None
    units: tuple[str, ...] = ()
    stale_after_days: int = 6
    meetings: Mapping[str, Slot] = field(default_factory=dict)
    own: Mapping[str, Weekly | None] = field(default_factory=dict)
    others: Mapping[tuple[str, str], Weekly | Closing | None] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    closed: frozenset[date] = frozenset()
    paused: Mapping[str, datetime] = field(default_factory=dict)
    alerts: Hours = Hours(time(8), time(18))
    follows: Mapping[str, tuple[Follow, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for unit_id, meeting in self.meetings.items():
            if not self._same_day(meeting.at):
                raise InputError(
                    f"The meeting of {unit_id} at {meeting.at:%H:%M} is too early for its reminder."
                )
            check_hour(self._before(meeting.at))

    def covering(self, units: Sequence[str]) -> Timetable:
        """The same timetable for the units of a newer extract."""
        return replace(self, units=tuple(units))

    def due_between(self, start: datetime, end: datetime) -> list[Due]:
        """The posts with start <= at < end (aware), in order of time, then unit."""
        first = start.astimezone(self.zone).date()
        last = end.astimezone(self.zone).date()
        monday = first - timedelta(days=first.weekday())
        found = []
        while monday <= last:
            for unit_id in self.units:
                awake = max(start, self.paused.get(unit_id, start))
                found += [due for due in self._week(unit_id, monday) if awake <= due.at < end]
            monday += timedelta(days=7)
        month = first.replace(day=1)
        while month <= last:
            found += [
                due for due in self._closing(month)
                if max(start, self.paused.get(due.unit_id, start)) <= due.at < end
            ]  # fmt: skip
            month = _next_month(month)
        return sorted(found)

    def next_days(self, now: datetime, days: int = 14) -> list[Due]:
        """What goes out from `now` (aware) in so many days of the calendar."""
        return self.due_between(now, self.days_on(now, days))

    def days_on(self, now: datetime, days: int) -> datetime:
        """The same time on the wall, so many days of the calendar after `now` (aware)."""
        local = now.astimezone(self.zone)
        return datetime.combine(local + timedelta(days=days), local.time(), self.zone)

    def stale(self, as_at: date, now: datetime) -> str | None:
        """Why no briefing may be made from data of that date at that moment, or None."""
        age = (now.astimezone(self.zone).date() - as_at).days
        if age <= self.stale_after_days:
            return None
        return (
            f"The newest data is as at {as_at:%d %B %Y}, {age} days ago; "
            f"a briefing is made from data of at most {self.stale_after_days} days."
        )

    def can_remind_of(self, meeting: Slot) -> bool:
        """Whether the reminder of such a meeting falls on its day and outside the forbidden hour."""
        return self._same_day(meeting.at) and not in_forbidden_hour(self._before(meeting.at))

    def may_alert(self, now: datetime) -> bool:
        """Whether people may be told at this moment of what they follow."""
        local = now.astimezone(self.zone)
        open_ = self.is_working(local.date()) and self.alerts.begin <= local.time() < self.alerts.end
        return open_ and not in_forbidden_hour(local.time())

    def is_working(self, on: date) -> bool:
        """Whether the offices are open that day."""
        return working_days.is_working(on) and on not in self.closed

    def _week(self, unit_id: str, monday: date) -> list[Due]:
        """The unit's posts in the week that begins on that Monday."""
        found = []
        weekly = self.own.get(unit_id, self.briefing)
        if weekly and (day := self._working_day(monday, weekly.slot.weekday)):
            found.append(self._due(BRIEFING, unit_id, day, weekly.slot.at, weekly.late_until))
        nudge = self.others.get((NUDGE, unit_id), self.nudge)
        if isinstance(nudge, Weekly) and weekly and (day := self._working_day(monday, nudge.slot.weekday)):
            found.append(self._due(NUDGE, unit_id, day, nudge.slot.at, nudge.late_until))
        meeting = self.meetings.get(unit_id)
        if meeting and (day := self._working_day(monday, meeting.weekday)):
            reminder = self._due(REMINDER, unit_id, day, self._before(meeting.at), meeting.at)
            if reminder.at not in [due.at for due in found]:  # the briefing itself is the reminder then
                found.append(reminder)
        return found

    def _closing(self, month: date) -> list[Due]:
        """The posts of the last working day of the month that begins on that day."""
        days = [_next_month(month) - timedelta(days=n) for n in range(1, 29)]
        day = next((day for day in days if self.is_working(day)), None)
        if day is None:
            return []
        posts = [(MONTH_END, f"{month:%Y-%m}", self.month_end, self.units)]
        if month.month % 3 == 0:
            whole = tuple(unit for unit in self.units if unit == ALL)
            posts.append((QUARTER_END, f"{month.year}-Q{month.month // 3}", self.quarter_end, whole))
        return [
            Due(self._instant(day, closing.at), unit_id, post, period, self._instant(day, closing.late_until))
            for post, period, usual, units in posts
            for unit_id in units
            if isinstance(closing := self.others.get((post, unit_id), usual), Closing)
            and self.own.get(unit_id, self.briefing) is not None  # who has the posts stopped has these too
        ]

    def _due(self, post: str, unit_id: str, day: date, at: time, until: time) -> Due:
        year, week, _ = day.isocalendar()
        return Due(self._instant(day, at), unit_id, post, f"{year}-W{week:02d}", self._instant(day, until))

    def _same_day(self, meeting: time) -> bool:
        return meeting.hour * 60 + meeting.minute >= self.minutes_before_meeting

    def _before(self, meeting: time) -> time:
        minutes = meeting.hour * 60 + meeting.minute - self.minutes_before_meeting
        return time(minutes // 60, minutes % 60)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def _working_day(self, monday: date, weekday: int) -> date | None:
        """That weekday if the offices are open, else the next open day of the week, else the one before."""
        week = [monday + timedelta(days=n) for n in range(5)]
        return next((d for d in [*week[weekday:], *reversed(week[:weekday])] if self.is_working(d)), None)


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
