"""New extracts by themselves: loaded once, compared with the last, the last good one kept serving."""

from __future__ import annotations

import asyncio
import csv
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery_people import Clock, authority

import kpi_engine
from bot.engines import CurrentEngine
from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store
from kpi_engine.extracts.volumes import lost_rows
from schedules.notices import Notices
from schedules.refresh import Outcome, Refresh, in_a_process, mark_of, newest_delivery, refresh

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
NOW = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def settle(folder: Path, at: datetime = NOW - timedelta(hours=1)) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (at.timestamp(), at.timestamp()))


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    """The watched folder with one delivery in it, its visits many enough to be compared."""
    folder = tmp_path / "dropped"
    shutil.copytree(BOROUGH, folder / "2026-11-15")
    _visits(folder / "2026-11-15", 40)
    settle(folder)
    return folder


def _visits(folder: Path, count: int) -> None:
    """So many visits of one plan, one a day."""
    path = folder / "ssd_cp_visits.csv"
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    made = [
        rows[0]
        | {
            "cppv_cp_visit_id": f"V{n}",
            "cppv_cp_visit_date": (date(2026, 9, 1) + timedelta(n)).isoformat(),
        }
        for n in range(count)
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(made)


@pytest.fixture
def settings(tmp_path: Path, dropped: Path) -> Settings:
    return load_settings(home=tmp_path / "home", refresh_source=str(dropped))


def extracts(settings: Settings) -> list[str]:
    folder = settings.home / "extracts"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_newest_delivery_is_loaded_and_a_shrunken_one_is_not(settings: Settings, dropped: Path) -> None:
    assert refresh(settings, NOW).what == "loaded"
    first = extracts(settings)
    shutil.copytree(dropped / "2026-11-15", dropped / "2026-11-16")
    _visits(dropped / "2026-11-16", 28)
    outcome = refresh(settings, NOW)
    assert outcome == Outcome(
        "refused", ("ssd_cp_visits has 28 rows, 30% fewer than the 40 of the extract before.",)
    )
    assert extracts(settings) == first
    _visits(dropped / "2026-11-16", 29)
    assert refresh(settings, NOW).what == "loaded"
    assert len(extracts(settings)) == 2
    assert kpi_engine.load(
        str(dropped / "2026-11-15"), None, settings.home
    ).extract  # by hand nothing is compared


def test_a_broken_delivery_is_refused_without_quoting_it(settings: Settings, dropped: Path) -> None:
    (dropped / "2026-11-15" / "ssd_person.csv").write_text("pers_person_id,pers_dob\nC1234,nonsense\n")
    outcome = refresh(settings, NOW)
    assert outcome.what == "refused"
    assert "C1234" not in str(outcome)
    assert extracts(settings) == []
    shutil.rmtree(dropped / "2026-11-15")
    assert refresh(settings, NOW).sentences == (
        "There is no extract in the folder of PERFBOT_REFRESH_SOURCE.",
    )


@pytest.mark.parametrize(
    ("before", "now", "tables"),
    [
        ({"a": 100}, {"a": 71}, []),
        ({"a": 100}, {"a": 70}, ["a"]),
        ({"a": 100}, {}, ["a"]),
        ({"a": 100}, {"a": 1000}, []),
        ({"a": 19}, {"a": 0}, []),
        ({"a": 20, "b": 50}, {"a": 14, "b": 20, "c": 1}, ["a", "b"]),
        ({}, {"a": 1}, []),
    ],
)
def test_thirty_percent_of_a_table_is_too_much(
    before: dict[str, int], now: dict[str, int], tables: list[str]
) -> None:
    assert [sentence.split()[0] for sentence in lost_rows(before, now)] == tables


def test_a_delivery_that_is_still_being_copied_waits(dropped: Path) -> None:
    delivery = dropped / "2026-11-15"
    assert newest_delivery(dropped) == delivery
    assert newest_delivery(delivery) == delivery
    first = mark_of(delivery, NOW)
    assert first is not None
    assert mark_of(delivery, NOW + timedelta(days=1)) == first
    os.utime(delivery / "ssd_person.csv", (NOW.timestamp() - 60,) * 2)
    assert mark_of(delivery, NOW) is None
    assert mark_of(delivery, NOW + timedelta(minutes=5)) not in (None, first)


class Loads:
    """Counts loads and ends them as told."""

    def __init__(self) -> None:
        self.count, self.ends = 0, [Outcome("loaded")]
        self.swaps = 0

    async def load(self, settings: Settings) -> Outcome:
        self.count += 1
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]

    async def after(self) -> None:
        self.swaps += 1


