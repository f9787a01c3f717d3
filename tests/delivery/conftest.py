"""Each test gets an empty database: a SQLite file always, PostgreSQL where a server answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from delivery_people import emptied

from bot.store import Cipher, Store, open_store


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
