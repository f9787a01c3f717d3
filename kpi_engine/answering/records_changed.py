"""What was recorded, deleted or changed between two extracts, as it bears on one day.

What is dated after the day does not exist as at that day (kpi_engine.ledger), so it is blanked in both extracts before
they are compared: a visit of next week, or an end set for next month, explains no number of today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from kpi_engine.extracts.raw import Extract
from kpi_engine.facts import CHILD_COLUMNS, NOBODY, Facts
from kpi_engine.tables import Table, contract

Kind = Literal["recorded", "deleted", "changed"]
Cells = Mapping[str, Any]
DATED = ("date", "timestamp", "month")


@dataclass(frozen=True, order=True)
class RecordChange:
    """One row of an extract that differs from the extract before.

    kind: "recorded" (only in the newer one), "deleted" (only in the older), "changed" (one column of it).
    on: the row's first date, ISO ("" = none): of a changed one as it stands now.
    column, before, after: of a changed one; cells as text, "" = empty.
    """

    table: str
    on: str
    key: str
    kind: Kind
    column: str = ""
    before: str = ""
    after: str = ""

    def to_json(self) -> dict[str, str]:
        told = {"table": self.table, "key": self.key, "kind": self.kind, "on": self.on}
        if self.kind == "changed":
            told |= {"column": self.column, "before": self.before, "after": self.after}
        return told


def of_child(
    before: Facts, now: Facts, child_id: str, tables: Iterable[str], on: date
) -> tuple[RecordChange, ...]:
    """Rows of one child, wherever the child is named or found through a parent row, in order."""
    found: list[RecordChange] = []
    for name in tables:
        if name in CHILD_COLUMNS:
            found += _compared(
                name, _rows_of_child(before, name, child_id), _rows_of_child(now, name, child_id), on
            )
    return tuple(sorted(found))


def of_ids(
    before: Facts, now: Facts, ids: Collection[str], tables: Iterable[str], on: date
) -> tuple[RecordChange, ...]:
    """Rows that carry one of these ids in any id column: for what is about no child (a carer's assessment, a
    worker's supervision)."""
    found: list[RecordChange] = []
    for name in tables:
        found += _compared(
            name, _rows_with(before.extract, name, ids), _rows_with(now.extract, name, ids), on
        )
    return tuple(sorted(found))


def _rows_of_child(facts: Facts, name: str, child_id: str) -> dict[str, Cells]:
    code, frame = facts.children.place.get(child_id, NOBODY), facts[name]
    if code == NOBODY or not frame.rows:
        return {}
    return _taken(facts.extract, name, np.flatnonzero(frame.child == code))


def _rows_with(extract: Extract, name: str, ids: Collection[str]) -> dict[str, Cells]:
    if name not in extract.tables:
        return {}
    held = extract.tables[name]
    named = np.zeros(held.num_rows, dtype=bool)
    for column in contract()[name].columns:
        if column.type == "id" and column.name in held.column_names:
            named |= np.array([cell in ids for cell in held.column(column.name).to_pylist()], dtype=bool)
    return _taken(extract, name, np.flatnonzero(named))


def _taken(extract: Extract, name: str, places: Any) -> dict[str, Cells]:
    """Rows by key; of several with one key the first (the load has said so)."""
    table = contract()[name]
    rows = extract.tables[name].take(places).to_pylist()
    out: dict[str, Cells] = {}
    for row in rows:
        out.setdefault("+".join(str(row.get(key) or "") for key in table.keys), row)
    return out


def _compared(
    name: str, before: Mapping[str, Cells], now: Mapping[str, Cells], on: date
) -> list[RecordChange]:
    table, found = contract()[name], []
    for key in {*before, *now}:
        old, new = _as_at(table, before.get(key), on), _as_at(table, now.get(key), on)
        if old is None and new is None:
            continue
        if old is None or new is None:
            kind: Kind = "recorded" if old is None else "deleted"
            found.append(RecordChange(name, _day_of(table, new or old or {}), key, kind))
            continue
        found += [
            RecordChange(name, _day_of(table, new), key, "changed", column, old[column], new[column])
            for column in new
            if old[column] != new[column]
        ]
    return found


def _as_at(table: Table, row: Cells | None, on: date) -> dict[str, str] | None:
    """The row's cells as text without what lies after the day; None for a row of which no date is left."""
    if row is None:
        return None
    dates = [c.name for c in table.columns if c.type in DATED]
    held = {name: row.get(name) for name in dates if row.get(name) is not None and row[name] <= on}
    if not held and any(row.get(name) is not None for name in dates):
        return None
    return {
        c.name: _text(held.get(c.name) if c.type in DATED else row.get(c.name))
        for c in table.columns
        if not c.key
    }


def _day_of(table: Table, row: Mapping[str, str]) -> str:
    return next((row[c.name] for c in table.columns if c.type in DATED and row.get(c.name)), "")


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)
