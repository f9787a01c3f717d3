"""docs/bench.md is what the figures beside it say."""

from __future__ import annotations

import json
from pathlib import Path

from schedules.bench_page import DOCS, MISSING, PARTS, page


def test_the_page_is_made_of_the_files_beside_it() -> None:
    assert (DOCS / "bench.md").read_text(encoding="utf-8") == page(DOCS / "bench")


def test_what_nobody_has_measured_is_said_to_be_missing(tmp_path: Path) -> None:
    lines = page(tmp_path).splitlines()
    assert sum(MISSING in line for line in lines) == sum(len(part.rows) for part in PARTS)


def test_a_goal_that_is_not_met_is_said_so(tmp_path: Path) -> None:
    told = {"cores": 2, "children": 3000, "load_and_check_seconds": 5.5, "ledger_seconds": 0.4}
    (tmp_path / "engine.json").write_text(json.dumps(told))
    kills = {"sqlite": {"points": 1250, "faults": 1}, "postgres": {"points": 250, "faults": 0}}
    (tmp_path / "kills.json").write_text(json.dumps(kills))
    lines = page(tmp_path).splitlines()
    assert "2 cores, 3,000 open children, six years of records." in lines
    assert "| Loading and checking | at most 5 s | 5.5 s | **no** |" in lines
    assert "| The whole ledger | at most 1 s | 0.4 s | yes |" in lines
    assert "| SQLite: kill points |  | 1,250 |  |" in lines
    assert "| SQLite: duplicates and silent losses | none | 1 | **no** |" in lines
    assert "| PostgreSQL: duplicates and silent losses | none | 0 | yes |" in lines


def test_answers_that_went_wrong_are_added_up(tmp_path: Path) -> None:
    steady = {"p99_ms": 120.5, "errors": {"TimeoutError": 2, "status 503": 1}}
    asking = {"people": 500, "minutes": 30, "reading_seconds": 30, "steady": steady, "record_whole": True}
    (tmp_path / "soak.json").write_text(json.dumps({"cores": 2, "children": 3000, "asking": asking}))
    lines = page(tmp_path).splitlines()
    assert "| Answers that went wrong or never came | none | 3 | **no** |" in lines
    assert "| Records kept, chain whole |  | yes |  |" in lines
    assert "| Steady: 99 of 100 within | at most 500 ms | 120.5 ms | yes |" in lines
