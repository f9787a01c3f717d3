"""A column as its different spellings and which of them each row holds.

Columns of records repeat themselves: two thousand different dates stand in a hundred thousand cells. Each spelling is
read once, and a table of text is kept as a dictionary, a fraction of the size of its cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi_engine import cells
from kpi_engine.tables import Column

S = TypeVar("S")
T = TypeVar("T")


class Spellings:
    """words: the different cells, trimmed; None = empty in any spelling.  place: which of them each row holds."""

    def __init__(self, words: list[str | None], place: NDArray[np.int64]) -> None:
        self.words, self.place = words, place

    @classmethod
    def of(cls, column: Column, raw: pa.ChunkedArray) -> Spellings:
        """The spellings of a raw column of text. An id of -1 is empty too."""
        coded = raw.combine_chunks().dictionary_encode()
        empty = cells.EMPTY_ID if column.type == "id" else cells.EMPTY
        trimmed = cells.trimmed(coded.dictionary, empty).dictionary_encode()
        nothing = len(trimmed.dictionary)
        merged = np.append(trimmed.indices.fill_null(nothing).to_numpy(zero_copy_only=False), nothing)
        place = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
        return cls([*trimmed.dictionary.to_pylist(), None], merged[place].astype(np.int64))

    def __len__(self) -> int:
        return len(self.place)

    def __getitem__(self, row: int) -> str | None:
        return self.words[int(self.place[row])]

    @property
    def empty(self) -> NDArray[np.bool_]:
        """The rows whose cell is empty."""
        return np.asarray(self.place == len(self.words) - 1, dtype=bool)

    def read(self, function: Callable[[str], T], otherwise: S) -> list[T | S]:
        """function of each different spelling, `otherwise` for the empty cell; as long as `words`."""
        return [otherwise if word is None else function(word) for word in self.words]

    def rows_of(self, wanted: NDArray[np.bool_]) -> list[int]:
        """The rows whose spelling is one of those marked."""
        rows: list[int] = np.flatnonzero(wanted[self.place]).tolist()
        return rows

    def to_arrow(self) -> pa.DictionaryArray:
        """The column as a dictionary of text, null where empty."""
        indices = pa.array(self.place.astype(np.int32), mask=self.empty)
        return pa.DictionaryArray.from_arrays(indices, pa.array(self.words[:-1], pa.string()))
