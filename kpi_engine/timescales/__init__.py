"""Timescales: every limit as a dated value with its unit, kind and source (rules 6).

A value is never overwritten: a new one is added with the date from which it applies, and a clock uses the value in
force on the day it started. `local_standards.yaml` is the file a manager edits; a timescale of the same name in
PERFBOT_HOME/local_standards.yaml takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from kpi_engine import working_days, yaml_file
from kpi_engine.days import NEVER, Days, day, plus, plus_months
from kpi_engine.yaml_file import YamlFile

LimitUnit = Literal["working_day", "calendar_day", "month"]
UNIT_WORDS = {"working_day": "working day", "calendar_day": "calendar day", "month": "calendar month"}


@dataclass(frozen=True)
class Timescale:
    """One limit. values: (applies from, number), oldest first.  kind: statute, statutory guidance, DfE statistic or
    local standard.  source, link: where it comes from."""

    name: str
    description: str
    values: tuple[tuple[date, int], ...]
    unit: LimitUnit
    kind: str
    source: str
    link: str = ""
    family: str = ""

    def on(self, when: date) -> int:
        """The value in force on a date (the first value before it applies from)."""
        current = self.values[0][1]
        for since, value in self.values:
            if since <= when:
                current = value
        return current

    def due(self, start: Days) -> Days:
        """The last day in time for each start; NEVER where there is no start or no calendar."""
        start = np.asarray(start, dtype=np.int64)
        out = np.full(start.shape, NEVER, dtype=np.int64)
        for place, (since, value) in enumerate(self.values):
            here = np.ones(start.shape, dtype=bool) if place == 0 else start >= day(since)
            if place + 1 < len(self.values):
                here &= start < day(self.values[place + 1][0])
            out[here] = _ADD[self.unit](start[here], value)
        return out

    @property
    def in_working_days(self) -> bool:
        return self.unit == "working_day"

    def words(self, when: date) -> str:
        """For example "10 working days"."""
        value = self.on(when)
        return f"{value} {UNIT_WORDS[self.unit]}{'' if value == 1 else 's'}"


_ADD = {"working_day": working_days.add, "calendar_day": plus, "month": plus_months}


@cache
def shipped() -> dict[str, Timescale]:
    """Every timescale that comes with the engine, by name."""
    out: dict[str, Timescale] = {}
    for file in sorted(resources.files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            out |= _timescales(yaml_file.parse(file.read_text("utf-8"), file.name))
    return out


def timescales(home: Path | None = None) -> dict[str, Timescale]:
    """The shipped timescales, with the authority's own local standards laid over them."""
    own = home / "local_standards.yaml" if home else None
    if own is None or not own.exists():
        return shipped()
    file = yaml_file.read_file(own)
    unknown = next((name for name in file.told if name not in shipped()), None)
    if unknown is not None:
        raise file.fault(
            f"there is no timescale {unknown}; correct its spelling or take it out.", str(unknown)
        )
    return shipped() | _timescales(file)


def _timescales(file: YamlFile) -> dict[str, Timescale]:
    return {name: _timescale(str(name), entry, file) for name, entry in file.told.items()}


def _timescale(name: str, entry: Any, file: YamlFile) -> Timescale:
    try:
        values = tuple(sorted(entry["values"].items()))
        unit = entry["unit"]
        if unit not in get_args(LimitUnit) or not values:
            raise ValueError
        if not all(type(since) is date and type(value) is int and value > 0 for since, value in values):
            raise ValueError
        return Timescale(
            name, str(entry["description"]), values, unit, str(entry["kind"]), str(entry["source"]),
            str(entry.get("link", "")), file.source.removesuffix(".yaml"),
        )  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError):
        raise file.fault(
            f"the timescale {name} needs description, values (date: whole number), unit "
            f"({', '.join(get_args(LimitUnit))}), kind and source.",
            name,
        ) from None
