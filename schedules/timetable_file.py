"""timetable.yaml: read, checked, every fault one sentence that names file and line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.follows import COLOURS, VALUES, Follow
from kpi_engine.errors import InputError
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, UnitKind, UnitRef
from schedules.timetable import NUDGED, WEEKDAYS, Closing, Hours, Slot, Timetable, Weekly

SHIPPED = Path(__file__).with_name("timetable.yaml")
FILE_NAME = "timetable.yaml"
LONDON = ZoneInfo("Europe/London")

_TOP = ("zone", "closure_days", "data", "posts", "units", "people")
_POSTS = ("briefing", "reminder", "nudge", "month_end", "quarter_end", "alert")
_WEEKLY = ("every", "on", "at", "late_until")
_CLOSING = ("at", "late_until")
_REMINDER = ("minutes_before_meeting",)
_UNIT = ("channel", "meeting", "briefing", "nudge", "month_end", "quarter_end")
_MEETING = ("on", "at")
_DATA = ("stale_after_days",)
_ALERT = ("from", "until")
_PERSON = ("follow",)
_FOLLOWED = ("measure", "unit", "when", *VALUES)


def read_timetable(
    units: Sequence[str],
    home: Path | None = None,
    *,
    zone: ZoneInfo = LONDON,
    closed: Iterable[date] = (),
) -> Timetable:
    """The shipped timetable for these units, with what `home`/timetable.yaml says on top of it.

    zone, closed: the settings PERFBOT_TIMEZONE and PERFBOT_OFFICE_CLOSED; the file may set another zone and
    add closure days.

    Raises InputError, one sentence naming file and line; an entry of any other unit is a fault.
    """
    entries = _entries(SHIPPED)
    own = home / FILE_NAME if home else None
    if own and own.exists():
        entries = _on_top(entries, _entries(own))
    return _build(entries, units, zone, closed)


@dataclass(frozen=True)
class _Entry:
    """A piece of the file: a mapping of entries, a list of entries or a scalar, and where it stands."""

    value: Any
    file: str
    line: int

    def fault(self, sentence: str) -> InputError:
        return InputError(f"{self.file}, line {self.line}: {sentence}")

    def parts(self, *allowed: str) -> dict[str, _Entry]:
        """The mapping's entries; raises for anything that is no mapping or has a name it may not have."""
        if self.value == "":
            return {}
        if not isinstance(self.value, dict):
            raise self.fault("name: value pairs were expected here.")
        for name, entry in self.value.items():
            if allowed and name not in allowed:
                raise entry.fault(f"{name!r} is not known here; it can be {', '.join(allowed)}.")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault("one word or text was expected here.")
        return self.value.strip()


def _entries(path: Path) -> _Entry:
    """The file as entries with their lines."""
    name = path.name
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{name}, line {line}: this is not YAML ({error.problem}).") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise InputError(f"{name} cannot be read: it is not UTF-8 text without control characters.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from None
    return _entry(node, name) if node is not None else _Entry({}, name, 1)


def _entry(node: yaml.Node, file: str) -> _Entry:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        found: dict[str, _Entry] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(f"{file}, line {key.start_mark.line + 1}: a name was expected here.")
            if key.value in found:
                raise InputError(f"{file}, line {key.start_mark.line + 1}: {key.value!r} is set twice.")
            found[key.value] = _entry(value, file)
        return _Entry(found, file, line)
    if isinstance(node, yaml.SequenceNode):
        return _Entry([_entry(item, file) for item in node.value], file, line)
    return _Entry(node.value, file, line)


def _on_top(below: _Entry, above: _Entry) -> _Entry:
    """Mappings are joined name by name; anything else is replaced."""
    if not (isinstance(below.value, dict) and isinstance(above.value, dict)):
        return above
    joined = dict(below.value)
    for name, entry in above.value.items():
        joined[name] = _on_top(joined[name], entry) if name in joined else entry
    return _Entry(joined, above.file, above.line)