Make = Callable[[Settings, Clock], Refresh]


@pytest.fixture
def loads() -> Loads:
    return Loads()


@pytest.fixture
def make(store: Store, loads: Loads) -> Make:
    def made(settings: Settings, clock: Clock) -> Refresh:
        return Refresh(
            settings, store, Notices(store, clock), clock=clock, load=loads.load, after=loads.after
        )

    return made


async def test_what_lies_in_the_folder_is_loaded_once_by_one_replica(
    make: Make, loads: Loads, settings: Settings, dropped: Path
) -> None:
    clock = Clock(NOW)
    one, two = make(settings, clock), make(settings, clock)
    for _ in range(3):
        await one.look()
        await two.look()
        clock.forward(hours=2)
    assert (loads.count, loads.swaps) == (1, 1)
    shutil.copytree(dropped / "2026-11-15", dropped / "2026-11-22")
    settle(dropped, clock.now - timedelta(minutes=1))
    await one.look()
    assert loads.count == 1  # still being copied
    clock.forward(minutes=2)
    await two.look()
    assert (loads.count, loads.swaps) == (2, 2)


@SQLITE
async def test_a_refused_folder_is_told_once_and_not_loaded_again(
    make: Make, loads: Loads, settings: Settings, store: Store
) -> None:
    clock = Clock(NOW)
    loads.ends = [Outcome("refused", ("ssd_cp_visits has 28 rows.",))]
    watching = make(settings, clock)
    for _ in range(5):
        await watching.look()
        clock.forward(hours=1)
    assert (loads.count, loads.swaps) == (1, 0)
    await watching._notices.hand_out(authority())
    (told,) = await store.briefings.list()
    assert told.recipient == "U-ANALYST"
    assert told.payload["reply"]["text"] == (
        "This needs a look:\n- The new extract was not loaded; the last good one goes on answering. "
        "ssd_cp_visits has 28 rows."
    )


@SQLITE
async def test_a_load_that_the_process_did_not_survive_is_tried_again(
    make: Make, loads: Loads, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(NOW)

    async def dies(settings: Settings) -> Outcome:
        raise OSError("killed")

    watching = make(settings, clock)
    monkeypatch.setattr(watching, "_load", dies)
    with pytest.raises(OSError, match="killed"):
        await watching.look()
    await make(settings, clock).look()
    assert loads.count == 0
    clock.forward(hours=1)
    await make(settings, clock).look()
    assert loads.count == 1


@SQLITE
async def test_a_database_is_pulled_once_a_day_at_its_time_and_again_while_it_is_away(
    make: Make, loads: Loads, tmp_path: Path
) -> None:
    settings = load_settings(
        home=tmp_path, refresh_source="postgresql://ssd.invalid/db", refresh_time="05:30"
    )
    clock = Clock(datetime(2026, 10, 24, 0, 0, tzinfo=UTC))  # the clocks go back in the night after this day
    loads.ends = [Outcome("refused"), Outcome("refused"), Outcome("loaded")]
    pulling, times = make(settings, clock), []
    for _ in range(3 * 24 * 4):
        before = loads.count
        await pulling.look()
        if loads.count > before:
            times.append(f"{clock.now.astimezone(settings.zone):%a %H:%M}")
        clock.forward(minutes=15)
    assert times == ["Sat 05:30", "Sat 06:30", "Sat 07:30", "Sun 05:30", "Mon 05:30"]
    assert loads.swaps == 3


@SQLITE
async def test_the_running_bot_answers_from_what_the_process_loaded(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERFBOT_REFRESH_SOURCE", settings.refresh_source.get_secret_value())
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    kpi_engine.load(str(BOROUGH), None, settings.home, "2026-11-15T06:00:00+00:00")
    engines = CurrentEngine(lambda: kpi_engine.open_current(settings.home), settings.home / "extracts")
    before = engines.current().stamp.extract

    async def after() -> Any:
        return await asyncio.to_thread(engines.current)

    clock = Clock(NOW)
    await Refresh(settings, store, Notices(store, clock), clock=clock, load=in_a_process, after=after).look()
    assert before.startswith("2026-11-15_")
    assert engines.current().stamp.extract == before[:-1] + "2"


def test_the_time_may_not_lie_in_the_hour_that_the_clock_change_doubles() -> None:
    with pytest.raises(SettingsError, match=r"^PERFBOT_REFRESH_TIME must be a time such as 05:30"):
        load_settings(refresh_time="01:30")
