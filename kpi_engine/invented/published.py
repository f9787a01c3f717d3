"""The published figures the invented authority is shaped on, and how they are scaled.

Source: DfE, Children in need, Hillingdon, year ending 31 March 2015:
`kpi_engine/data/dfe_cin_hillingdon_2015`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

OPEN: Final = 2124
"""Open episodes at 31 March 2015 (B4): the size to which every other figure belongs."""

DURATIONS: Final = (
    "3_months_or_less",
    "more_than_3_months_6_months",
    "more_than_6_months_less_than_1_year",
    "1_year_less_than_2_years",
)
ASSESSMENT_BANDS: Final = (
    "Same_day",
    "1-10_days",
    "11-20_days",
    "21-30_days",
    "31-40_days",
    "41-45_days",
    "46-50_days",
    "51-60_days",
    "61+_days",
)
CONFERENCE_BANDS: Final = (
    "Duration_0-10_days",
    "Duration_11-15_days",
    "Duration_16-20_days",
    "Duration_21+_days",
)
CLOSE_REASONS: Final = {
    "unknown": "",
    "RC1_Adopted": "RC1",
    "RC2_Died": "RC2",
    "RC3_Residence_Order": "RC3",
    "RC4_Special_Guardianship_Order": "RC4",
    "RC5_Transfer_to_another_LA": "RC5",
    "RC6_Transfer_to_Adult_Social_Service": "RC6",
    "RC7_Other": "RC7",
}


def share_out(weights: Sequence[float], total: int) -> list[int]:
    """Whole numbers in the proportions of the weights that sum to total, by largest remainder."""
    whole = sum(weights)
    if whole <= 0:
        return [0] * len(weights)
    exact = [w * total / whole for w in weights]
    parts = [int(e) for e in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


@cache
def table(name: str) -> dict[str, str]:
    """The one row of a published table, as text. `name`: "b4", "c2", ..."""
    folder = resources.files("kpi_engine") / "data" / "dfe_cin_hillingdon_2015"
    (file,) = (f for f in folder.iterdir() if f.name.startswith(name + "_"))
    (row,) = csv.DictReader(io.StringIO(file.read_text("utf-8")))
    return {k: v for k, v in row.items() if k is not None}


@dataclass(frozen=True)
class Shape:
    """The yearly totals and bands for an authority with `children` open episodes. All are whole children.

    A total is the published one x children / 2,124, rounded half up; bands are shared out by largest
    remainder, so that they add up to their total.
    """

    children: int

    def total(self, name: str, column: str) -> int:
        return (2 * int(table(name)[column]) * self.children + OPEN) // (2 * OPEN)

    def bands(self, name: str, total: str, columns: Sequence[str]) -> list[int]:
        return share_out([int(table(name)[c]) for c in columns], self.total(name, total))

    @property
    def open_by_length(self) -> list[int]:
        return self.bands("b4", "At31_episodes", (*DURATIONS, "2years+"))

    @property
    def ended_by_length(self) -> list[int]:
        return self.bands("b5", "Ended_episodes", (*DURATIONS, "2years+"))

    @property
    def ended_by_reason(self) -> dict[str, int]:
        """Code -> children; what the publisher suppressed is shared out evenly over those reasons."""
        row = table("b6")
        known: dict[str, float] = {c: int(row[c]) for c in CLOSE_REASONS if row[c] != "c"}
        hidden = [c for c in CLOSE_REASONS if row[c] == "c"]
        rest = int(row["Ended_episodes"]) - sum(known.values())
        known |= {c: rest / len(hidden) for c in hidden}
        columns = list(CLOSE_REASONS)
        parts = share_out([known[c] for c in columns], self.total("b6", "Ended_episodes"))
        return {CLOSE_REASONS[c]: n for c, n in zip(columns, parts, strict=True)}

    @property
    def assessments_by_duration(self) -> list[int]:
        return self.bands("c2", "Assessments_completed", ASSESSMENT_BANDS)

    @property
    def conferences_by_duration(self) -> list[int]:
        return self.bands("c4", "ICPC", CONFERENCE_BANDS)

    @property
    def plans_by_length(self) -> list[int]:
        return self.bands("d5", "CPP_At31", (*DURATIONS, "2_years_or_more"))

    @property
    def plans_ended_by_length(self) -> list[int]:
        return self.bands("d7", "CPP_End", (*DURATIONS, "2_years_or_more"))
