"""What moved a rate, or a backlog of duties, between two sets of records: by hand, from two ledgers of one day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.longhand.ledger import clock_rows
from tests.longhand.world import Records, World

Tables = dict[str, list[dict[str, str]]]
Key = tuple[str, str, int]
COUNTED = ("done_in_time", "done_late", "missed", "overdue")


def rate_moves(
    then: Tables,
    now: Tables,
    clocks: tuple[str, ...],
    as_at: dt.date,
    first: dt.date,
    last: dt.date,
    basis: str,
) -> set[tuple[str, Key]]:
    """("in" | "out" | "met" | "not_met", the duty) of every duty due (or held) in the period that moved."""
    old, new = (_rate(tables, clocks, as_at, first, last, basis) for tables in (then, now))
    out = {("in", key) for key in new.keys() - old.keys()} | {("out", key) for key in old.keys() - new.keys()}
    for key in old.keys() & new.keys():
        if old[key] != new[key]:
            out.add(("met" if new[key] else "not_met", key))
    return out


def backlog_moves(then: Tables, now: Tables, clocks: tuple[str, ...], as_at: dt.date) -> set[tuple[str, Key]]:
    """Duties that are overdue by one set of records only."""
    old, new = (
        {_key(row) for row in _rows(tables, clocks, as_at) if row["status"] == "overdue"}
        for tables in (then, now)
    )
    return {("in", key) for key in new - old} | {("out", key) for key in old - new}


def _rate(
    tables: Tables, clocks: tuple[str, ...], as_at: dt.date, first: dt.date, last: dt.date, basis: str
) -> dict[Key, bool]:
    found: dict[Key, bool] = {}
    for row in _rows(tables, clocks, as_at):
        if basis == "due":
            counts = first <= row["due_date"] <= last and row["status"] in COUNTED
        else:
            counts = row["done_date"] is not None and first <= row["done_date"] <= last
        if counts:
            found[_key(row)] = row["status"] == "done_in_time"
    return found


def _rows(tables: Tables, clocks: tuple[str, ...], as_at: dt.date) -> list[dict[str, Any]]:
    world = World(Records(tables), as_at)
    return [row for clock in clocks for row in clock_rows(world, clock)]


def _key(row: dict[str, Any]) -> Key:
    return row["clock"], row["subject_id"], row["sequence"]
