"""How many came on and off is said also where their rows may not be shown."""

from __future__ import annotations

from bot.wording.shows import came_and_went
from kpi_engine.answer import MeasureAnswer

ROW = {"child_id": "K1", "team_id": "T11"}


def test_counts_come_from_the_rows_where_they_are_all_there() -> None:
    assert came_and_went(MeasureAnswer("m", 3.0, previous=2.0, came_on=(ROW,), came_off=(), stayed=2)) == (
        1,
        0,
    )


def test_counts_come_from_the_numbers_where_rows_are_kept_back() -> None:
    assert came_and_went(MeasureAnswer("m", 0.0, previous=2.0, came_on=(), came_off=(), stayed=0)) == (0, 2)
    assert came_and_went(MeasureAnswer("m", 5.0, previous=4.0, stayed=3)) == (2, 1)


def test_nothing_is_said_where_nothing_is_known() -> None:
    assert came_and_went(MeasureAnswer("m", 5.0)) == (None, None)


def test_a_small_number_stays_hidden() -> None:
    assert came_and_went(MeasureAnswer("m", None, previous=4.0, stayed=3, suppressed=True)) == (None, None)
