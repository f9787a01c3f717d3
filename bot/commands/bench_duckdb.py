"""The whole ledger worked out a second time, in SQL by DuckDB, from the same CSV files: the same rows, and how fast.

Not a copy of the engine: the statements are written from the rules (rules.md 4 and 5), over the raw files, with bank
holidays of their own. Rows are compared one by one on subject, sequence, start, due, done, end and status.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bot.commands.bench_statements import statements

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

MACROS = (
    "far() as date '9999-12-31'",
    "day_of(text) as try_cast(left(text, 10) as date)",
    "minute_of(text) as case when length(text) > 10 then date_trunc('minute', text::timestamp) end",
    "id_number(id) as coalesce(try_cast(id as hugeint), 10::hugeint ** 37)",
    "yes(text) as regexp_matches(lower(text), '^([a-z]\\) *)?(y|yes|true|1)$')",
    "code(text) as upper(rtrim(split_part(regexp_replace(trim(text), '^[a-z]\\) *', ''), ' ', 1), ':'))",
    "leaver_word(text) as upper(trim(regexp_replace(regexp_replace(lower(trim(text)), '^[a-z]\\) *', ''), "
    "' *(child|care leaver)', '', 'g')))",
    "birthday(born, years) as case when month(born) = 2 and day(born) = 29 and day(born + to_years(years)) = 28 "
    "then (born + to_years(years) + interval 1 day)::date else (born + to_years(years))::date end",
)
"""The words of the statements."""
NONE = "select * from ({}) where false"
"""The rows of a clock whose events nobody recorded: none, whatever the other tables hold."""
ABSENT = "DuckDB is not installed here, so the second calculation was left out; pip install duckdb brings it."


def twin(data: Path, home: Path, folder: Path) -> dict[str, Any]:
    """Seconds of both for each clock, and whether their rows are the same; or why there is no second calculation."""
    try:
        import duckdb
    except ImportError:
        return {"left_out": ABSENT}
    import kpi_engine

    folder.mkdir()
    engine = kpi_engine.open_current(home)
    # The engine's rows have owners too; who held whom is worked out once, whatever the clock.
    engine.ledger_sizes(engine.as_at, "contact_decision")
    db = duckdb.connect()
    db.execute("set threads = 1")
    _prepare(db, data, engine.as_at)
    found = statements()
    for name, body in found.views.items():
        db.execute(f"create table {name} as {body}")
    clocks = {
        clock: rows
        if all((data / f"{name}.csv").exists() for name in found.needs.get(clock, ()))
        else NONE.format(rows)
        for clock, rows in found.clocks.items()
    }
    out = {clock: _compared(db, engine, clock, folder, rows) for clock, rows in clocks.items()}
    return out | {"whole": _whole(out)}


def _whole(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """All clocks together."""
    ours, theirs, rows = (
        sum(one[name] for one in found.values()) for name in ("engine_seconds", "duckdb_seconds", "rows")
    )
    return {
        "rows": rows, "same_rows": all(one["same_rows"] for one in found.values()), "engine_seconds": round(ours, 4),
        "duckdb_seconds": round(theirs, 4), "engine_to_duckdb": round(ours / theirs, 2),
    }  # fmt: skip


def _compared(db: Any, engine: Engine, clock: str, folder: Path, rows_as_at: str) -> dict[str, Any]:
    start = perf_counter()
    db.execute(f"create table {clock} as {rows_as_at}")
    theirs = perf_counter() - start
    start = perf_counter()
    engine.ledger_sizes(engine.as_at, clock)
    ours = perf_counter() - start
    target = folder / f"{clock}.parquet"
    rows = engine.write_ledger(target, engine.as_at, clock, "parquet")
    engine_rows = f"""
        select clock, subject_id as subject, sequence, start_date::date as start, due_date::date as due,
            done_date::date as done, ended_date::date as ended, status from '{target}'"""
    only_ours = _count(db, f"{engine_rows} except all select * from {clock}")
    only_theirs = _count(db, f"select * from {clock} except all {engine_rows}")
    return {
        "rows": rows, "same_rows": not only_ours and not only_theirs, "only_engine": only_ours,
        "only_duckdb": only_theirs,
        "engine_seconds": round(ours, 4), "duckdb_seconds": round(theirs, 4),
        "engine_to_duckdb": round(ours / theirs, 2),
    }  # fmt: skip


def _count(db: Any, rows: str) -> int:
    (found,) = db.execute(f"select count(*) from ({rows})").fetchone()
    return int(found)


def _prepare(db: Any, data: Path, as_at: date) -> None:
    """Tables of text, of several rows with one key the first; working days; the words of the statements."""
    from kpi_engine.tables import contract

    for name, table in contract().items():
        there = _columns(db, data / f"{name}.csv")
        keys = ", ".join(table.keys)
        known = ", ".join(
            f"""nullif(nullif(trim("{c}"), ''), 'NULL') as "{c}\""""
            if c in there
            else f'null::varchar as "{c}"'
            for c in (column.name for column in table.columns)
        )
        first = f"qualify row_number() over (partition by {keys} order by line) = 1 or {keys.split(', ')[0]} is null"
        db.execute(
            f"create table {name} as select * from (select {known}, rowid as line from raw_{name}) "
            f"{first if keys else ''}"
        )
    db.execute(f"create macro as_at() as date '{as_at.isoformat()}'")
    for macro in MACROS:
        db.execute(f"create macro {macro}")
    _working_days(db)


def _columns(db: Any, path: Path) -> list[str]:
    """The file as a table of text; its columns. A file that is absent is a table without rows."""
    if not path.exists():
        db.execute(f"create table raw_{path.stem} (absent varchar)")
        return []
    db.execute(
        f"create table raw_{path.stem} as select * from read_csv('{path}', all_varchar = true, nullstr = '')"
    )
    return [name.lower() for (name, *_) in db.execute(f"describe raw_{path.stem}").fetchall()]


def _working_days(db: Any) -> None:
    """plus_wd(day, n): the n-th working day after a day, by number of the working day; null outside the calendar."""
    import holidays

    closed = holidays.country_holidays("GB", subdiv="ENG", years=range(1995, 2041))
    first, count = date(1995, 1, 1), 0
    number: list[int] = []
    working: list[str] = []
    for place in range((date(2040, 12, 31) - first).days + 1):
        when = first + timedelta(days=place)
        if when.weekday() < 5 and when not in closed:
            count += 1
            working.append(when.isoformat())
        number.append(count)
    db.execute("create table calendar as select ?::int[] as upto, ?::date[] as working", [number, working])
    db.execute(
        "create macro plus_wd(start, n) as (select case when start >= date '1995-01-01' then "
        "working[upto[date_diff('day', date '1995-01-01', start) + 1] + n] end from calendar)"
    )
