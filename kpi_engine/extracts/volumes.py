"""Whether an extract is much smaller than the one before: a half-written export looks like good news."""

from __future__ import annotations

from collections.abc import Mapping

LOST_SHARE = 0.3
"""A table that has lost this share of its rows stops the load."""
FEWEST_ROWS = 20
"""Smaller tables go up and down by a third in an ordinary week."""


def lost_rows(before: Mapping[str, int], now: Mapping[str, int]) -> list[str]:
    """One sentence for each table that lost 30% of its rows or more since the extract before; a table that is
    missing has lost all. before, now: rows by table."""
    found = []
    for table, rows in sorted(before.items()):
        left = now.get(table, 0)
        if rows >= FEWEST_ROWS and rows - left >= LOST_SHARE * rows:
            lost = round(100 * (rows - left) / rows)
            found.append(f"{table} has {left:,} rows, {lost}% fewer than the {rows:,} of the extract before.")
    return found
