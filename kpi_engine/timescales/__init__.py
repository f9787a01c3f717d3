"""Timescales: every limit as a dated value with its unit, kind and source (rules 6).

A value is never overwritten: a new one is added with the date from which it applies, and a clock uses the value in
force on the day it started. `local_standards.yaml` is the file a manager edits; a timescale of the same name in
PERFBOT_HOME/local_standards.yaml takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import yaml

from kpi_engine import working_days
from kpi_engine.days import NEVER, Days, day, plus, plus_months
from kpi_engine.errors import InputError

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
            out |= _read(file.read_text("utf-8"), file.name)
    return out


def timescales(home: Path | None = None) -> dict[str, Timescale]:
    """The shipped timescales, with the authority's own local standards laid over them."""
    own = home / "local_standards.yaml" if home else None
    if own is None or not own.exists():
        return shipped()
    return shipped() | _read(own.read_text("utf-8"), str(own.name))


def _read(text: str, source: str) -> dict[str, Timescale]:
    try:
        told = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise InputError(
            f"{source} is not valid YAML: {str(error).splitlines()[0]}; mend it and start again."
        ) from None
    return {name: _timescale(name, entry, source) for name, entry in told.items()}


def _timescale(name: str, entry: Mapping[str, Any], source: str) -> Timescale:
    try:
        values = tuple(sorted((since, int(value)) for since, value in entry["values"].items()))
        unit = entry["unit"]
        if unit not in get_args(LimitUnit) or not values or not all(isinstance(s, date) for s, _ in values):
            raise ValueError
        return Timescale(name, entry["description"], values, unit, entry["kind"], entry["source"],
                         entry.get("link", ""), source.removesuffix(".yaml"))  # fmt: skip
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InputError(
            f"{source}: the timescale {name} needs description, values (date: whole number), unit "
            f"({', '.join(get_args(LimitUnit))}), kind and source."
        ) from None
