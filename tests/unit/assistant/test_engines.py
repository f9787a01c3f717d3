"""The current extract is swapped when a newer one is kept, and never lost."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path
from threading import Event, current_thread

import pytest
from small_engine import SmallEngine

from bot.engines import CurrentEngine, FixedEngine


def keep(folder: Path, name: str, at: int) -> None:
    (folder / name).mkdir()
    os.utime(folder, ns=(at, at))


def test_a_newly_kept_extract_takes_over_at_the_next_message(tmp_path: Path) -> None:
    opened: list[SmallEngine] = []

    def opens() -> SmallEngine:
        opened.append(SmallEngine())
        return opened[-1]

    engines = CurrentEngine(opens, tmp_path)
    first = engines.current()
    assert engines.current() is first
    keep(tmp_path, "2026-11-16_000002", 10**18)
    second = engines.current()
    assert second is not first
    assert engines.current() is second
    assert len(opened) == 2


def test_an_extract_that_cannot_be_opened_leaves_the_old_one_in_place(tmp_path: Path) -> None:
    engine = SmallEngine()
    answers = iter([engine])
    engines = CurrentEngine(lambda: next(answers), tmp_path)
    keep(tmp_path, "2026-11-16_000002", 10**18)
    assert engines.current() is engine
    assert engines.current() is engine


def test_a_folder_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    engine = SmallEngine()
    assert CurrentEngine(lambda: engine, tmp_path / "later").current() is engine


def test_a_fixed_engine_stays(tmp_path: Path) -> None:
    engine = SmallEngine()
    assert FixedEngine(engine).current() is engine


async def test_the_event_loop_does_not_wait_for_a_new_extract(tmp_path: Path) -> None:
    """Whoever renews waits for it in a thread; meanwhile others are answered from the old one."""
    may_open, opened_on = Event(), list[str]()
    may_open.set()

    def opens() -> SmallEngine:
        assert may_open.wait(10)
        opened_on.append(current_thread().name)
        return SmallEngine()

    engines = CurrentEngine(opens, tmp_path)
    first = engines.current()
    may_open.clear()
    keep(tmp_path, "2026-11-16_000002", 10**18)
    assert engines.current() is first
    renewing = asyncio.create_task(engines.renew())
    await asyncio.sleep(0.01)
    await engines.renew()
    assert engines.current() is first
    may_open.set()
    await renewing
    assert engines.current() is not first
    assert opened_on[0] == "MainThread" != opened_on[1]
    assert len(opened_on) == 2


async def test_a_new_extract_is_noticed_when_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engines.LOOK_EVERY", 0.0)
    engines = CurrentEngine(SmallEngine, tmp_path)
    first = engines.current()
    try:
        async with engines.kept_fresh():
            assert gc.get_freeze_count()
            keep(tmp_path, "2026-11-16_000002", 10**18)
            async with asyncio.timeout(10):
                while engines.current() is first:
                    await asyncio.sleep(0)
            assert not gc.get_freeze_count()  # the former one may go
    finally:
        gc.unfreeze()
