"""Writers of one SQLite file: all of a block or none, told so when the disk has it, whoever shares its transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.store.database import Database, open_engine
from bot.store.one_writer import MOST_TOGETHER


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(open_engine(f"sqlite+aiosqlite:///{tmp_path / 'one.sqlite3'}"))
    await opened.use_write_ahead_log()
    async with opened.writing() as session:
        await session.execute(text("CREATE TABLE notes (word TEXT PRIMARY KEY)"))
    yield opened
    await opened.close()


@pytest.fixture
def commits(database: Database) -> list[str]:
    seen: list[str] = []
    event.listen(database.engine.sync_engine, "commit", lambda _: seen.append("commit"))
    return seen


async def note(database: Database, word: str, *, fails: bool = False) -> str:
    async with database.writing() as session:
        await session.execute(text("INSERT INTO notes VALUES (:word)"), {"word": word})
        await asyncio.sleep(0)
        if fails:
            raise LookupError(word)
    return word


async def words(database: Database) -> set[str]:
    async with database.reading() as session:
        return set(await session.scalars(text("SELECT word FROM notes")))


async def test_writers_who_wait_share_a_wait_for_the_disk(database: Database, commits: list[str]) -> None:
    told = await asyncio.gather(*(note(database, f"w{n}") for n in range(MOST_TOGETHER + 5)))
    assert await words(database) == set(told)
    assert len(commits) == 2


@pytest.mark.parametrize("bad", [{0}, {3}, {7}, {0, 1, 2}, {2, 5, 7}, set(range(8))])
async def test_a_block_that_fails_undoes_itself_alone(database: Database, bad: set[int]) -> None:
    work = (note(database, f"w{n}", fails=n in bad) for n in range(8))
    told = await asyncio.gather(*work, return_exceptions=True)
    assert {n for n, one in enumerate(told) if isinstance(one, LookupError)} == bad
    assert await words(database) == {f"w{n}" for n in range(8) if n not in bad}
    await note(database, "after")
    assert "after" in await words(database)


async def test_a_statement_that_fails_undoes_its_own_block_alone(database: Database) -> None:
    told = await asyncio.gather(
        *(note(database, word) for word in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert [isinstance(one, Exception) for one in told] == [False, False, True, False]
    assert await words(database) == {"a", "b", "c"}


async def test_nobody_is_told_before_the_disk_has_it(database: Database) -> None:
    told: list[int] = []
    had: list[int] = []
    event.listen(database.engine.sync_engine, "commit", lambda _: had.append(len(told)))

    async def one(number: int) -> None:
        await note(database, f"w{number}")
        told.append(number)

    await asyncio.gather(*(one(n) for n in range(10)))
    assert had == [0]
    assert sorted(told) == list(range(10))


async def test_where_it_cannot_be_kept_all_are_told(database: Database) -> None:
    def full(_: object) -> None:
        raise OperationalError("COMMIT", None, Exception("database or disk is full"))

    event.listen(database.engine.sync_engine, "commit", full)
    told = await asyncio.gather(*(note(database, f"w{n}") for n in range(5)), return_exceptions=True)
    assert all(isinstance(one, OperationalError) for one in told)
    event.remove(database.engine.sync_engine, "commit", full)
    assert await words(database) == set()
    assert await note(database, "after") == "after"


async def test_a_transaction_that_sqlite_gave_up_keeps_nothing_and_says_so(database: Database) -> None:
    async def gives_up() -> None:
        async with database.writing() as session:
            await session.execute(text("INSERT INTO notes VALUES ('x')"))
            await session.execute(text("INSERT OR ROLLBACK INTO notes VALUES ('x')"))

    told = await asyncio.gather(
        note(database, "before"), gives_up(), note(database, "behind"), return_exceptions=True
    )
    kept = await words(database)
    assert isinstance(told[0], Exception)
    assert isinstance(told[1], Exception)
    assert kept == {one for one in told if isinstance(one, str)} == {"behind"}


@pytest.mark.parametrize("place", range(3))
async def test_a_loss_that_its_block_did_not_notice_is_noticed(database: Database, place: int) -> None:
    async def quietly() -> None:
        async with database.writing() as session:
            raw = (await (await session.connection()).get_raw_connection()).driver_connection
            await raw.execute("ROLLBACK")  # type: ignore[union-attr]

    work = [note(database, "a"), note(database, "b")]
    told = await asyncio.gather(*work[:place], quietly(), *work[place:], return_exceptions=True)
    assert all(isinstance(one, Exception) for one in told[: place + 1])
    assert await words(database) == {one for one in told if isinstance(one, str)}
    assert await note(database, "after") == "after"


@pytest.mark.parametrize("which", range(4))
async def test_a_writer_who_goes_away_holds_nobody_up(database: Database, which: int) -> None:
    work = [asyncio.create_task(note(database, f"w{n}")) for n in range(4)]
    await asyncio.sleep(0)
    work[which].cancel()
    told = await asyncio.gather(*work, return_exceptions=True)
    assert isinstance(told[which], asyncio.CancelledError)
    assert await words(database) == {f"w{n}" for n in range(4) if n != which}


async def test_writers_who_go_away_in_a_statement_hold_nobody_up(database: Database) -> None:
    """Their connection is given up with them; who shared it is told that nothing is kept, and the next one is well."""
    for steps in range(60):
        work = [asyncio.create_task(note(database, f"{steps}-{n}")) for n in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0.0003)
        work[steps % 3].cancel()
        told = await asyncio.gather(*work, return_exceptions=True)
        assert {one for one in told if isinstance(one, str)} <= await words(database)
        assert all(isinstance(one, str | asyncio.CancelledError | SQLAlchemyError) for one in told)
        assert await note(database, f"{steps}-after") == f"{steps}-after"


async def test_a_file_that_cannot_be_opened_is_told_to_each(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "one.sqlite3"
    database = Database(open_engine(f"sqlite+aiosqlite:///{path}"))
    path.unlink()
    path.mkdir()
    told = await asyncio.gather(*(note(database, f"w{n}") for n in range(3)), return_exceptions=True)
    assert all(isinstance(one, OperationalError) for one in told)
    await database.close()
