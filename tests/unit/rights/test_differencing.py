"""What may not be seen as a row is not to be had by asking twice and subtracting (rights.md 4).

An attacker with the rights of one team manager asks the engine everything that may be asked about other units under
characteristic filters, and subtracts whatever was shown from whatever else was shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kpi_engine
from kpi_engine.answer import MeasureAnswer
from kpi_engine.answering.small_numbers import withheld
from kpi_engine.engine import Engine
from kpi_engine.question import EVERYTHING, Period, Question, Scope, make_filters

D = date(2026, 11, 15)
MINE = "T11"
SCOPE = Scope(frozenset({MINE}), frozenset({MINE}), frozenset({MINE}), staff_named=True)
CATEGORIES = ("NEG", "PHY", "SAB", "EMO", "MUL")
AGES = (0, 1, 5, 10, 13, 16, 18)
COUNTS = ("cp_open", "cp_visits_overdue", "lac_open")


@pytest.fixture(scope="module")
def borough(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder: Path = tmp_path_factory.mktemp("borough")
    kpi_engine.make_authority(folder, children=900, as_at=D, seed=3)
    return kpi_engine.open_folder(folder)


def ask(engine: Engine, slug: str, unit: str, scope: Scope = SCOPE, **filters: int | str) -> MeasureAnswer:
    question = Question("headline", (slug,), engine.units[unit].ref, D, filters=make_filters(filters))
    return engine.ask(question, scope).answers[0]


def value(engine: Engine, slug: str, unit: str, **filters: int | str) -> float | None:
    return ask(engine, slug, unit, **filters).value


def small(number: float | None) -> bool:
    return number is not None and 0 < abs(number) <= 5


def others(engine: Engine) -> list[str]:
    return [unit for unit in ("ALL", "S2", "T12", "T13", "T14", "T21") if unit in engine.units]


def spans() -> Iterator[tuple[int, int]]:
    yield from itertools.combinations((*AGES, 26), 2)


def age_filter(first: int, after: int) -> dict[str, int | str]:
    out: dict[str, int | str] = {"age_min": first} if first else {}
    return out | ({"age_max": after - 1} if after < 26 else {})


@pytest.mark.parametrize("slug", COUNTS)
def test_ages_cannot_be_told_apart_by_subtraction(borough: Engine, slug: str) -> None:
    """Every shown span joins two ages; whatever is joined can be subtracted, over any number of steps."""
    shown = 0
    for unit in others(borough):
        whole = value(borough, slug, unit)
        known: dict[int, dict[int, float]] = {}
        for first, after in spans():
            if (first, after) == (0, 26):
                number = value(borough, slug, unit)  # open to everybody
            else:
                number = value(borough, slug, unit, **age_filter(first, after))
                shown += number is not None and number > 5
            if number is not None:
                known.setdefault(first, {})[after] = number
                known.setdefault(after, {})[first] = -number
        for start in known:
            reached, todo = {start: 0.0}, [start]
            while todo:
                here = todo.pop()
                for there, step in known[here].items():
                    if there not in reached:
                        reached[there] = reached[here] + step
                        todo.append(there)
            for there, number in reached.items():
                if {start, there} != {0, 26} and not small(
                    whole
                ):  # a small whole is open to everybody as it is
                    assert not small(number), f"{slug} of {unit}: ages {start} to {there} are {number:g}"
    assert shown or slug == "cp_visits_overdue", "nothing was shown, so nothing was tried"


@pytest.mark.parametrize("slug", ["cp_open", "lac_open"])
def test_a_whole_less_its_parts_is_never_small(borough: Engine, slug: str) -> None:
    shown = 0
    for unit in others(borough):
        whole = value(borough, slug, unit)
        parts = {one: value(borough, slug, unit, category=one) for one in CATEGORIES}
        seen = [number for number in parts.values() if number is not None]
        shown += sum(number > 5 for number in seen)
        assert whole is None or small(whole) or not small(whole - sum(seen)), f"{slug} of {unit}"
        for number in seen:
            assert not small(number)
            assert whole is None or small(whole) or not small(whole - number)
    assert shown or slug == "lac_open"


@pytest.mark.parametrize("slug", COUNTS)
@pytest.mark.parametrize("asked", [{"age_max": 4}, {"age_min": 10}, {"category": "NEG"}])
def test_a_unit_less_its_teams_is_never_small(
    borough: Engine, slug: str, asked: dict[str, int | str]
) -> None:
    told = {unit: ask(borough, slug, unit, **asked).value for unit in borough.units}
    truth = {unit: ask(borough, slug, unit, EVERYTHING, **asked).value for unit in borough.units}
    assert told[MINE] == truth[MINE]
    for above in borough.units:
        below = [u.id for u in borough.units.values() if u.id != "ALL" and (u.parent_id or "ALL") == above]
        if not below or told[above] is None:
            continue
        hidden = [one for one in below if told[one] is None]
        if hidden:
            left = told[above] - sum(told[one] or 0 for one in below)
            assert not small(left), f"{slug} {asked}: {above} less its parts leaves {left:g} in {hidden}"
        inside = borough.units_below(above)
        if MINE in inside and told[MINE] and above != MINE:
            assert not small(told[above] - told[MINE])


@pytest.mark.parametrize("slug", ["cp_visits_in_time", "cp_visits_overdue"])
def test_no_part_of_a_rate_is_small(borough: Engine, slug: str) -> None:
    for unit, asked in itertools.product(
        others(borough), ({"age_max": 4}, {"age_min": 10}, {"category": "NEG"})
    ):
        found = ask(borough, slug, unit, **asked)
        if found.suppressed:
            assert (found.value, found.of, found.met, found.rag, found.previous) == (
                None,
                None,
                None,
                None,
                None,
            )
            assert (found.last_4_weeks, found.year_to_date, found.bounds) == (None, None, None)
            continue
        assert not small(found.of)
        assert not small(found.met)
        if found.unit == "%" and found.of is not None and found.met is not None:
            assert not small(found.of - found.met)


def test_every_show_keeps_to_the_same_number(borough: Engine) -> None:
    """Trend points, bars of a comparison, changes, forecasts: none says more than the headline would."""
    filters = make_filters({"age_max": 4})
    for show, unit in itertools.product(
        ("trend", "compare", "forecast", "benchmark", "coming_up"), ("S2", "T12", "ALL")
    ):
        asked = Question(show, ("cp_open", "cp_visits_overdue"), borough.units[unit].ref, D, filters=filters,
                         by="team" if show == "compare" else None)  # type: ignore[arg-type]  # fmt: skip
        if show == "coming_up" and unit == "T12":
            continue  # nothing but rows of another unit
        for found in borough.ask(asked, SCOPE).answers:
            headline = ask(borough, found.measure, unit, age_max=4)
            if show != "coming_up":
                assert (found.value, found.suppressed) == (headline.value, headline.suppressed)
            assert (found.previous, found.stayed, found.bounds) == (None, None, None)
            assert all(not small(point.value) and not small(point.of) for point in found.points or ())
            assert all(g.id == MINE or not (small(g.value) or small(g.of)) for g in found.groups or ())


def test_ones_own_numbers_are_whole(borough: Engine) -> None:
    for slug, (first, after) in itertools.product(COUNTS, spans()):
        if (first, after) != (0, 26):
            asked = age_filter(first, after)
            assert (
                ask(borough, slug, MINE, **asked).value == ask(borough, slug, MINE, EVERYTHING, **asked).value
            )


def test_without_characteristics_every_number_is_open(borough: Engine) -> None:
    for slug, unit in itertools.product(COUNTS, borough.units):
        assert ask(borough, slug, unit) == ask(borough, slug, unit, EVERYTHING)


def test_nothing_but_what_must_be_is_withheld(borough: Engine) -> None:
    """A number of 6 or more that gives nothing away is told: most are."""
    told = kept = 0
    for slug, unit, asked in itertools.product(
        COUNTS, others(borough), ({"age_max": 4}, {"age_min": 16}, {"category": "NEG"})
    ):
        truth = ask(borough, slug, unit, EVERYTHING, **asked).value
        if truth is not None and truth > 5:
            told += ask(borough, slug, unit, **asked).value == truth
            kept += ask(borough, slug, unit, **asked).withheld
    assert told > kept


@settings(max_examples=300, deadline=None)
@given(
    cells=st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 20), min_size=1),
    left=st.integers(0, 8),
    own=st.sampled_from(["", "a"]),
)
def test_what_is_left_of_a_total_is_never_small(cells: dict[str, int], left: int, own: str) -> None:
    total = sum(cells.values()) + left
    hidden = withheld({key: (number,) for key, number in cells.items()}, (total,), frozenset({own}))
    if "" in hidden:
        return
    shown = [n for key, n in cells.items() if key not in hidden and (key == own or not 0 < n <= 5)]
    assert not 0 < total - sum(shown) <= 5


@settings(max_examples=500, deadline=None)
@given(
    cells=st.lists(st.one_of(st.integers(0, 6), st.integers(0, 20)), min_size=1, max_size=8),
    left=st.integers(0, 3),
)
def test_no_small_cell_follows_from_the_bounds_of_the_hidden_ones(cells: list[int], left: int) -> None:
    """What is said is "fewer than 6" (1 to 5) or withheld (6 and more): whoever knows the total tries every number."""
    named = {str(place): (number,) for place, number in enumerate(cells)}
    hidden = withheld(named, (sum(cells) + left,))
    if "" in hidden:
        return
    small = [number for number in cells if 0 < number <= 5]
    large = [cells[int(key)] for key in hidden]
    unknown = sum(small) + sum(large) + left
    for _ in small:
        others_least = (len(small) - 1) + 6 * len(large)
        others_most = None if large or left else 5 * (len(small) - 1)
        most = min(5, unknown - others_least)
        least = 1 if others_most is None else max(1, unknown - others_most)
        assert least < most, (
            f"a cell can only be {least}: {cells}, {left} elsewhere, withheld {sorted(hidden)}"
        )


CHARACTERISTICS = {
    "category": CATEGORIES,
    "legal_status": ("C1", "C2", "D1", "E1", "V2", "V3", "V4"),
    "placement_type": ("U1", "U2", "U3", "U4", "K1", "K2", "R1", "R2", "P1", "P2", "H5"),
}


@pytest.mark.parametrize("name", CHARACTERISTICS)
@pytest.mark.parametrize("slug", ["cp_open", "lac_open"])
def test_no_small_number_follows_from_all_the_lines_of_a_crossed_table(
    borough: Engine, slug: str, name: str
) -> None:
    """Units by values, every total and every shown cell of every unit taken together: whether the system of equations
    has but one answer for what another unit's hidden number is, less the asker's own children."""
    values = CHARACTERISTICS[name]
    above = {u.id: u.parent_id or "ALL" for u in borough.units.values() if u.id != "ALL"}
    teams = [*(unit for unit in borough.units if unit not in above.values()), "no team"]
    place = {cell: at for at, cell in enumerate(itertools.product(teams, (*values, "another value")))}

    def line(unit: str, columns: Iterable[str], without: str = "") -> np.ndarray:
        inside = set(teams) if unit == "ALL" else borough.units_below(unit)
        out = np.zeros(len(place))
        out[[place[t, c] for t in teams if t in inside and t != without for c in columns]] = 1
        return out

    known, hidden = [], []
    for unit in borough.units:
        if ask(borough, slug, unit).value is not None:
            known.append(line(unit, (*values, "another value")))
        for one in values:
            told = value(borough, slug, unit, **{name: one})
            truth = ask(borough, slug, unit, EVERYTHING, **{name: one}).value or 0
            mine = ask(borough, slug, MINE, EVERYTHING, **{name: one}).value or 0
            if told is not None:
                known.append(line(unit, [one]))
            elif small(truth - (mine if MINE in borough.units_below(unit) else 0)):
                hidden.append((unit, one, line(unit, [one], without=MINE)))
    _, sizes, rows = np.linalg.svd(np.array(known), full_matrices=False)
    rows = rows[sizes > 1e-9]
    for unit, one, asked in hidden:
        left = asked - rows.T @ (rows @ asked)
        assert np.linalg.norm(left) > 1e-6, f"{slug} by {name}: {one} of {unit} follows"
    assert hidden, "nothing was hidden, so nothing was tried"


@pytest.mark.parametrize("slug", ["cp_open", "cp_visits_overdue", "cp_visits_in_time"])
def test_no_two_days_or_periods_can_be_subtracted(borough: Engine, slug: str) -> None:
    """Day by day, and over nested periods: another unit's number by a characteristic is told for now alone."""
    for unit, back in itertools.product(others(borough), range(1, 15)):
        days = Question("headline", (slug,), borough.units[unit].ref, D - timedelta(days=back),
                        filters=make_filters({"age_max": 4}))  # fmt: skip
        span = days.but(as_at=D, period=Period(D - timedelta(days=7 * back - 1), D))
        for asked in (days, span):
            found, now = borough.ask(asked, SCOPE).answers[0], ask(borough, slug, unit, age_max=4)
            assert found.value in (None, 0, now.value), (unit, asked.as_at, asked.period)
            assert found.points is None
    own = Question("trend", (slug,), borough.units[MINE].ref, D, filters=make_filters({"age_max": 4}))
    assert borough.ask(own, SCOPE).answers[0].points


