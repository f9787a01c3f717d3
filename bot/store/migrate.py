"""Brings the database to the version this program knows, or back to an earlier one, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.database import Database, StoreUnavailable

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
