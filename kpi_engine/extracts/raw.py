"""Raw text tables -> typed tables: one road for every source, so that each source gives the same answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi_engine import cells
from kpi_engine.extracts.spellings import Spellings
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
    newest_only: clocks of which only the row open on the extract's date is known: earlier events are left out.
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
    text is a dictionary, `<column>__bad` marks cells that held an unreadable date, `__row` is the line in the source.
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
    line = np.arange(2, raw.num_rows + 2)
    if ROW_SUFFIX in raw.column_names:
        line = np.asarray(raw.column(ROW_SUFFIX).to_numpy(), dtype=np.int64)
    told = {c.name: Spellings.of(c, raw.column(c.name)) for c in table.columns if c.name in raw.column_names}
    typing = _Typing(table, source, line, [told[key] for key in table.keys], faults, findings)
    out: dict[str, pa.Array] = {}
    for column in table.columns:
        if column.name not in told:
            continue
        if column.type in ("date", "timestamp", "month"):
            typing.dates(column, told[column.name], out)
        elif column.type == "number":
            out[column.name] = typing.numbers(column, told[column.name])
        elif column.type == "flag":
            out[column.name] = _flags(told[column.name])
        else:
            out[column.name] = told[column.name].to_arrow()
    out[ROW_SUFFIX] = pa.array(line, pa.int32())
    return _without_repeats(table, pa.table(out), told, findings)


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


def _flags(told: Spellings) -> pa.DictionaryArray:
    read = [cells.flag(word) for word in told.words]
    place = np.array([("Y", "N", "").index(word) for word in read], dtype=np.int32)[told.place]
    return pa.DictionaryArray.from_arrays(pa.array(place, mask=place == 2), pa.array(["Y", "N"]))


class _Typing:
    """The cells of one table: what they say, and a finding for each that says nothing."""

    def __init__(
        self, table: Table, source: str, line: NDArray[np.int64], keys: list[Spellings], faults: list[str],
        findings: list[Finding],
    ) -> None:  # fmt: skip
        self.table, self.source, self.line, self.keys = table, source, line, keys
        self.faults, self.findings = faults, findings

    def find(self, what: str, column: Column, row: int, sentence: str) -> None:
        key = "+".join(one[row] or "" for one in self.keys) or f"line {self.line[row]}"
        detail = f"Line {self.line[row]}, column {column.name}: {sentence}"
        self.findings.append(Finding(what, self.table.name, key, detail, row=int(self.line[row])))

    def dates(self, column: Column, told: Spellings, out: dict[str, pa.Array]) -> None:
        """Days, with seconds where the column is a timestamp, and marks where a cell cannot be read."""
        read = told.read(cells.read_month if column.type == "month" else cells.read_moment, EMPTY_CELL)
        wrong = np.array([isinstance(moment, str) for moment in read])
        known = [EMPTY_CELL if isinstance(moment, str) else moment for moment in read]
        days, seconds = np.array(known, dtype=np.int32).reshape(-1, 2).T
        bad = told.rows_of(wrong)
        self._refuse_strange(column, told, read, bad)
        for row in bad:
            what = read[told.place[row]]
            assert isinstance(what, str)
            self.find(what, column, row, "this cell holds no date that exists in the form YYYY-MM-DD; it is "
                      "treated as empty.")  # fmt: skip
        unread = told.empty | wrong[told.place]
        out[column.name] = pa.array(days[told.place], mask=unread).cast(pa.date32())
        if column.type == "timestamp":
            out[column.name + TIME_SUFFIX] = pa.array(seconds[told.place], pa.int32())
        if bad:
            out[column.name + BAD_SUFFIX] = pa.array(wrong[told.place])

    def _refuse_strange(
        self, column: Column, told: Spellings, read: list[tuple[int, int] | str], bad: list[int]
    ) -> None:
        """A column mostly in another spelling of dates is not mended cell by cell: the load stops."""
        unknown = [row for row in bad if read[told.place[row]] == "unknown date spelling"]
        filled = int((~told.empty).sum())
        if len(unknown) > MOSTLY_UNREADABLE * filled:
            self.faults.append(
                f"{self.source}, line {self.line[unknown[0]]}, column {column.name}: {len(unknown)} of {filled} dates "
                "are not written YYYY-MM-DD (or YYYY-MM-DD HH:MM:SS). Export the column in that form and load again."
            )

    def numbers(self, column: Column, told: Spellings) -> pa.Array:
        read = told.read(_number, NOT_A_NUMBER)
        wrong = np.array([value is None for value in read])
        for row in told.rows_of(wrong):
            self.find("not a number", column, row, "this cell is not a number; it is treated as empty.")
        values = np.array([NOT_A_NUMBER if value is None else value for value in read])[told.place]
        return pa.array(values, mask=np.isnan(values) | (values == cells.UNKNOWN_DISTANCE))


EMPTY_CELL = (0, -1)
"""(day, seconds of the day) of a cell that holds no date; the day is masked."""


NOT_A_NUMBER = float("nan")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _without_repeats(
    table: Table, data: pa.Table, told: Mapping[str, Spellings], findings: list[Finding]
) -> pa.Table:
    """Of several rows with one key the first in the file is used, and each repeat is a finding (rules 7)."""
    keys = [told[key] for key in table.keys if key in told]
    if not keys:
        return data
    joined, empty = keys[0].place, keys[0].empty
    for more in keys[1:]:
        joined, empty = joined * len(more.words) + more.place, empty | more.empty
    first = np.zeros(len(joined), dtype=bool)
    first[np.unique(joined, return_index=True)[1]] = True
    lines = data.column(ROW_SUFFIX).to_numpy()
    for row in np.flatnonzero(empty | ~first).tolist():
        line = int(lines[row])
        if empty[row]:
            findings.append(
                Finding("missing key", table.name, f"line {line}",
                        f"Line {line}: the key {'+'.join(table.keys)} is empty.", row=line)
            )  # fmt: skip
        else:
            findings.append(
                Finding("duplicate key", table.name, "+".join(key[row] or "" for key in keys),
                        f"Line {line}: this key stands in an earlier line, which is the one used.", row=line)
            )  # fmt: skip
    keep = empty | first
    return data if keep.all() else data.filter(pa.array(keep))


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
