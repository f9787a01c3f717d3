"""Brings the database to the version this program knows, or back to an earlier one, with Alembic.

Alembic is imported where something is to be changed: it takes a tenth of a command's time, and most find nothing to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.store.database import Database, StoreUnavailable, open_engine, sentence

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "0003"
"""The last revision in migrations/versions."""
MIGRATION_LOCK = 7_301
"""Advisory lock: replicas that start together migrate one after the other."""


async def migrate(database: Database, to: str = "head") -> None:
    """Upgrade to revision `to` ("head": the newest). Raises StoreUnavailable when the database is newer than
    we are.
    """
    if to == "head" and await _version(database) == NEWEST:
        return
    async with database.writing() as session:
        await database.serialise(session, MIGRATION_LOCK)
        connection = await session.connection()
        await connection.run_sync(_upgrade, to)


async def migrate_back(database: Database, to: str) -> None:
    """Downgrade to revision `to` ("base": empty)."""
    from alembic import command

    async with database.writing() as session:
        await database.serialise(session, MIGRATION_LOCK)
        connection = await session.connection()
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), to))


async def _version(database: Database) -> str | None:
    """The revision the database is at; None where it is at none, or cannot be read: then Alembic says why."""
    try:
        async with database.reading() as session:
            version: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
            return version
    except DBAPIError:
        return None


async def is_new(url: str) -> bool:
    """Whether a PostgreSQL database has no table of ours; it is left as it is. False for SQLite, whose files are
    looked at as files. Raises StoreUnavailable."""
    engine = open_engine(url) if make_url(url).get_backend_name() != "sqlite" else None
    if engine is None:
        return False
    try:
        async with engine.connect() as connection:
            return not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version"))
    except (SQLAlchemyError, OSError) as error:
        raise StoreUnavailable(sentence(engine, error)) from None
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = _config(connection)
    now = MigrationContext.configure(connection).get_current_revision()
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if now is not None and now not in known:
        raise StoreUnavailable("The database was made by a newer version of perfbot: update perfbot first.")
    command.upgrade(config, to)


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    return config
