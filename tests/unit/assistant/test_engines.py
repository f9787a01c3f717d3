"""The current extract is swapped when a newer one is kept, and never lost."""

from __future__ import annotations

import os
from pathlib import Path

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
