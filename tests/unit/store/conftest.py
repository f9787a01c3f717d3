"""Each test gets a database of its own: a SQLite file always, PostgreSQL where a server answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.store import Cipher, Store, open_store
from tests.databases import new_database

NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)


@pytest.fixture
async def url(database_kind: str, tmp_path: Path) -> AsyncIterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}"
        return
    async with new_database() as made:
        yield made


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(Fernet.generate_key())


@pytest.fixture
async def store(url: str, cipher: Cipher) -> AsyncIterator[Store]:
    opened = await open_store(url, cipher)
    yield opened
    await opened.close()
