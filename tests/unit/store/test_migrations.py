"""Migrations go both ways, are the tables the code knows, and two processes may start at once."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.store import Cipher, Store, StoreUnavailable, migrations, open_store
from bot.store.migrate import migrate, migrate_back
from bot.store.migrations import versions
from bot.store.tables import AuditRow, Base

from .conftest import NOW

OPENS = """
import asyncio, sys
from bot.store import Cipher, open_store
async def opens():
    await (await open_store(sys.argv[1], Cipher(sys.argv[2].encode()))).close()
asyncio.run(opens())
print("alembic" in sys.modules)
"""


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def _run(store: Store, function):
    async with store.database.reading() as session:
        return await (await session.connection()).run_sync(function)


async def test_the_migrations_make_exactly_the_tables_the_code_knows(store):
    def differences(connection: Connection):
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert await _run(store, _tables) == set(Base.metadata.tables)
    assert await _run(store, differences) == []


async def test_a_database_that_is_up_to_date_is_opened_without_alembic(store, url, cipher, tmp_path):
    head = ScriptDirectory(str(Path(migrations.__file__).parent)).get_current_head()
    assert await _run(store, lambda sync: MigrationContext.configure(sync).get_current_revision()) == head
    said = subprocess.run(
        [sys.executable, "-c", OPENS, url, Fernet.generate_key().decode()], capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said == "False\n"


async def test_down_to_nothing_and_up_again(store):
    await migrate_back(store.database, "base")
    assert await _run(store, _tables) == set()
    await migrate(store.database)
    assert await _run(store, _tables) == set(Base.metadata.tables)


async def test_replicas_that_start_together_all_open(url, cipher):
    stores = await asyncio.gather(*(open_store(url, cipher) for _ in range(4)))
    assert await _run(stores[0], _tables) == set(Base.metadata.tables)
    for each in stores:
        await each.close()


async def test_a_database_from_a_newer_program_is_refused_untouched(store, url, cipher):
    async with store.database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="newer version"):
        await open_store(url, cipher)


async def test_what_is_stored_survives_closing(url, cipher):
    first = await open_store(url, cipher)
    await first.contexts.save("p", "c", {"unit": "T11"}, datetime(2026, 1, 1, tzinfo=UTC))
    await first.close()
    second = await open_store(url, cipher)
    saved = await second.contexts.load("p", "c")
    await second.close()
    assert saved is not None
    assert saved.context == {"unit": "T11"}


@pytest.mark.parametrize(
    "wrong",
    [
        "sqlite+aiosqlite:////proc/no/such/place/x.sqlite3",
        "postgresql+asyncpg://someone:verysecret@127.0.0.1:1/none",
        "nonsense",
    ],
)
async def test_a_database_that_cannot_be_opened_is_one_sentence_without_the_password(wrong):
    with pytest.raises(StoreUnavailable) as caught:
        await open_store(wrong, Cipher(b"A" * 43 + b"="))
    assert "verysecret" not in str(caught.value)
    assert str(caught.value).count("\n") == 0


async def test_a_file_that_is_no_database_is_one_sentence(cipher, tmp_path):
    (tmp_path / "store.sqlite3").write_text("not a database, and long enough to be looked at as one " * 20)
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        await open_store(f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}", cipher)


async def test_what_is_stored_is_in_no_error_and_no_log(store, caplog):
    caplog.set_level("DEBUG")
    secret = AuditRow(
        seq=1, at=NOW, person_id="hush", channel="", audience="", event="", understood={}, child_ids=["hush"],
        outcome="", previous_hash="0", hash="0",
    )  # fmt: skip
    with pytest.raises(IntegrityError) as caught:
        await _add_twice(store, secret)
    assert "hush" not in str(caught.value)
    assert "hush" not in caplog.text


async def _add_twice(store: Store, row: AuditRow) -> None:
    values = {column.name: getattr(row, column.name) for column in AuditRow.__table__.columns}
    for _ in range(2):
        async with store.database.writing() as session:
            session.add(AuditRow(**values))


async def test_a_new_database_file_is_its_owners_alone(cipher, tmp_path):
    await (await open_store(f"sqlite+aiosqlite:///{tmp_path / 'a' / 'store.sqlite3'}", cipher)).close()
    assert stat.S_IMODE((tmp_path / "a" / "store.sqlite3").stat().st_mode) == 0o600


# With rows in every table -----------------------------------------------------------------------------------

VERSIONS = ("0001", "0002", "0003")
LATER = {
    "0002": {("sent_briefings", "until"), ("schedule_marks", "name"), ("schedule_marks", "at")},
    "0003": {("sent_briefings", "figures")},
}
"""What each version added: all that the way down from it may take away."""
Rows = dict[str, list[dict[str, Any]]]


def _value(column: sa.Column[Any], row: int) -> Any:
    """Something that shows when it is changed on the way."""
    kind = column.type
    if isinstance(kind, sa.Integer):
        return row + 1
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 3, 29, 0, 59, 59, 123456 + row, tzinfo=UTC if kind.timezone else None)
    if isinstance(kind, sa.Boolean):
        return bool(row % 2)
    if isinstance(kind, sa.JSON):
        return {"é £": [row, None, "x"]}
    if isinstance(kind, sa.LargeBinary):
        return bytes(range(256)) + bytes([row])
    return f"{column.name} é £ {row}"[: getattr(kind, "length", None)]


def _reflected(connection: Connection) -> list[sa.Table]:
    found = sa.MetaData()
    found.reflect(connection)
    return [each for each in found.sorted_tables if each.name != "alembic_version"]


def _fill(connection: Connection) -> None:
    """Two rows in every table (the record's head has one already), the optional columns empty in the second."""
    for table in _reflected(connection):
        if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar():
            continue
        for row in (0, 1):
            made = {
                column.name: None if row and column.nullable else _value(column, row)
                for column in table.columns
            }
            connection.execute(table.insert().values(**made))


def _rows(connection: Connection) -> Rows:
    return {
        table.name: [
            dict(each)
            for each in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings().all()
        ]
        for table in _reflected(connection)
    }


async def _write(store: Store, function: Callable[[Connection], None]) -> None:
    async with store.database.writing() as session:
        await (await session.connection()).run_sync(function)


def _without(rows: Rows, gone: set[tuple[str, str]]) -> Rows:
    left = {
        table: [{name: value for name, value in row.items() if (table, name) not in gone} for row in made]
        for table, made in rows.items()
    }
    return {table: made for table, made in left.items() if any(made)}


async def test_nothing_is_lost_on_the_way_up(store):
    """Filled at the first version, then version by version: every value stays, what is new is empty."""
    await migrate_back(store.database, VERSIONS[0])
    await _write(store, _fill)
    before = await _run(store, _rows)
    assert all(before.values())
    for version in VERSIONS[1:]:
        await migrate(store.database, version)
        after = await _run(store, _rows)
        assert _without(after, LATER[version]) == before
        assert all(row.get(name) is None for table, name in LATER[version] for row in after[table])
        await _write(store, _fill)  # the new tables have rows on the rest of the way
        before = await _run(store, _rows)
        assert all(before.values())


async def test_the_way_down_takes_only_what_each_version_had_added(store):
    await _write(store, _fill)
    before = await _run(store, _rows)
    assert all(before.values())
    for version, lower in zip(reversed(VERSIONS), [*reversed(VERSIONS[:-1])], strict=False):
        await migrate_back(store.database, lower)
        after = await _run(store, _rows)
        assert after == _without(before, LATER[version])
        before = after
    await migrate(store.database)
    assert _without(await _run(store, _rows), LATER["0002"] | LATER["0003"]) == before


def test_every_version_is_walked():
    made = {path.stem[1:5] for path in Path(versions.__file__).parent.glob("v*.py")}
    assert made == set(VERSIONS)
