"""Brings the database to the version this program knows, or back to an earlier one, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.store.database import Database, StoreUnavailable, open_engine, sentence

MIGRATION_LOCK = 7_301
"""Advisory lock: replicas that start together migrate one after the other."""


async def migrate(database: Database, to: str = "head") -> None:
    """Upgrade to revision `to` ("head": the newest). Raises StoreUnavailable when the database is newer than
    we are.
    """
    async with database.writing() as session:
        await database.serialise(session, MIGRATION_LOCK)
        connection = await session.connection()
        await connection.run_sync(_upgrade, to)


async def migrate_back(database: Database, to: str) -> None:
    """Downgrade to revision `to` ("base": empty)."""
    async with database.writing() as session:
        await database.serialise(session, MIGRATION_LOCK)
        connection = await session.connection()
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), to))


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
    config = _config(connection)
    now = MigrationContext.configure(connection).get_current_revision()
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if now is not None and now not in known:
        raise StoreUnavailable("The database was made by a newer version of perfbot: update perfbot first.")
    command.upgrade(config, to)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    return config
