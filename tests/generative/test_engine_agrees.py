"""The engine and the longhand calculation agree on random authorities: every row, every measure, every unit.

A few seeds by default; PERFBOT_LONGHAND_RUNS=200 runs so many. A failure names the seed: it always makes the
same authority again.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

from kpi_engine import open_folder
from kpi_engine.measures import CATALOGUE
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder
from tests.longhand.figures import MEASURES, NO_DATA, Authority
from tests.longhand.ledger import CLOCKS as LONGHAND_CLOCKS
from tests.longhand.ledger import COLUMNS, clock_rows

RUNS = int(os.environ.get("PERFBOT_LONGHAND_RUNS", "8"))
UNITS = ("ALL", "T11", "T12", "T21", "T31", "T90", "T91", "S2", "S3", "D0")
# The authority's places are nobody's in particular: no team has a number of its own.
ONLY_FOR_ALL = ("in_house_places",)


def _dates(seed: int) -> tuple[dt.date, ...]:
    """The extract's date, the Sunday or so before, and a day months ago."""
    today = extract_date(seed)
    return today, today - dt.timedelta(days=5), today - dt.timedelta(days=120 + seed % 40)


def _plain(value: Any) -> str | None:
    """A cell of the ledger as the CSV of contract.md shows it."""
    if value is None or value == "":
        return None
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _keyed(rows: list[dict[str, Any]]) -> dict[tuple[str | None, ...], dict[str, str | None]]:
    plain = [{name: _plain(row[name]) for name in COLUMNS} for row in rows]
    keyed: dict[tuple[str | None, ...], dict[str, str | None]] = {
        (row["clock"], row["child_id"], row["subject_id"], row["sequence"]): row for row in plain
    }
    assert len(keyed) == len(plain), "a row comes twice"
    return keyed


def test_every_measure_is_worked_out_by_hand() -> None:
    assert set(CATALOGUE) == set(MEASURES)


@pytest.mark.parametrize("seed", range(RUNS))
def test_ledger_and_measures_agree(seed: int, tmp_path: Path) -> None:
    size = 20 + seed * 7 % 41
    tables = random_authority(seed, size)
    engine = open_folder(write_ssd_folder(tables, tmp_path), extract_date(seed))
    byhand = Authority(tables)
    differences: list[str] = []
    for as_at in _dates(seed):
        world = byhand.world(as_at)
        ours = _keyed([row for clock in LONGHAND_CLOCKS for row in clock_rows(world, clock)])
        theirs = _keyed(engine.ledger_rows(as_at))
        for key in sorted(ours.keys() | theirs.keys(), key=str):
            mine, other = ours.get(key), theirs.get(key)
            if mine != other:
                differences.append(
                    f"{as_at} {key}: by hand {_shown(mine, other)}, engine {_shown(other, mine)}"
                )
        for slug in MEASURES:
            for unit in UNITS if slug not in ONLY_FOR_ALL else ("ALL",):
                expected = byhand.measure(slug, as_at, unit)
                figure = engine.figure(slug, as_at, unit)
                if expected == NO_DATA:
                    same = figure is None
                else:
                    assert isinstance(expected, dict)
                    same = (
                        figure is not None
                        and figure.value == expected["value"]
                        and expected["of"] in (None, figure.of)
                    )
                if not same:
                    differences.append(f"{as_at} {slug} {unit}: by hand {expected}, engine {figure}")
    assert not differences, f"seed {seed}, {len(differences)} differences:\n" + "\n".join(differences[:40])


def _shown(row: dict[str, str | None] | None, other: dict[str, str | None] | None) -> str:
    """What differs, or the whole row where the other side has none."""
    if row is None:
        return "no row"
    if other is None:
        return str({name: value for name, value in row.items() if value is not None})
    return str({name: value for name, value in row.items() if value != other[name]})
