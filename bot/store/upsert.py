"""Insert, or change what is there: one statement, said the way each database wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.postgresql.dml import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.dialects.sqlite.dml import Insert as SqliteInsert

from bot.store.database import Database
from bot.store.tables import Base


def insert_for(database: Database, table: type[Base]) -> SqliteInsert | PostgresqlInsert:
    """An INSERT that knows ON CONFLICT."""
    return sqlite_insert(table) if database.is_sqlite else postgresql_insert(table)


def upsert(
    database: Database, table: type[Base], key: Mapping[str, Any], values: Mapping[str, Any]
) -> SqliteInsert | PostgresqlInsert:
    """Insert key and values; where the key is taken, set the values."""
    return (
        insert_for(database, table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=dict(values))
    )