@pytest.mark.parametrize("show", ["trend", "changes", "forecast", "benchmark"])
def test_what_takes_a_number_apart_by_time_gives_the_number_alone(borough: Engine, show: str) -> None:
    for unit in others(borough):
        asked = Question(show, ("cp_open",), borough.units[unit].ref, D, filters=make_filters({"age_max": 4}))  # type: ignore[arg-type]
        found = borough.ask(asked, SCOPE).answers[0]
        assert found.value == ask(borough, "cp_open", unit, age_max=4).value
        assert (found.points, found.came_on, found.came_off, found.stayed, found.previous) == (None,) * 5


@pytest.mark.parametrize(
    "twice", [{"category": "NEG"}, {"case_type": "CP"}, {"days_overdue_min": 1}, {"legal_status": "C2"}]
)
def test_children_are_parted_once(borough: Engine, twice: dict[str, int | str]) -> None:
    """Two cuts at once would tell a cell of a table whose edges anybody may ask for."""
    for slug, unit in itertools.product(COUNTS, others(borough)):
        assert ask(borough, slug, unit, age_max=9, **twice).value in (None, 0)
    own, whole = (ask(borough, "cp_open", MINE, scope, age_max=9, **twice) for scope in (SCOPE, EVERYTHING))
    assert own.value == whole.value
