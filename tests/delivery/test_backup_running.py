"""A backup of a bot that runs: questions are answered, wishes change and posts go out while it is made.

The bot is the real one over a real extract; backup, restore and proof are the commands as an operator gives them, each
in a process of its own. PostgreSQL is dumped and put back with its own tools, as the runbook says.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from delivery_people import Clock, personal

import kpi_engine
from bot.commands import common
from bot.engines import FixedEngine
from bot.hosts.protocol import Sent
from bot.settings import Settings
from bot.store import Store, Subscription, open_store
from bot.store.database import Database, open_engine
from bot.store.encryption import load_cipher
from bot.store.tables import Base
from bot.turn import Reply, Turn
from schedules.runner import start
from tests.databases import new_database, plain

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
MANAGERS = ("U-T11", "U-T12", "U-AD2")
QUESTIONS = (
    "CP visits overdue",
    "and in CSWT 2?",
    "which CIN visits are overdue",
    "what falls due this week?",
)
Rows = dict[str, list[tuple[Any, ...]]]


class Host:
    """Takes every post."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, reference: Mapping[str, object], reply: Reply) -> Sent:
        self.sent += 1
        return Sent(str(self.sent))


class Place:
    """A home folder and its database, and the operator's commands over them."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.settings = Settings(home=home, database_url=url)

    async def run(self, *arguments: str) -> str:
        """A perfbot command in a process of its own; what it printed. It must end well."""
        return await program(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            PERFBOT_HOME=str(self.home),
            PERFBOT_DATABASE_URL=self.url,
        )

    async def rows(self) -> Rows:
        """Everything that is in the database, as it lies there."""
        database = Database(open_engine(self.settings.store_url))
        async with database.reading() as session:
            found = {
                table.name: [
                    tuple(row) for row in await session.execute(sa.select(table).order_by(*table.primary_key))
                ]
                for table in Base.metadata.sorted_tables
            }
        await database.close()
        return found


async def program(*command: str, **environment: str) -> str:
    running = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )  # fmt: skip
    out, err = await running.communicate()
    assert running.returncode == 0, err.decode()
    return out.decode()


@asynccontextmanager
async def busy_bot(place: Place, host: Host) -> AsyncIterator[None]:
    """Until left: Monday's briefings go out, three managers ask without a pause and change their minds."""
    async with common.desk(config=place.settings, remember=True) as desk:
        for person in MANAGERS:
            await desk.store.references.save(personal(person), MONDAY)
        clock = Clock(MONDAY)
        await desk.store.schedule_marks.looked(MONDAY - timedelta(minutes=1))
        timetable = await start(
            settings=place.settings, store=desk.store, engines=FixedEngine(desk.engine), composer=desk.assistant,
            sender=host, corrector=desk.assistant, clock=clock, every=0.05,
        )  # fmt: skip
        stopped = asyncio.Event()

        async def ask(person: str) -> None:
            number = 0
            while not stopped.is_set():
                now = clock()
                clock.forward(seconds=7)
                text = QUESTIONS[number % len(QUESTIONS)]
                await desk.assistant.reply(Turn(person, f"a:{person}:{number % 5}", now, text))
                await desk.store.subscriptions.set(
                    Subscription(person, "briefing", f"n{number % 7}", {"n": number}, True, None, person, now)
                )
                number += 1

        asking = [asyncio.create_task(ask(person)) for person in MANAGERS]
        try:
            await until_posted(desk.store)
            yield
        finally:
            stopped.set()
            await asyncio.gather(*asking)
            await timetable.stop()


async def until_posted(store: Store) -> None:
    async with asyncio.timeout(60):
        while not [each for each in await store.briefings.list() if each.status == "sent"]:
            await asyncio.sleep(0.05)


async def records(place: Place) -> int:
    return len((await place.rows())["audit_records"])


