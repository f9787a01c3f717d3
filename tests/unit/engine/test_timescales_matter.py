"""Every limit matters: a timescale that is a day too long or too short is noticed.

The worked cases expect what the unchanged limit gives; a limit moved by a day must contradict at least one of them.
Changed are the limits themselves, one at a time, as in a file with a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from kpi_engine import Engine, open_folder
from kpi_engine.days import NEVER, Days, day
from kpi_engine.ledger import Ledger
from kpi_engine.rules_in_words import RULES
from kpi_engine.timescales import Timescale, shipped
from tests.worked_cases.loader import Case, load_cases, write_folder

BEGINNINGS = {"pathway_plan_weeks_in_care": ("pathway_plan",)}
"""Limits that say when a duty begins, not when it is due."""
Opened = list[tuple[Case, Engine]]


@dataclass(frozen=True)
class Moved(Timescale):
    """A timescale whose due dates are off by some days."""

    by: int = 0

    def due(self, start: Days) -> Days:
        right = super().due(start)
        return np.where(right >= NEVER, NEVER, right + self.by)


def clocks_with(name: str) -> tuple[str, ...]:
    """The clocks that a timescale limits."""
    return BEGINNINGS.get(name) or tuple(clock for clock, rule in RULES.items() if name in rule.limits)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """Every worked case that checks a clock."""
    folder = tmp_path_factory.mktemp("cases")
    cases = [case for case in load_cases() if case.clocks]
    return [
        (case, open_folder(write_folder(case.tables, folder / str(number)), case.as_at))
        for number, case in enumerate(cases)
    ]


def contradicted(opened: Opened, name: str, limits: dict[str, Timescale]) -> Iterator[str]:
    """The worked cases whose ledger is no longer what they expect."""
    for case, engine in opened:
        clocks = set(case.clocks) & set(clocks_with(name))
        if not clocks:
            continue
        world, usual = engine.world, engine.world.limits
        world.limits = limits
        try:
            rows = Ledger(world).rows(day(case.as_at), sorted(clocks))
        finally:
            world.limits = usual
        found = {(r["clock"], r["subject_id"], r["sequence"]): r for r in rows}
        expected = {
            (r["clock"], str(r["subject_id"]), r["sequence"]): r
            for r in case.expect_ledger or []
            if r["clock"] in clocks
        }
        if found.keys() != expected.keys() or any(
            found[key][cell] != (value.isoformat() if hasattr(value, "isoformat") else value)
            for key, row in expected.items()
            for cell, value in ({"done_date": None, "days_overdue": 0} | row).items()
        ):
            yield case.name


@pytest.mark.parametrize("by", [-1, 1], ids=["a day short", "a day long"])
@pytest.mark.parametrize("name", shipped())
def test_a_limit_moved_by_a_day_is_noticed(opened: Opened, name: str, by: int) -> None:
    right = shipped()[name]
    wrong = Moved(**vars(right), by=by)
    assert clocks_with(name), f"{name} limits no clock"
    assert next(contradicted(opened, name, shipped() | {name: wrong}), None) is not None


@pytest.mark.parametrize("name", shipped())
def test_the_right_limit_contradicts_nothing(opened: Opened, name: str) -> None:
    assert list(contradicted(opened, name, shipped())) == []
