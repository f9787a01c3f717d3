"""Reading an invented authority with plain pandas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from kpi_engine.invented import make_authority


class Folder:
    """An SSD folder read with plain pandas: every cell text, empty = ''."""

    def __init__(self, path: Path, as_at: date) -> None:
        self.path = path
        self.as_at = pd.Timestamp(as_at)
        self.year = self.as_at - pd.DateOffset(years=1)
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self._read:
            found = pd.read_csv(self.path / f"{table}.csv", dtype=str, keep_default_na=False)
            for column in found:
                if column.endswith(("_date", "_dob")):
                    found[column] = pd.to_datetime(found[column].replace("", None))
            self._read[table] = found
        return self._read[table]

    def in_year(self, days: pd.Series) -> pd.Series:
        """Whether each day lies in the twelve months up to the as-at date."""
        return (days > self.year) & (days <= self.as_at)


def written(base: Path, **how: object) -> Folder:
    make_authority(base / "a", **how)  # type: ignore[arg-type]
    as_at = how["as_at"]
    assert isinstance(as_at, date)
    return Folder(base / "a", as_at)
