"""Small numbers of other units under characteristic filters, and the numbers that would give one away (rights.md 4).

A number from 1 to 5 is not shown. Nor is a number from which, together with another one that anybody may ask for, such
a small number follows by subtraction ("asking twice"). Five ways of asking twice are closed, each by a rule that looks
at the data alone, never at who asked what before, so that the same question always gets the same answer:

- by filter: the number without the filter, or for the other values of the filter, less this one;
- by age: one span of ages less another. Ages are cut only where every span between cuts holds nobody or at least 6;
- by unit: a service less its teams, less the asker's own teams;
- by time: one day less another, four weeks less three. Such numbers are told for the extract's own day and the
  measure's own period only, never as a trend;
- by cutting twice: one characteristic at a time, and none together with a kind of case or with days overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine import cells as cell_words
from kpi_engine.answer import Figure
from kpi_engine.answering import filters
from kpi_engine.days import Days, Mask, age_on, day
from kpi_engine.figures import Rows, default_period, needs_period
from kpi_engine.measure import Average, Measure, Rate, Share
from kpi_engine.question import ALL, CHARACTERISTIC_FILTERS, Period

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

SMALL = 5
"""Counts from 1 to this are "fewer than 6"."""
AGE_FILTERS = frozenset({"age_min", "age_max"})
CUTS = (5, 16, 18, 10, 1, 13, 12, 11, 14, 15, 17, 4, 2, 3, 6, 7, 8, 9, 19, 20, 21, 22, 23, 24, 25)
"""Ages at which the young are parted, the most asked for first: under 5, 16 and over, ..."""
NO_AGE = 200
ABUSE = ("NEG", "PHY", "SAB", "EMO", "MUL")

Parts = tuple[int, ...]


def is_small(parts: Parts) -> bool:
    return any(0 < part <= SMALL for part in parts)


def parts_of(wanted: Measure, found: Figure) -> Parts:
    """The counts in a figure that stand for children or their duties."""
    of, met = int(found.of or 0), int(found.met or 0)
    if isinstance(wanted, Average):
        return (of,)
    if isinstance(wanted, Rate | Share):
        return (of, met, of - met)
    return (int(found.value or 0), of)


def withheld(cells: Mapping[str, Parts], total: Parts, open_: frozenset[str] = frozenset()) -> frozenset[str]:
    """Which cells of a total are withheld so that no small one follows from the others; "" for the total itself.

    open_: cells that the asker may see whatever their size.
    """
    out: set[str] = set()
    for place, whole in enumerate(total):
        numbers = {key: parts[place] for key, parts in cells.items()}
        left = max(whole - sum(numbers.values()), 0)
        small = [number for key, number in numbers.items() if key not in open_ and 0 < number <= SMALL]
        large = sorted(
            (number, key) for key, number in numbers.items() if number > SMALL and key not in open_
        )
        for more in range(len(large) + 1):
            if not _follows(small, [number for number, _ in large[:more]], left):
                out.update(key for _, key in large[:more])
                break
        else:
            out.add("")
    return frozenset(out)


def _follows(small: Sequence[int], large: Sequence[int], left: int) -> bool:
    """Whether a small number follows from what is hidden of a total: small cells ("fewer than 6"), large ones that are
    withheld, and what no cell holds. By subtraction, where all of it together is small; by its bounds, where it is as
    little as so many cells can hold (each small one is 1) or as much (each is 5)."""
    hidden = sum(small) + sum(large) + left
    if 0 < hidden <= SMALL:
        return True
    least, most = len(small) + len(large) * (SMALL + 1), len(small) * SMALL
    return bool(small) and (hidden == least or (hidden == most and not large and not left))


class SmallNumbers:
    """The numbers of one measure at one time, under the filters of one question, for one asker.

    own: ids of the units whose small numbers are the asker's to see.
    """

    def __init__(
        self, engine: Engine, wanted: Measure, told: Mapping[str, int | str], own: frozenset[str],
        as_at: date, period: Period | None,
    ) -> None:  # fmt: skip
        self._engine, self._wanted, self._told, self._own = engine, wanted, dict(told), own
        self._as_at, self._period = as_at, period

    def gives_away(self, unit_id: str) -> bool:
        """Whether the unit's number is not small, and a small one would follow from it."""
        mine = self._parts(unit_id, self._told)
        if not any(mine):
            return False
        if self._is_cut_twice() or self._is_of_another_time():
            return True
        return self._by_filter(unit_id, mine) or self._by_age(unit_id) or self._by_unit(unit_id, mine)

    def _is_cut_twice(self) -> bool:
        """Whether the children are parted by more than one characteristic (an age's two ends are one)."""
        names = {"age" if name in AGE_FILTERS else name for name in CHARACTERISTIC_FILTERS & set(self._told)}
        return len(names) > 1 or bool(set(self._told) - CHARACTERISTIC_FILTERS)

    def _is_of_another_time(self) -> bool:
        """Whether it is counted for any other day than the extract's, or over any period but the measure's own."""
        own = default_period(self._wanted, self._engine.as_at) if needs_period(self._wanted) else None
        return self._as_at != self._engine.as_at or self._period != own

    def _by_filter(self, unit_id: str, mine: Parts) -> bool:
        for name in CHARACTERISTIC_FILTERS & set(self._told):
            without = {key: value for key, value in self._told.items() if key != name}
            if is_small(_less(self._parts(unit_id, without), mine)):
                return True
            if name in AGE_FILTERS:
                continue
            values = self._values(name)
            cells = {one: self._parts(unit_id, without | {name: one}) for one in values}
            if str(self._told[name]) in withheld(cells, self._parts(unit_id, without)):
                return True
        return False

    def _by_age(self, unit_id: str) -> bool:
        if not AGE_FILTERS & set(self._told):
            return False
        first = int(self._told.get("age_min", 0))
        after = min(int(self._told.get("age_max", NO_AGE)), NO_AGE) + 1
        return not {first, after} <= self._cuts(unit_id)

    def _cuts(self, unit_id: str) -> frozenset[int]:
        """The ages at which this unit's children may be parted; 0 and the end always."""
        others = {key: value for key, value in self._told.items() if key not in AGE_FILTERS}
        rows = self._rows(unit_id, others)
        ages = age_on(self._engine.world.facts.born, day(self._as_at))
        known = {cut: self._younger(rows, ages, cut) for cut in (0, NO_AGE + 1)}
        for cut in CUTS:
            here = self._younger(rows, ages, cut)
            if not any(is_small(_less(here, other)) for other in known.values()):
                known[cut] = here
        return frozenset(known)

    def _younger(self, rows: Rows, ages: Days, cut: int) -> Parts:
        passing = np.append((ages >= 0) & (ages < cut), False)
        found = rows.where(lambda sheet: (sheet.child >= 0) & passing[sheet.child])
        return parts_of(self._wanted, self._engine.figures.figure(self._wanted, found))

    def _by_unit(self, unit_id: str, mine: Parts) -> bool:
        held = self._engine.organisation.team_mask(unit_id) & self._engine.organisation.mask_of(self._own)
        ours = self._figure(held, self._told)
        if any(ours) and is_small(_less(mine, ours)):
            return True
        below = self._cells_below(unit_id)
        if below and "" in withheld(below, mine, self._own):
            return True
        above = self._above(unit_id)
        if above is None:
            return False
        return unit_id in withheld(self._cells_below(above), self._parts(above, self._told), self._own)

    def _above(self, unit_id: str) -> str | None:
        return None if unit_id == ALL else self._engine.units[unit_id].parent_id or ALL

    def _cells_below(self, unit_id: str) -> dict[str, Parts]:
        inner = [one for one in self._engine.units if one != ALL and self._above(one) == unit_id]
        return {one: self._parts(one, self._told) for one in inner}

    def _values(self, name: str) -> tuple[str, ...]:
        """The values of a filter that part the children, this one's among them."""
        facts, told = self._engine.world.facts, str(self._told[name])
        if name == "category":
            if not (told.startswith("N") and told[1:].isdigit()):
                return ABUSE
            codes = facts["ssd_cin_episodes"].code("cine_cin_primary_need_code")
        elif name == "legal_status":
            codes = facts["ssd_legal_status"].code("lega_legal_status")
        else:
            codes = facts["ssd_cla_placement"].code("clap_cla_placement_type")
        return tuple(sorted({str(one) for one in set(codes.tolist()) if one} | {cell_words.code(told)}))

    # The numbers themselves

    def _parts(self, unit_id: str, told: Mapping[str, int | str]) -> Parts:
        return self._figure(self._engine.organisation.team_mask(unit_id), told)

    def _figure(self, teams: Mask, told: Mapping[str, int | str]) -> Parts:
        found = self._engine.figures.figure(self._wanted, self._cut(teams, told))
        return parts_of(self._wanted, found)

    def _rows(self, unit_id: str, told: Mapping[str, int | str]) -> Rows:
        return self._cut(self._engine.organisation.team_mask(unit_id), told)

    def _cut(self, teams: Mask, told: Mapping[str, int | str]) -> Rows:
        passing: Callable[[date], Mask] | None = filters.children(self._engine, dict(told))
        children = None if passing is None else np.append(passing(self._as_at), False)
        rows = self._engine.figures.rows(self._wanted, self._as_at, self._period)
        return rows.where(
            lambda sheet: teams[sheet.team] if children is None
            else teams[sheet.team] & (sheet.child >= 0) & children[sheet.child]
        )  # fmt: skip


def _less(left: Parts, right: Parts) -> Parts:
    """What asking for both would tell: how far they are apart."""
    return tuple(abs(one - other) for one, other in zip(left, right, strict=True))