def _build(root: _Entry, units: Sequence[str], zone: ZoneInfo, closed: Iterable[date]) -> Timetable:
    top = root.parts(*_TOP)
    posts = top["posts"].parts(*_POSTS)
    general = _weekly(posts["briefing"], None)
    minutes = _whole_number(posts["reminder"].parts(*_REMINDER)["minutes_before_meeting"], 1, 24 * 60)
    meetings: dict[str, Slot] = {}
    own: dict[str, Weekly | None] = {}
    channels: dict[str, str] = {}
    others: dict[tuple[str, str], Weekly | Closing | None] = {}
    for unit_id, entry in top["units"].parts().items():
        parts = entry.parts(*_UNIT)
        if unit_id not in units:
            raise entry.fault(f"the extract has no unit {unit_id!r}.")
        if "meeting" in parts:
            meetings[unit_id] = _slot(parts["meeting"].parts(*_MEETING), parts["meeting"], None)
            _check_reminder(parts["meeting"], unit_id, meetings[unit_id], minutes, general)
        if "briefing" in parts:
            off = parts["briefing"].value in ("off", "no", "false")
            own[unit_id] = None if off else _weekly(parts["briefing"], general)
        for post in ("nudge", "month_end", "quarter_end"):
            if post in parts:
                others[post, unit_id] = _other(post, unit_id, parts[post], posts)
        if "channel" in parts:
            channel = parts["channel"].text()
            if channel in channels.values():
                other = next(unit for unit, taken in channels.items() if taken == channel)
                raise parts["channel"].fault(
                    f"{unit_id} has the same channel as {other}; a channel has one unit."
                )
            channels[unit_id] = channel
    return Timetable(
        zone=_zone(top["zone"]) if "zone" in top else zone,
        briefing=general,
        minutes_before_meeting=minutes,
        nudge=_weekly(posts["nudge"], None) if _is_on(posts, "nudge") else None,
        month_end=_closing(posts["month_end"]) if _is_on(posts, "month_end") else None,
        quarter_end=_closing(posts["quarter_end"]) if _is_on(posts, "quarter_end") else None,
        units=tuple(units),
        stale_after_days=_whole_number(top["data"].parts(*_DATA)["stale_after_days"], 1, 3650),
        meetings=meetings,
        own=own,
        others=others,
        channels=channels,
        alerts=_hours(posts["alert"]),
        follows={
            person: tuple(_follows(entry.parts(*_PERSON).get("follow"), units))
            for person, entry in top["people"].parts().items()
        },
        closed=frozenset([*closed, *(_days(top["closure_days"]) if "closure_days" in top else ())]),
    )


def _weekly(entry: _Entry, default: Weekly | None) -> Weekly:
    parts = entry.parts(*_WEEKLY)
    if "every" in parts and parts["every"].value != "week":
        raise parts["every"].fault("a briefing is for every week.")
    slot = _slot(parts, entry, default.slot if default else None)
    if "late_until" in parts:
        late = _time(parts["late_until"])
    elif default and default.late_until > slot.at:
        late = default.late_until
    else:
        raise entry.fault("late_until is missing: until when may a late one still go out?")
    try:
        return Weekly(slot, late)
    except InputError as error:
        raise entry.fault(str(error)) from None


def _other(post: str, unit_id: str, entry: _Entry, posts: dict[str, _Entry]) -> Weekly | Closing | None:
    """A unit's own time for a post beside the briefing; None: it has none."""
    if post == "quarter_end" and unit_id != ALL:
        raise entry.fault(f"the quarterly summary is for the whole authority ({ALL}) alone.")
    if entry.value in ("off", "no", "false"):
        return None
    if post == "nudge":
        return _weekly(entry, _weekly(posts["nudge"], None) if _is_on(posts, "nudge") else NUDGED)
    return _closing(entry)


def _is_on(posts: dict[str, _Entry], name: str) -> bool:
    return name in posts and posts[name].value not in ("off", "no", "false")


def _closing(entry: _Entry) -> Closing:
    parts = entry.parts(*_CLOSING)
    for name in _CLOSING:
        if name not in parts:
            raise entry.fault(f"{name!r} is missing.")
    try:
        return Closing(_time(parts["at"]), _time(parts["late_until"]))
    except InputError as error:
        if str(error).startswith(entry.file):
            raise
        raise entry.fault(str(error)) from None


def _hours(entry: _Entry) -> Hours:
    parts = entry.parts(*_ALERT)
    for name in _ALERT:
        if name not in parts:
            raise entry.fault(f"{name!r} is missing.")
    try:
        return Hours(_time(parts["from"]), _time(parts["until"]))
    except InputError as error:
        if str(error).startswith(entry.file):
            raise
        raise entry.fault(str(error)) from None


