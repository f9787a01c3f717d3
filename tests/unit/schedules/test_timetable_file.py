"""timetable.yaml: what it may say, and one clear sentence with the line for everything else."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kpi_engine.errors import InputError
from schedules.timetable import Slot, Timetable, Weekly
from schedules.timetable_file import read_timetable

UNITS = ("T11", "T12", "S1", "ALL")


def written(home: Path, text: str) -> Timetable:
    (home / "timetable.yaml").write_text(text, encoding="utf-8")
    return read_timetable(UNITS, home)


def test_the_shipped_timetable_is_monday_half_past_eight_in_london(tmp_path: Path) -> None:
    table = read_timetable(UNITS, tmp_path)
    assert table.zone.key == "Europe/London"
    assert table.briefing == Weekly(Slot(0, time(8, 30)), time(12))
    assert table.minutes_before_meeting == 30
    assert (table.meetings, table.own, table.channels, table.closed) == ({}, {}, {}, frozenset())


def test_zone_and_closed_days_of_the_settings_hold_and_the_file_comes_on_top(tmp_path: Path) -> None:
    settings = {"zone": ZoneInfo("Europe/Dublin"), "closed": [date(2026, 12, 30)]}
    table = read_timetable(UNITS, tmp_path, **settings)
    assert (table.zone.key, table.closed) == ("Europe/Dublin", {date(2026, 12, 30)})
    (tmp_path / "timetable.yaml").write_text("zone: Europe/Jersey\nclosure_days: [2026-12-29]")
    table = read_timetable(UNITS, tmp_path, **settings)
    assert (table.zone.key, table.closed) == ("Europe/Jersey", {date(2026, 12, 29), date(2026, 12, 30)})


def test_the_own_file_needs_to_hold_only_what_differs(tmp_path: Path) -> None:
    table = written(
        tmp_path,
        """
closure_days: [2026-12-29]
units:
  T11:
    channel: "19:one@thread.tacv2"
    meeting: {on: Tuesday, at: 9:30}
    briefing: {on: tuesday, at: "08:00"}
  T12: {briefing: off}
""",
    )
    assert table.briefing == Weekly(Slot(0, time(8, 30)), time(12))
    assert table.closed == {date(2026, 12, 29)}
    assert table.channels == {"T11": "19:one@thread.tacv2"}
    assert table.meetings == {"T11": Slot(1, time(9, 30))}
    assert table.own == {"T11": Weekly(Slot(1, time(8)), time(12)), "T12": None}
    assert table.units == UNITS


@pytest.mark.parametrize("text", ["", "units:\nclosure_days:\n", "# nothing but a comment\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    assert written(tmp_path, text) == read_timetable(UNITS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zone: Mars/Olympus", "line 1: 'Mars/Olympus' is not a time zone; Europe/London is one."),
        ("\nzone: ../etc/passwd", "line 2: '../etc/passwd' is not a time zone"),
        ("zone: ''", "line 1: one word or text was expected here."),
        ("zone: [", "line 1: this is not YAML"),
        ("posts:\n\tbriefing: 3", "line 2: this is not YAML"),
        ("zone: Europe/London\nzone: Europe/London", "line 2: 'zone' is set twice."),
        (
            "zones: Europe/London",
            "line 1: 'zones' is not known here; it can be zone, closure_days, data, posts, units, people.",
        ),
        ("posts: 3", "line 1: name: value pairs were expected here."),
        ("- 1", "line 1: name: value pairs were expected here."),
        ("posts:\n  briefing:\n    every: day", "line 3: a briefing is for every week."),
        ("posts:\n  briefing:\n    at: 25:00", "line 3: '25:00' is not a time; write 08:30."),
        ("posts:\n  briefing:\n    at: half past", "line 3: 'half past' is not a time; write 08:30."),
        ("posts:\n  briefing:\n    at: 01:30", "line 3: 01:30 cannot be used: 01:00 to 02:00"),
        ("posts:\n  briefing:\n    late_until: 08:00", "line 3: late_until (08:00) must be later"),
        ("posts:\n  reminder: {minutes_before_meeting: soon}", "line 2: 'soon' is not a whole number."),
        ("posts:\n  reminder: {minutes_before_meeting: 0}", "line 2: 0 is not from 1 to 1440."),
        ("data: {stale_after_days: never}", "line 1: 'never' is not a whole number."),
        ("closure_days: [Boxing Day]", "line 1: 'Boxing Day' is not a date; write 2026-12-29."),
        ("closure_days: 2026-12-29", "line 1: a list of dates was expected here"),
        ("units:\n  T99: {briefing: off}", "line 2: the extract has no unit 'T99'."),
        (
            "units:\n  T11:\n    meeting: {on: sunday, at: 10:00}",
            "line 3: 'sunday' is not a day from Monday to Friday.",
        ),
        ("units:\n  T11:\n    meeting: {on: monday}", "line 3: 'at' is missing."),
        (
            "units:\n  T11:\n    meeting: {on: monday, at: 00:10}",
            "line 3: The meeting of T11 at 00:10 is too early",
        ),
        ("units:\n  T11:\n    meeting: {on: monday, at: 02:15}", "line 3: 01:45 cannot be used"),
        ("units:\n  T11:\n    briefing: {at: 13:00}", "line 3: late_until is missing"),
        (
            "units:\n  T11: {channel: one}\n  T12: {channel: one}",
            "line 3: T12 has the same channel as T11; a channel has one unit.",
        ),
    ],
)
def test_every_fault_is_one_sentence_that_names_file_and_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(InputError) as raised:
        written(tmp_path, text)
    assert str(raised.value).startswith(f"timetable.yaml, {sentence}")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "timetable.yaml").write_bytes(b"\xff\xfe\x00zone")
    with pytest.raises(InputError, match=r"timetable\.yaml cannot be read"):
        read_timetable(UNITS, tmp_path)
