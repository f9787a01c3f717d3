"""`perfbot restatements`, and what `perfbot measures` says beside a figure that was sent as another one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery_people import Clock
from restated_borough import FIRST, SECOND, Office, first, load, second

from bot.__main__ import app
from bot.commands import common
from bot.commands.guard import guarded
from bot.settings import load_settings
from bot.store import open_store
from bot.store.audit import Record
from bot.store.encryption import load_cipher
from tests.worked_cases.loader import Tables, write_folder

MONDAY = datetime(2026, 11, 9, 8, 31, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 16, 8, 31, tzinfo=UTC)
Run = Callable[..., tuple[int, str]]
NORTH = "North: CP visits overdue, Sun 8 Nov 2026: sent as 2 of 4 children on Mon 9 Nov, now 1 of 4 children."


async def sent(home: Path) -> None:
    """Two Mondays' posts, as a bot over this home has sent them."""
    config = load_settings()
    store = await open_store(config.store_url, load_cipher(config))
    load(home, first(), FIRST)
    office = Office(home, store, Clock(MONDAY - timedelta(minutes=2)))
    await office.open_chats()
    await office.look(MONDAY - timedelta(minutes=2))
    await office.look(MONDAY)
    load(home, second(deleted=False, moved=False), SECOND)
    await office.look(NEXT_MONDAY)
    await store.close()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("PERFBOT_HOME", str(tmp_path))
    monkeypatch.delenv("PERFBOT_DATABASE_URL", raising=False)
    monkeypatch.setattr(common, "now", lambda: NEXT_MONDAY + timedelta(days=1))
    asyncio.run(sent(tmp_path))

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["perfbot", *words])
        capsys.readouterr()
        status = guarded(app)
        return status, capsys.readouterr().out

    return command


async def records() -> list[Record]:
    config = load_settings()
    store = await open_store(config.store_url, load_cipher(config))
    found = [one async for one in store.audit.records(event="restatements")]
    await store.close()
    return found


def test_every_restated_figure_with_its_rows_under_the_askers_rights(run: Run) -> None:
    status, out = run("restatements")
    assert status == 0
    lines = out.splitlines()
    assert NORTH in lines
    assert [line.split(":")[0] for line in lines if not line.startswith(" ")] == [
        "The whole authority", "Safeguarding", "North",
    ]  # fmt: skip
    assert lines[lines.index(NORTH) + 1].startswith(
        "  - C1, CP visit due Mon 28 Sep: overdue then, done late"
    )
    _, as_south = run("restatements", "--as", "U-SOUTH")
    assert NORTH in as_south
    assert "C1" not in as_south
    assert "1 row behind it is not shown" in as_south
    kept = asyncio.run(records())
    assert [(one.entry.person_id, one.entry.child_ids) for one in kept] == [
        ("operator", ("C1",)),
        ("U-SOUTH", ()),
    ]


def test_json_and_since_when_it_was_known(run: Run) -> None:
    told: list[dict[str, Any]] = json.loads(run("restatements", "--json", "--since", "2026-11-15")[1])
    assert {one["told"]["unit"] for one in told} == {"ALL", "S1", "T1"}
    assert [one["now"]["value"] for one in told if one["told"]["unit"] == "T1"] == [1]
    assert run("restatements", "--since", "2026-11-17")[1] == "Nothing that was sent is another figure now.\n"
    assert run("restatements", "--since", "Monday")[0] == 2
    assert run("restatements", "--as", "U-NOBODY")[0] == 3


def test_measures_say_what_a_closed_week_was_sent_as(run: Run) -> None:
    measures = json.loads(run("measures", "--unit", "T1", "--at", "2026-11-08", "--json")[1])["measures"]
    told = {row["measure"]: row["sent"] for row in measures if "sent" in row}
    assert told == {"cp_visits_overdue": {"value": 2, "of": 4, "on": "2026-11-09"}}
    known = json.loads(run("measures", "--unit", "T1", "--known", "2026-11-08", "--json")[1])["measures"]
    assert not [row for row in known if "sent" in row]
    assert next(row["value"] for row in known if row["measure"] == "cp_visits_overdue") == 2


def test_a_load_says_how_many_sent_figures_it_changed_and_how_to_see_them(run: Run, tmp_path: Path) -> None:
    def loaded(made: Tables) -> str:
        folder = tmp_path / f"new-{len(list(tmp_path.iterdir()))}"
        write_folder(made, folder)
        status, out = run("load", str(folder), "--as-at", SECOND.isoformat())
        assert status == 0
        return out.splitlines()[-1]

    assert "kept as extract" in loaded(
        second(deleted=False, moved=False)
    )  # what is known by now has been told
    said = loaded(second(deleted=False))
    count, _, command = said.partition(
        " figures that were sent are other ones by this extract. To see which: perfbot "
    )
    shown = run(*command.split())[1]
    assert [line for line in shown.splitlines() if "conferences in time" in line]
    assert int(count) == sum(not line.startswith(" ") for line in shown.splitlines()) > 0