async def check(place: Place, restored: Place, copied: Rows, *, quiet: bool) -> None:
    """copied: what the restored database held before anybody used it. quiet: nothing was written since the copy."""
    said = await restored.run("audit", "verify")
    assert "whole" in said, said
    now = await place.rows()
    assert copied["audit_records"]
    assert now["audit_records"][: len(copied["audit_records"])] == copied["audit_records"]
    assert {row[1:4] for row in copied["sent_briefings"]} <= {row[1:4] for row in now["sent_briefings"]}
    assert {row[:2] for row in copied["conversation_contexts"]} <= {
        row[:2] for row in now["conversation_contexts"]
    }
    assert {row[:3] for row in copied["subscriptions"]} <= {row[:3] for row in now["subscriptions"]}
    if quiet:
        assert copied == now
    # Not only its bytes: it opens with the key of the backup, and knows what was talked about.
    opened = await open_store(restored.settings.store_url, load_cipher(restored.settings))
    contexts = [await opened.contexts.load(*row[:2]) for row in copied["conversation_contexts"]]
    assert contexts
    assert all(each is not None and each.context for each in contexts)
    deliveries = await opened.briefings.list()
    assert [each.payload["reply"] for each in deliveries if each.status == "sent"]
    assert all(each.wanted for each in await opened.subscriptions.all())
    await opened.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "old"
    kpi_engine.load(str(BOROUGH), None, made, "2026-11-15T20:00:00+00:00")
    (made / "timetable.yaml").write_text("units:\n  T12: {briefing: off}\n")
    return made


async def test_a_sqlite_backup_of_a_running_bot(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PERFBOT_STORE_KEY", raising=False)
    place = Place(home, "")
    counts = []
    async with busy_bot(place, Host()):
        for number in range(3):
            counts.append(await records(place))
            await place.run("backup", str(tmp_path / f"{number}.backup"))
        counts.append(await records(place))
    assert counts == sorted(set(counts)), "it was written in all the time"
    await place.run("backup", str(tmp_path / "3.backup"))
    for number in range(4):
        new = Place(tmp_path / f"new{number}", "")
        await new.run("restore", str(tmp_path / f"{number}.backup"))
        copied = await new.rows()
        assert copied["audit_records"].pop()[5] == "restore"
        copied["audit_head"] = (await place.rows())[
            "audit_head"
        ]  # the restore is on record, so it is another
        assert number == 3 or counts[number] < len(copied["audit_records"]) <= counts[number + 1]
        assert (new.home / "timetable.yaml").read_bytes() == (home / "timetable.yaml").read_bytes()
        await check(place, new, copied, quiet=number == 3)


@pytest.mark.postgres
async def test_a_postgres_backup_of_a_running_bot(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PERFBOT_STORE_KEY", raising=False)
    dump, put_back = shutil.which("pg_dump"), shutil.which("pg_restore")
    if dump is None or put_back is None:
        pytest.skip("PostgreSQL's own tools pg_dump and pg_restore are not here")
    async with AsyncExitStack() as databases:
        place = Place(home, await databases.enter_async_context(new_database()))
        files, made = str(tmp_path / "files.backup"), [str(tmp_path / f"{n}.dump") for n in (0, 1)]
        async with busy_bot(place, Host()):
            before = await records(place)
            await place.run("backup", files)
            await program(dump, "--format=custom", f"--file={made[0]}", plain(place.url))
            assert await records(place) > before
        await program(dump, "--format=custom", f"--file={made[1]}", plain(place.url))
        for number in (0, 1):
            new = Place(tmp_path / f"new{number}", await databases.enter_async_context(new_database()))
            with pytest.raises(AssertionError, match="put it back with pg_restore first"):
                await new.run("restore", files)
            assert not new.home.exists() or not any(new.home.iterdir())
            await program(
                put_back, "--exit-on-error", "--no-owner", f"--dbname={plain(new.url)}", made[number]
            )
            copied = await new.rows()
            await new.run("restore", files)
            await check(place, new, copied, quiet=number == 1)