def _follows(entry: _Entry | None, units: Sequence[str]) -> Iterator[Follow]:
    """What one person follows by the file: a measure of a unit, when it turns a colour or passes a value."""
    if entry is None or entry.value == "":
        return
    if not isinstance(entry.value, list):
        raise entry.fault("a list was expected here: - {measure: cp_visits_overdue, unit: T11}.")
    for item in entry.value:
        parts = item.parts(*_FOLLOWED)
        for name in ("measure", "unit"):
            if name not in parts:
                raise item.fault(f"{name!r} is missing.")
        measure, unit_id = parts["measure"].text(), parts["unit"].text()
        if measure not in CATALOGUE:
            raise parts["measure"].fault(f"there is no measure {measure!r}; perfbot measures lists them.")
        if unit_id not in units:
            raise parts["unit"].fault(f"the extract has no unit {unit_id!r}.")
        said = [name for name in ("when", *VALUES) if name in parts]
        if len(said) > 1:
            raise item.fault(f"only one of {' and '.join(said)} can be said.")
        kind: UnitKind = "authority" if unit_id == ALL else "team"
        unit = UnitRef(kind, unit_id)
        if not said or said == ["when"]:
            when = parts["when"].text() if said else "red"
            if when not in COLOURS:
                raise parts["when"].fault(f"{when!r} is not one of {', '.join(COLOURS)}.")
            yield Follow(measure, unit, when)
        else:
            yield Follow(measure, unit, said[0], _number(parts[said[0]]))


def _number(entry: _Entry) -> float:
    try:
        found = float(entry.text().removesuffix("%"))
    except ValueError:
        raise entry.fault(f"{entry.value!r} is not a number.") from None
    if not math.isfinite(found):
        raise entry.fault(f"{entry.value!r} is not a number.")
    return found


def _slot(parts: dict[str, _Entry], entry: _Entry, default: Slot | None) -> Slot:
    for name in _MEETING:
        if name not in parts and default is None:
            raise entry.fault(f"{name!r} is missing.")
    if "on" in parts:
        weekday = parts["on"].text().lower()
        if weekday not in WEEKDAYS:
            raise parts["on"].fault(f"{weekday!r} is not a day from Monday to Friday.")
        number = WEEKDAYS.index(weekday)
    else:
        assert default is not None
        number = default.weekday
    at = _time(parts["at"]) if "at" in parts else default.at if default else time()
    try:
        return Slot(number, at)
    except InputError as error:
        raise parts.get("at", entry).fault(str(error)) from None


def _check_reminder(entry: _Entry, unit_id: str, meeting: Slot, minutes: int, general: Weekly) -> None:
    """A meeting whose reminder would fall on the day before, or into the forbidden hour."""
    try:
        Timetable(ZoneInfo("UTC"), general, minutes, meetings={unit_id: meeting})
    except InputError as error:
        raise entry.fault(str(error)) from None


def _zone(entry: _Entry) -> ZoneInfo:
    name = entry.text()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise entry.fault(f"{name!r} is not a time zone; Europe/London is one.") from None


def _time(entry: _Entry) -> time:
    hours, _, minutes = entry.text().partition(":")
    try:
        if len(hours) > 2 or len(minutes) != 2:
            raise ValueError
        return time(int(hours), int(minutes))
    except ValueError:
        raise entry.fault(f"{entry.value!r} is not a time; write 08:30.") from None


def _whole_number(entry: _Entry, least: int, most: int) -> int:
    try:
        number = int(entry.text())
    except ValueError:
        raise entry.fault(f"{entry.value!r} is not a whole number.") from None
    if not least <= number <= most:
        raise entry.fault(f"{number} is not from {least} to {most}.")
    return number


def _days(entry: _Entry) -> Iterator[date]:
    if entry.value == "":
        return
    if not isinstance(entry.value, list):
        raise entry.fault("a list of dates was expected here: [2026-12-29, 2026-12-30].")
    for item in entry.value:
        try:
            yield date.fromisoformat(item.text())
        except ValueError:
            raise item.fault(f"{item.value!r} is not a date; write 2026-12-29.") from None
