"""Each test gets a database of its own: a SQLite file always, PostgreSQL where a server answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import make_url

from bot.store import Cipher, Store, open_store

NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
SERVER = os.environ.get("PERFBOT_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"
        return
    server = make_url(SERVER)
    admin = server.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await asyncpg.connect(admin, timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if "PERFBOT_TEST_POSTGRES" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL answers on 127.0.0.1:5432 and PERFBOT_TEST_POSTGRES is not set: {error}")
    name = f"perfbot_test_{uuid.uuid4().hex}"
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(Fernet.generate_key())


@pytest.fixture
async def store(url: str, cipher: Cipher) -> AsyncIterator[Store]:
    opened = await open_store(url, cipher)
    yield opened
    await opened.close()
