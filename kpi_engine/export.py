"""The ledger and the catalogue as files and JSON (contract.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kpi_engine.answering.numbers import Counter
from kpi_engine.days import day
from kpi_engine.duties import CLOCKS
from kpi_engine.errors import InputError, Unknown
from kpi_engine.ledger import COLUMNS
from kpi_engine.measures import CATALOGUE

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

NUMBERS = ("sequence", "days_overdue", "working_days_overdue")


def ledger_rows(engine: Engine, as_at: date, clock: str | None) -> list[dict[str, Any]]:
    _check(engine, as_at, clock)
    return engine.figures.ledger.rows(day(as_at), [clock] if clock else None)


def _check(engine: Engine, as_at: date, clock: str | None) -> None:
    if clock is not None and clock not in CLOCKS:
        raise Unknown(f"There is no clock called {clock!r}; the clocks are {', '.join(CLOCKS)}.")
    if as_at > engine.as_at:
        raise InputError(
            f"The newest data is as at {engine.as_at.isoformat()}; ask for that date or an earlier one."
        )
    if as_at < engine.as_at and engine.extract.reach.snapshot:
        raise InputError(
            f"The extract is a snapshot as at {engine.as_at.isoformat()}: it has no ledger of an earlier day."
        )


def ledger_children(engine: Engine, as_at: date, clock: str | None) -> list[str]:
    _check(engine, as_at, clock)
    children, ledger = engine.world.facts.children, engine.figures.ledger
    cuts = [ledger.cut(one, day(as_at)) for one in ([clock] if clock else CLOCKS)]
    return sorted(
        children.ids[code] for code in {int(c) for cut in cuts for c in np.unique(cut.child)} if code >= 0
    )


def write_ledger(engine: Engine, path: Path, as_at: date, clock: str | None, kind: str) -> int:
    _check(engine, as_at, clock)
    frames = engine.figures.ledger.frames(day(as_at), [clock] if clock else None)
    try:
        return _parquet(path, frames) if kind == "parquet" else _csv(path, frames)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def _csv(path: Path, frames: Iterator[pd.DataFrame]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, frame in enumerate(frames):
            frame.to_csv(file, index=False, header=number == 0, lineterminator="\n")
            count += len(frame)
    return count


def _parquet(path: Path, frames: Iterator[pd.DataFrame]) -> int:
    kinds = pa.schema([(name, pa.int64() if name in NUMBERS else pa.string()) for name in COLUMNS])
    count = 0
    with pq.ParquetWriter(path, kinds) as file:
        for frame in frames:
            file.write_table(pa.Table.from_pandas(frame, kinds, preserve_index=False))
            count += len(frame)
    return count


def measures(engine: Engine, as_at: date, unit_id: str) -> list[dict[str, Any]]:
    """Every measure of the catalogue; those without their tables say so in `no_data`."""
    if unit_id not in engine.units:
        raise Unknown(f"There is no unit {unit_id!r} in this extract.")
    counter = Counter(engine, unit_id)
    out = []
    for wanted in CATALOGUE.values():
        found = counter.headline(wanted, as_at, None)
        out.append({
            "measure": wanted.slug, "value": found.value, "of": found.of, "met": found.met, "unit": wanted.counts,
            "target": found.target, "rag": found.rag, "previous": found.previous,
            "period": found.period.to_json() if found.period else None,
            "last_4_weeks": found.last_4_weeks.to_json() if found.last_4_weeks else None,
            "year_to_date": found.year_to_date.to_json() if found.year_to_date else None,
            "no_data": found.no_data,
        })  # fmt: skip
    return out
