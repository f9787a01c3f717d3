"""An SSD database: the same tables as an SSD folder, behind a SQLAlchemy URL (inputs.md 2).

    postgresql+psycopg://user:password@host/database      mssql+pyodbc://user:password@host/database?driver=...

Tables are found by name, whatever their capitals, on the connection's own search path, or in the schema that
`?schema=NAME` gives. Only columns of the data contract are read: a child's name never leaves the database.
Every value becomes the text that a folder would hold, so that both ways in give the same answers.

A folder keeps the order of its lines; a table in a database has none. Its rows are put in the order of their
keys (T2 before T10), then of the rest of their text: of several rows with one key the first in that order is
used, and the line that a finding names is the row's place in it, as if the table were a file with a header.

Nothing is written: the transaction is read only where the database knows such a thing, and everything sent is
SELECT. All or nothing: a fault anywhere is a LoadError, and no part of the database is returned.
"""

from __future__ import annotations

import json
import math
import warnings as python_warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    ProgrammingError,
    SAWarning,
    SQLAlchemyError,
)
from sqlalchemy.pool import NullPool

from kpi_engine.errors import LoadError
from kpi_engine.extracts.columns import reach_of, sentences
from kpi_engine.extracts.raw import Extract, typed
from kpi_engine.findings import Finding
from kpi_engine.tables import ALIASES, contract

