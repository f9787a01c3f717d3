"""Raw text tables -> typed tables: one road for every source, so that each source gives the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa

from kpi_engine import cells
from kpi_engine.findings import Finding
from kpi_engine.tables import ALIASES, Column, Table, contract

ROW_SUFFIX, BAD_SUFFIX, TIME_SUFFIX = "__row", "__bad", "__seconds"
MOSTLY_UNREADABLE = 0.2
"""A date column with more than this share of cells in an unknown spelling is refused: its format is not ours."""


@dataclass(frozen=True)
class Reach:
    """What a source can say and what it cannot (an SSD extract, which has its history, can say everything).

    cannot: by measure or clock, why the source gives no number: a sentence.
    snapshot: the national tables tell how things stood on the extract's date, and not before it.
    events_from: the first day from which the national tables hold every event; None = all there ever were.
    newest_only: clocks of which only the newest row is known, because earlier events are left out.
    """

    cannot: Mapping[str, str] = field(default_factory=dict)
    snapshot: bool = False
    events_from: date | None = None
    newest_only: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "cannot": dict(self.cannot), "snapshot": self.snapshot,
            "events_from": self.events_from.isoformat() if self.events_from else None,
            "newest_only": list(self.newest_only),
        }  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Reach:
        since = told["events_from"]
        return cls(
            told["cannot"],
            told["snapshot"],
            date.fromisoformat(since) if since else None,
            tuple(told["newest_only"]),
        )


@dataclass
class Extract:
    """One loaded extract: typed Arrow tables by name, what was wrong with single cells, and where it came from.

    Dates are date32, timestamps also carry `<column>__seconds` (-1 = no time of day), flags are "Y", "N" or null,
    `<column>__bad` marks cells that held an unreadable date, `__row` is the line in the source.
    """

    as_at: date
    authority: str = ""
    tables: dict[str, pa.Table] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    source: str = ""
    loaded_at: str = ""
    id: str = ""
    reach: Reach = field(default_factory=Reach)


def typed(
    name: str, raw: pa.Table, source: str, faults: list[str], findings: list[Finding]
) -> pa.Table | None:
    """One raw table (all columns text) as a typed one. Faults that stop the load are appended to `faults`, faults of
    single cells to `findings`. None if the table cannot be used.
    """
    table = contract()[name]
    raw = _named(table, raw)
    missing = [c.name for c in table.columns if c.needed and c.name not in raw.column_names]
    for name_missing in missing:
        faults.append(
            f"{source}: the column {name_missing} is missing; it is needed to read this table. "
            f"Add it to the header (columns found: {', '.join(raw.column_names[:6]) or 'none'} ...)."
        )
    if missing:
        return None
    rows = raw.num_rows
    line = pa.array(range(2, rows + 2), pa.int32())
    if ROW_SUFFIX in raw.column_names:
        line = raw.column(ROW_SUFFIX).combine_chunks()
    out: dict[str, pa.Array | pa.ChunkedArray] = {}
    keys = [_text(table.by_name[k], raw) for k in table.keys]
    for column in table.columns:
        if column.name not in raw.column_names:
            continue
        if column.type in ("date", "timestamp", "month"):
            _dates(column, table, raw, source, keys, line, out, faults, findings)
        elif column.type == "number":
            out[column.name] = _numbers(column, table, raw, keys, line, findings)
        elif column.type == "flag":
            values = cells.mapped(_text(column, raw), cells.flag)
            out[column.name] = pa.array([v or None for v in values], pa.string())
        else:
            empty = cells.EMPTY_ID if column.type == "id" else cells.EMPTY
            out[column.name] = cells.trimmed(raw.column(column.name), empty).combine_chunks()
    out[ROW_SUFFIX] = line
    return _without_repeats(table, pa.table(out), findings)


def _named(table: Table, raw: pa.Table) -> pa.Table:
    """The raw table with our spelling of its column names; unknown columns are dropped."""
    known = (
        {c.name.lower(): c.name for c in table.columns}
        | ALIASES.get(table.name, {})
        | {ROW_SUFFIX: ROW_SUFFIX}
    )
    keep: dict[str, pa.ChunkedArray] = {}
    for place, spelling in enumerate(raw.column_names):
        name = known.get(spelling.strip().lower())
        if name and name not in keep:
            keep[name] = raw.column(place)
    return pa.table(keep)


def _text(column: Column, raw: pa.Table) -> list[str | None]:
    empty = cells.EMPTY_ID if column.type == "id" else cells.EMPTY
    values: list[str | None] = cells.trimmed(raw.column(column.name), empty).to_pylist()
    return values


def _key(keys: list[list[str | None]], place: int, line: pa.Array) -> str:
    return "+".join(k[place] or "" for k in keys) or f"line {line[place]}"


def _dates(
    column: Column, table: Table, raw: pa.Table, source: str, keys: list[list[str | None]], line: pa.Array,
    out: dict[str, pa.Array | pa.ChunkedArray], faults: list[str], findings: list[Finding],
) -> None:  # fmt: skip
    read = cells.read_month if column.type == "month" else cells.read_moment
    texts = _text(column, raw)
    days: list[int | None] = []
    seconds: list[int] = []
    bad: list[tuple[int, str]] = []
    for place, text in enumerate(texts):
        moment = read(text) if text is not None else None
        if isinstance(moment, tuple):
            days.append(moment[0])
            seconds.append(moment[1])
        else:
            days.append(None)
            seconds.append(-1)
            if moment is not None:
                bad.append((place, moment))
    unknown = [place for place, what in bad if what == "unknown date spelling"]
    filled = sum(text is not None for text in texts)
    if len(unknown) > MOSTLY_UNREADABLE * filled:
        faults.append(
            f"{source}, line {line[unknown[0]]}, column {column.name}: {len(unknown)} of {filled} dates are not "
            f"written YYYY-MM-DD (or YYYY-MM-DD HH:MM:SS). Export the column in that form and load again."
        )
    for place, what in bad:
        findings.append(
            Finding(what, table.name, _key(keys, place, line),
                    f"Line {line[place]}, column {column.name}: this cell holds no date that exists in the form "
                    "YYYY-MM-DD; it is treated as empty.", row=line[place].as_py())
        )  # fmt: skip
    out[column.name] = pa.array(days, pa.int32()).cast(pa.date32())
    if column.type == "timestamp":
        out[column.name + TIME_SUFFIX] = pa.array(seconds, pa.int32())
    if bad:
        marks = [False] * len(texts)
        for place, _ in bad:
            marks[place] = True
        out[column.name + BAD_SUFFIX] = pa.array(marks)


def _numbers(
    column: Column,
    table: Table,
    raw: pa.Table,
    keys: list[list[str | None]],
    line: pa.Array,
    findings: list[Finding],
) -> pa.Array:
    out: list[float | None] = []
    for place, text in enumerate(_text(column, raw)):
        if text is None:
            out.append(None)
            continue
        try:
            value = float(text)
        except ValueError:
            findings.append(
                Finding("not a number", table.name, _key(keys, place, line),
                        f"Line {line[place]}, column {column.name}: this cell is not a number; it is treated as empty.",
                        row=line[place].as_py())
            )  # fmt: skip
            value = float("nan")
        out.append(None if value != value or value == cells.UNKNOWN_DISTANCE else value)
    return pa.array(out, pa.float64())


def _without_repeats(table: Table, data: pa.Table, findings: list[Finding]) -> pa.Table:
    """Of several rows with one key the first in the file is used, and each repeat is a finding (rules 7)."""
    keys = [k for k in table.keys if k in data.column_names]
    if not keys:
        return data
    columns = [data.column(k).to_pylist() for k in keys]
    lines = data.column(ROW_SUFFIX).to_pylist()
    seen: set[object] = set()
    keep: list[int] = []
    for place, key in enumerate(zip(*columns, strict=True)):
        if None in key:
            keep.append(place)
            findings.append(
                Finding("missing key", table.name, f"line {lines[place]}",
                        f"Line {lines[place]}: the key {'+'.join(keys)} is empty.", row=lines[place])
            )  # fmt: skip
        elif key in seen:
            findings.append(
                Finding("duplicate key", table.name, "+".join(key),
                        f"Line {lines[place]}: this key stands in an earlier line, which is the one used.",
                        row=lines[place])
            )  # fmt: skip
        else:
            seen.add(key)
            keep.append(place)
    return data if len(keep) == data.num_rows else data.take(keep)


def type_all(
    raws: Mapping[str, tuple[str, pa.Table]], faults: list[str], findings: list[Finding]
) -> dict[str, pa.Table]:
    """Every raw table ({name: (source, table)}) typed, in contract order."""
    out = {}
    for name in contract():
        if name in raws:
            source, raw = raws[name]
            done = typed(name, raw, source, faults, findings)
            if done is not None:
                out[name] = done
    return out
