"""Each test gets a database of its own: a SQLite file always, PostgreSQL where a server answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from bot.store import Cipher, Store, open_store

SERVER = os.environ.get("PERFBOT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


@asynccontextmanager
async def new_database(kind: str, folder: Path) -> AsyncIterator[str]:
    """The address of an empty database that is gone afterwards; skips where PostgreSQL does not answer."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'store.sqlite3'}"
        return
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


@pytest.fixture
async def database_url(database_kind: str, tmp_path: Path) -> AsyncIterator[str]:
    async with new_database(database_kind, tmp_path) as url:
        yield url


@pytest.fixture
def key() -> bytes:
    return Fernet.generate_key()


@pytest.fixture
async def store(database_url: str, key: bytes) -> AsyncIterator[Store]:
    opened = await open_store(database_url, Cipher(key))
    yield opened
    await opened.close()