BATCH = 5_000
"""Rows held as Python values at a time."""
CONNECT_SECONDS = 15
LOCAL = ZoneInfo("Europe/London")
READ_ONLY = {
    "postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
"""What makes a connection's transaction read only, by dialect; others are only ever sent SELECT.
On PostgreSQL every table is also read as it stood at one moment."""
ASYNCHRONOUS = {
    "asyncpg": "psycopg", "psycopg_async": "psycopg", "aiosqlite": "pysqlite", "aioodbc": "pyodbc",
}  # fmt: skip
"""Drivers for asynchronous programs, and the one to write instead."""


def read_database(source: str, as_at: date | None) -> Extract:
    """Load the SSD and local tables of a database.

    source: a SQLAlchemy URL.  as_at: the extract's date; a database does not say it, so it is needed.
    Raises LoadError with one sentence for each fault; no sentence holds the password.
    """
    url, schema = _address(source)
    if as_at is None:
        raise LoadError(["A database does not say its as-at date. Give it with --as-at YYYY-MM-DD."])
    faults: list[str] = []
    findings: list[Finding] = []
    warnings: list[str] = []
    with _connected(url) as connection:
        found = _read(connection, url, schema, faults, findings, warnings)
    if faults:
        raise LoadError(faults)
    tables = {name: found[name] for name in contract() if name in found}
    reach = reach_of(tables)
    warnings += sentences(reach)
    return Extract(as_at, "", tables, findings, warnings, source=_name(url), reach=reach)


def statement(table: str, columns: Sequence[str], schema: str | None = None) -> sa.Select[Any]:
    """SELECT of some columns of a table, in words every dialect knows."""
    source = sa.table(table, *(sa.column(name) for name in columns), schema=schema)
    return sa.select(*source.columns)


# Connecting


def _address(source: str) -> tuple[URL, str | None]:
    """The URL without our own `schema` setting, and that schema."""
    try:
        url = sa.make_url(source)
        url.get_dialect()
    except NoSuchModuleError:
        raise LoadError([f"{source.split(':')[0]} is no kind of database that SQLAlchemy knows."]) from None
    except (ArgumentError, ValueError):
        raise LoadError(
            ["The database URL cannot be read; it should be like postgresql+psycopg://user@host/database."]
        ) from None
    driver = url.get_driver_name()
    if driver in ASYNCHRONOUS:
        wanted = f"{url.get_backend_name()}+{ASYNCHRONOUS[driver]}"
        raise LoadError([f"Extracts are not read through {driver}; write the URL as {wanted}://..."])
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise LoadError([f"There is no SQLite file {Path(url.database or '').name or 'named in the URL'}."])
    schema = url.query.get("schema")
    return url.difference_update_query(["schema"]), schema if isinstance(schema, str) else None


def _name(url: URL) -> str:
    """What the database is called in sentences: never its user or password."""
    return f"{url.get_backend_name()} database {Path(url.database or '').name}".strip()


def _where(url: URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"The {_name(url)}" + (f" on {url.host}{port}" if url.host else "")


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    """A connection in a read-only transaction."""
    patience = {"connect_timeout": CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
    if "connect_timeout" in url.query:
        patience = {}
    try:
        engine = sa.create_engine(url, poolclass=NullPool, connect_args=patience)
    except ImportError:
        raise LoadError(
            [f"The database driver {url.get_driver_name()} is not installed; install it and load again."]
        ) from None
    try:
        connection = engine.connect()
    except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
        # TypeError, ValueError: what drivers raise for a setting in the URL that they do not know.
        raise LoadError([f"{_where(url)} {_why_not(error)} Nothing was changed."]) from None
    with connection:
        yield connection


def _why_not(error: Exception) -> str:
    """Why no connection was made, in our own words: a driver's words may hold what the URL holds."""
    told = str(getattr(error, "orig", None) or error).casefold()
    if any(word in told for word in ("password", "authentication", "login failed", "no pg_hba.conf")):
        return "refuses the user name or password: check both in the URL."
    if "database" in told and any(word in told for word in ("does not exist", "unknown", "cannot open")):
        return "does not exist there: check the name in the URL."
    if isinstance(error, (TypeError, ValueError, ProgrammingError)):
        return "cannot be reached with these settings: check what follows the ? in the URL."
    return "does not answer: check host and port in the URL, and that the server is running."


# Reading


def _read(
    connection: Connection, url: URL, schema: str | None, faults: list[str], findings: list[Finding],
    warnings: list[str],
) -> dict[str, pa.Table]:  # fmt: skip
    """Every table, typed before the next is read: its text need not be held any longer."""
    tables: dict[str, pa.Table] = {}
    reading = "the list of tables"
    try:
        if connection.dialect.name in READ_ONLY:
            connection.execute(sa.text(READ_ONLY[connection.dialect.name]))
        wanted = _tables(connection, schema, faults, warnings)
        if not any(name.startswith("ssd_") for name in wanted) and not faults:
            inside = f" in the schema {schema}" if schema else ""
            faults.append(
                f"{_where(url)} holds no SSD table{inside}; it should hold tables such as ssd_person and "
                "ssd_cin_episodes. Another schema is named with ?schema=NAME in the URL."
            )
        for name, (spelt, columns) in wanted.items():
            reading = f"the table {spelt}"
            table = typed(name, _rows(connection, name, spelt, columns, schema), spelt, faults, findings)
            if table is not None:
                tables[name] = table
    except (SQLAlchemyError, OSError) as error:
        raise LoadError([f"{_where(url)}: {_lost(error, reading)} Nothing was loaded."]) from None
    return tables


def _lost(error: Exception, reading: str) -> str:
    if isinstance(error, OSError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return f"the connection was lost while {reading} was read. Load again."
    return f"{reading} could not be read; check that the user may SELECT from it and that its dates are real."


def _tables(
    connection: Connection, schema: str | None, faults: list[str], warnings: list[str]
) -> dict[str, tuple[str, list[str]]]:
    """{table of the contract: (its name in the database, its columns that the contract knows)}."""
    inspector = sa.inspect(connection)
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore", SAWarning)  # an unknown column type is read as it comes
        found = inspector.get_multi_columns(schema=schema, kind=ObjectKind.ANY)
    out: dict[str, tuple[str, list[str]]] = {}
    strangers: list[str] = []
    for (_, spelt), columns in sorted(found.items(), key=lambda item: item[0][1]):
        name = spelt.lower()
        if not name.startswith(("ssd_", "local_")):
            continue
        if name not in contract():
            strangers.append(spelt)
        elif name in out:
            faults.append(f"{spelt}: the table {name} is there twice, in different capitals; keep one.")
        else:
            known = {c.name for c in contract()[name].columns} | set(ALIASES.get(name, {}))
            out[name] = (spelt, [c["name"] for c in columns if c["name"].strip().lower() in known])
    if strangers:
        warnings.append(f"Tables that are not in the data contract were left out: {', '.join(strangers)}.")
    return out


def _rows(connection: Connection, name: str, spelt: str, columns: list[str], schema: str | None) -> pa.Table:
    """One table as text, in the order of its text, key first."""
    if not columns:
        return pa.table({})
    kind = pa.schema([(column, pa.string()) for column in columns])
    batches: list[pa.RecordBatch] = []
    result = connection.execution_options(yield_per=BATCH).execute(statement(spelt, columns, schema))
    for part in result.partitions():
        cells = [[_text(value) for value in column] for column in zip(*part, strict=True)]
        batches.append(pa.record_batch(cells, schema=kind))
    return _in_order(name, pa.Table.from_batches(batches, schema=kind))


def _in_order(name: str, table: pa.Table) -> pa.Table:
    """The rows in the order of their keys, then of all their text; never in the server's collation."""
    spelt = {ALIASES.get(name, {}).get(c.strip().lower(), c.strip().lower()): c for c in table.column_names}
    order = {f"key {k}": _padded(table.column(spelt[k])) for k in contract()[name].keys if k in spelt}
    order |= {f"text {c}": table.column(c) for c in table.column_names}
    places = pc.sort_indices(pa.table(order), sort_keys=[(column, "ascending") for column in order])
    return table.take(places)


def _padded(ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids with every number in them as 18 digits, so that they sort as numbers do."""
    return pc.replace_substring_regex(
        pc.replace_substring_regex(ids, r"(\d+)", "0" * 18 + r"\1"), r"\d*(\d{18})", r"\1"
    )


# Values as text


def _text(value: Any) -> str:
    """A value as a folder would hold it."""
    if value is None:
        return ""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    write = WRITERS.get(kind)
    return write(value) if write else str(value)


@lru_cache(maxsize=100_000)
def _moment(value: datetime) -> str:
    """Local time: a midnight of British Summer Time is another day in UTC."""
    if value.tzinfo is not None:
        value = value.astimezone(LOCAL)
    return value.strftime("%Y-%m-%d %H:%M:%S") if value.year >= 1000 else value.isoformat(" ", "seconds")[:19]


@lru_cache(maxsize=100_000)
def _day(value: date) -> str:
    return value.isoformat()


def _float(value: float) -> str:
    """Without the .0 that a whole number gets in a floating column: ids must match across tables."""
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return ""
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


WRITERS: dict[type, Callable[[Any], str]] = {
    datetime: _moment, date: _day, float: _float, Decimal: _decimal, dict: _json, list: _json,
    bool: lambda value: "Y" if value else "N", time: lambda value: value.isoformat("seconds"),
}  # fmt: skip
