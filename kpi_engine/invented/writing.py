"""The invented tables as CSV files: columns of the data contract, text cells, the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from kpi_engine.days import NEVER, Days, iso
from kpi_engine.tables import contract

Cells = Sequence[str]


class Book:
    """Tables in the making. A column not given is empty."""

    def __init__(self, first: int, last: int) -> None:
        """first, last: the days between which every date of the book lies."""
        self._first = first
        self._text = np.array([iso(d) for d in range(first, last + 1)] + [""], dtype=object)
        self._tables: dict[str, list[dict[str, Cells]]] = {}

    def dates(self, days: Days) -> list[str]:
        """ISO text of each day; empty for NEVER."""
        days = np.asarray(days, dtype=np.int64)
        place = np.where(days >= NEVER, len(self._text) - 1, days - self._first)
        if len(place) and (place.min() < 0 or place.max() >= len(self._text)):
            raise ValueError("a day lies outside the book")
        out: list[str] = self._text[place].tolist()
        return out

    def add(self, table: str, **columns: Cells) -> None:
        """Rows for a table; may be called again for more rows."""
        unknown = set(columns) - set(contract()[table].by_name)
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        if len({len(c) for c in columns.values()}) > 1:
            raise ValueError(f"{table}: columns of different length")
        self._tables.setdefault(table, []).append(columns)

    def write(self, folder: Path) -> None:
        """One CSV per table of the contract, empty ones too."""
        for name, table in contract().items():
            heads = list(table.by_name)
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                file.write(",".join(heads) + "\n")
                for part in self._tables.get(name, []):
                    rows = len(next(iter(part.values())))
                    empty = [""] * rows
                    cells = [part.get(h, empty) for h in heads]
                    file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))


def ids(prefix: str, numbers: Iterable[int]) -> list[str]:
    """Keys such as V17."""
    return [f"{prefix}{n}" for n in numbers]


def numbered(prefix: str, count: int, start: int = 1) -> list[str]:
    """Keys from `start` on."""
    return ids(prefix, range(start, start + count))


def flags(values: Iterable[bool]) -> list[str]:
    """Y or N."""
    return ["Y" if v else "N" for v in values]


def quoted(text: str) -> str:
    """A cell that holds commas or quotation marks, such as JSON."""
    return '"' + text.replace('"', '""') + '"'


def choose(words: Sequence[str], chances: Sequence[float], count: int, rng: np.random.Generator) -> list[str]:
    """Words drawn with the given chances (which need not add up to 1)."""
    p = np.asarray(chances, dtype=float)
    return [words[i] for i in rng.choice(len(words), size=count, p=p / p.sum())]
