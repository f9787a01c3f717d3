"""Each test gets an empty database: a SQLite file always, PostgreSQL where a server answers."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet
from delivery_people import emptied
from sqlalchemy.engine import make_url

from bot.store import Cipher, Store, open_store

SERVER = os.environ.get("PERFBOT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


@asynccontextmanager
async def new_database() -> AsyncIterator[str]:
    """The address of a new database that is gone afterwards; skips where PostgreSQL does not answer."""
    server = make_url(SERVER)
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await asyncpg.connect(admin, timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if "PERFBOT_TEST_POSTGRES" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL answers and PERFBOT_TEST_POSTGRES is not set: {error}")
    name = f"perfbot_test_{uuid.uuid4().hex}"
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def entered() -> Iterator[str]:
    """new_database, from outside an event loop."""
    with asyncio.Runner() as runner:
        database = new_database()
        url = runner.run(database.__aenter__())
        try:
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL database for the session: making one takes longer than most tests."""
    with entered() as url:
        yield url


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where the test's database is; an earlier test's rows may still be in it."""
    if database_kind == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"


@pytest.fixture
def key() -> bytes:
    return Fernet.generate_key()


@pytest.fixture
async def store(database_url: str, key: bytes) -> AsyncIterator[Store]:
    opened = await open_store(database_url, Cipher(key))
    await emptied(opened)
    yield opened
    await opened.close()
