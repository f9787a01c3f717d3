"""SQLite behind one trip for each statement: the same rows, counts and faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import one_trip
from bot.store.database import Database, open_engine


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(open_engine(f"sqlite+aiosqlite:///{tmp_path / 'trips.sqlite3'}"))
    async with opened.writing() as session:
        await session.execute(text("CREATE TABLE notes (id INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
    yield opened
    await opened.close()


async def test_rows_counts_and_what_a_statement_gives_back(database: Database) -> None:
    async with database.writing() as session:
        many = [{"word": word} for word in ("a", "b", "c")]
        await session.execute(text("INSERT INTO notes (word) VALUES (:word)"), many)
        changed = await session.execute(text("UPDATE notes SET word = word || '!' WHERE id > 1"))
        assert changed.rowcount == 2  # type: ignore[attr-defined]
        gone = await session.execute(text("DELETE FROM notes WHERE id = 2 RETURNING word"))
        assert gone.all() == [("b!",)]
    async with database.reading() as session:
        found = await session.execute(text("SELECT id, word FROM notes ORDER BY id"))
        assert (list(found.keys()), found.all()) == (["id", "word"], [(1, "a"), (3, "c!")])
        assert (await session.execute(text("SELECT id FROM notes WHERE id > 9"))).all() == []


async def test_a_statement_that_fails_says_so_and_leaves_the_connection_well(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.writing() as session:
            await session.execute(text("INSERT INTO notes VALUES (1, 'a'), (2, 'a')"))
    async with database.writing() as session:
        await session.execute(text("INSERT INTO notes VALUES (1, 'a')"))
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM notes"))).scalar() == 1


async def test_each_statement_is_one_trip(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    trips: list[str] = []
    run = one_trip.OneTripConnection._execute

    async def counted(self: one_trip.OneTripConnection, work: object, *arguments: object) -> object:
        trips.append(str(arguments[1]) if len(arguments) > 1 else getattr(work, "__name__", ""))
        return await run(self, work, *arguments)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(one_trip.OneTripConnection, "_execute", counted)
    async with database.reading() as session:
        (await session.execute(text("SELECT 1"))).all()
    assert trips == ["BEGIN", "SELECT 1", "rollback"]
