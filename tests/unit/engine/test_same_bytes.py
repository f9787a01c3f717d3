"""Same question, same person, same extract, same date: the same bytes, whatever order Python keeps its sets in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder

ROOT = Path(__file__).parents[3]
SEED = 4
ASK = """
import json, sys
from datetime import date
from pathlib import Path
from kpi_engine import open_folder
from kpi_engine.question import EVERYTHING, SHOWS, Question, UnitRef, make_filters
engine = open_folder(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
print(json.dumps(engine.ledger_rows(engine.as_at)))
print(json.dumps(engine.measures(engine.as_at)))
for show in SHOWS:
    for by in ("team", "service", "worker") if show == "compare" else (None,):
        for unit in ("ALL", "S2", "T11"):
            question = Question(show, engine.slugs, engine.units[unit].ref, engine.as_at, by=by)
            print(json.dumps(engine.ask(question, EVERYTHING).to_json()))
child = engine.ledger_rows(engine.as_at, "cin_visit")[0]["child_id"]
print(json.dumps(engine.ask(Question("why", engine.slugs, as_at=engine.as_at, child=child), EVERYTHING).to_json()))
"""


def said(folder: Path, hashseed: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-c", ASK, str(folder), extract_date(SEED).isoformat()],
        cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": hashseed}, capture_output=True, check=True,
    ).stdout  # fmt: skip


def test_two_processes_say_the_same_bytes(tmp_path: Path) -> None:
    folder = write_ssd_folder(random_authority(SEED, 30), tmp_path)
    first = said(folder, "1")
    assert len(first.splitlines()) > 40
    assert first == said(folder, "4242")
