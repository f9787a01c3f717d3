"""`perfbot timetable --next 14`: what will be sent to whom, across both clock changes, with wishes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.__main__ import app
from bot.commands import common
from bot.commands.guard import guarded
from bot.store import Subscription

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
LONDON = ZoneInfo("Europe/London")
Run = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PERFBOT_HOME", str(home))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)

    def once(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        status = guarded(app)
        out, err = capsys.readouterr()
        assert (status, err) == (0, "")
        return out

    if not (home / "extracts").exists():
        once("load", str(BOROUGH))
    return once


def test_the_commands_come_by_entry_point_alone() -> None:
    assert [each.value for each in entry_points(group="perfbot.commands")] == ["schedules.commands:register"]
    bot = Path(common.__file__).parents[1]
    assert not [each.name for each in bot.rglob("*.py") if "schedules." in _code(each)]


def _code(path: Path) -> str:
    return "\n".join(line for line in path.read_text("utf-8").splitlines() if "import" in line)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-20T09:00", ["2026-03-23T08:30+00:00", "2026-03-30T08:30+01:00"]),  # forward on 29 March
        ("2026-10-19T09:00", ["2026-10-26T08:30+00:00", "2026-11-02T08:30+00:00"]),  # back on 25 October
        ("2026-10-16T09:00", ["2026-10-19T08:30+01:00", "2026-10-26T08:30+00:00"]),
    ],
)
def test_half_past_eight_stays_half_past_eight(
    run: Run, monkeypatch: pytest.MonkeyPatch, now: str, expected: list[str]
) -> None:
    monkeypatch.setattr(common, "now", lambda: datetime.fromisoformat(now).replace(tzinfo=LONDON))
    found = json.loads(run("timetable", "--next", "14", "--json"))
    mine = [each["at"] for each in found if (each["post"], each["unit"]) == ("briefing", "T11")]
    assert mine == expected
    assert found == json.loads(run("timetable", "--days", "14", "--json"))
    assert f"08:30 {'BST' if expected[0].endswith('01:00') else 'GMT'}  briefing    T11" in run("timetable")


def test_wishes_show(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 10, 20, 9, tzinfo=LONDON)
    monkeypatch.setattr(common, "now", lambda: now)
    wishes = [
        Subscription("T11", "briefing", "", {"on": "tuesday", "at": "09:00"}, True, None, "U-T11", now),
        Subscription("U-T12", "briefing", "", {}, False, None, "U-T12", now),
    ]

    async def wish() -> None:
        async with common.opened_store(common.settings()) as store:
            for each in wishes:
                await store.subscriptions.set(each)

    asyncio.run(wish())
    found = json.loads(run("timetable", "--next", "8", "--json"))
    shown = {(each["unit"], each["at"]): each["recipients"] for each in found if each["post"] == "briefing"}
    assert shown["T11", "2026-10-20T09:00+01:00"] == ["U-T11"]
    assert shown["T11", "2026-10-27T09:00+00:00"] == ["U-T11"]
    assert shown["T12", "2026-10-26T08:30+00:00"] == []


YEAR = 366


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        (
            "2026-03-23T07:00",
            14,
            [
                "Mon 2026-03-23 08:30 GMT  briefing    T11      to U-T11",
                "Tue 2026-03-24 09:30 GMT  reminder    T11      to U-T11",
                "Wed 2026-03-25 14:00 GMT  nudge       T11      to U-T11",
                "Mon 2026-03-30 08:30 BST  briefing    T11      to U-T11",
                "Tue 2026-03-31 09:00 BST  month_end   T11      to U-T11",
                "Tue 2026-03-31 09:30 BST  reminder    T11      to U-T11",
                "Wed 2026-04-01 14:00 BST  nudge       T11      to U-T11",
            ],
        ),
        (
            "2026-10-19T07:00",
            14,
            [
                "Mon 2026-10-19 08:30 BST  briefing    T11      to U-T11",
                "Tue 2026-10-20 09:30 BST  reminder    T11      to U-T11",
                "Wed 2026-10-21 14:00 BST  nudge       T11      to U-T11",
                "Mon 2026-10-26 08:30 GMT  briefing    T11      to U-T11",
                "Tue 2026-10-27 09:30 GMT  reminder    T11      to U-T11",
                "Wed 2026-10-28 14:00 GMT  nudge       T11      to U-T11",
                "Fri 2026-10-30 09:00 GMT  month_end   T11      to U-T11",
            ],
        ),
        (
            "2026-12-21T07:00",  # Christmas, a closure day on the 29th
            14,
            [
                "Mon 2026-12-21 08:30 GMT  briefing    T11      to U-T11",
                "Tue 2026-12-22 09:30 GMT  reminder    T11      to U-T11",
                "Wed 2026-12-23 14:00 GMT  nudge       T11      to U-T11",
                "Wed 2026-12-30 08:30 GMT  briefing    T11      to U-T11",  # the 28th is a bank holiday, too
                "Wed 2026-12-30 09:30 GMT  reminder    T11      to U-T11",
                "Wed 2026-12-30 14:00 GMT  nudge       T11      to U-T11",
                "Thu 2026-12-31 09:00 GMT  month_end   T11      to U-T11",
            ],
        ),
    ],
)
def test_every_post_of_a_fortnight_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], now: str, days: int,
    expected: list[str],
) -> None:  # fmt: skip
    def run(*arguments: str) -> list[str]:
        monkeypatch.setattr("sys.argv", ["perfbot", *arguments])
        assert guarded(app) == 0
        return capsys.readouterr().out.splitlines()

    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    run("load", str(BOROUGH))
    (tmp_path / "timetable.yaml").write_text(
        "closure_days: [2026-12-29]\n"
        "units:\n"
        "  T11:\n"
        '    meeting: {on: tuesday, at: "10:00"}\n'
        '    nudge: {on: wednesday, at: "14:00"}\n'
        '    month_end: {at: "09:00", late_until: "17:00"}\n'
    )
    monkeypatch.setattr(common, "now", lambda: datetime.fromisoformat(now).replace(tzinfo=LONDON))
    printed = run("timetable", "--next", str(days))
    assert [line for line in printed if " T11 " in line] == expected
    assert printed[-1].startswith("Nobody to send to: S1, S3, T02. No active manager")
    hours = {line.split()[2] for line in run("timetable", "--next", str(YEAR)) if "  to " in line}
    assert hours == {"08:30", "09:00", "09:30", "14:00"}


def test_an_unknown_time_zone_is_one_sentence_naming_where_it_stands(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("timetable")
    monkeypatch.setattr("sys.argv", ["perfbot", "timetable"])
    with monkeypatch.context() as wrong:
        wrong.setenv("PERFBOT_TIMEZONE", "Europe/Uxbridge")
        assert guarded(app) == 2
    sentence = "PERFBOT_TIMEZONE is not a time zone; use a name such as Europe/London.\n"
    assert capsys.readouterr() == ("", sentence)
    own = home / "timetable.yaml"
    own.write_text("closure_days: [2026-12-29]\nzone: Europe/Uxbridge\n")
    try:
        assert guarded(app) == 2
    finally:
        own.unlink()
    sentence = "timetable.yaml, line 2: 'Europe/Uxbridge' is not a time zone; Europe/London is one.\n"
    assert capsys.readouterr() == ("", sentence)
    run("timetable")
