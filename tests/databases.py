"""The PostgreSQL of the tests, in one place: whether a server answers, and databases that are gone afterwards.

PERFBOT_TEST_POSTGRES names the server, by default the one of this machine. Where it is set a server that does not
answer is a failure; where it is not, the tests that need one are skipped and say so.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg
import pytest
from sqlalchemy.engine import URL, make_url

NAMED_BY = "PERFBOT_TEST_POSTGRES"
SERVER = os.environ.get(NAMED_BY, "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


def plain(url: URL | str) -> str:
    """The address as asyncpg and PostgreSQL's own tools write it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def connected() -> asyncpg.Connection:
    """A connection to the server; skips where none answers."""
    try:
        return await asyncpg.connect(plain(SERVER), timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if NAMED_BY in os.environ:
            raise
        pytest.skip(f"no PostgreSQL answers and {NAMED_BY} is not set: {error}")


@asynccontextmanager
async def new_database() -> AsyncIterator[str]:
    """The address of a new database, as the bot takes it, that is gone afterwards."""
    connection = await connected()
    name = f"perfbot_test_{uuid.uuid4().hex}"
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        url = make_url(SERVER).set(drivername="postgresql+asyncpg", database=name)
        yield url.render_as_string(hide_password=False)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


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


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_server() -> URL:
    """A server that answers."""

    async def answers() -> None:
        await (await connected()).close()

    asyncio.run(answers())
    return make_url(SERVER)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL database for the session: making one takes longer than most tests."""
    with entered() as url:
        yield url
