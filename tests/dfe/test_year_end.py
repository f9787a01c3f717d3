"""What is foretold for 31 March, re-derived from the folder with plain pandas."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import kpi_engine
from kpi_engine import working_days
from kpi_engine.dfe import dfe_figures
from kpi_engine.dfe.year_end import year_end

ON = pd.Timestamp("2014-12-31")
HOLIDAYS = np.array(list(working_days.bank_holidays()), dtype="datetime64[D]")


@pytest.fixture(scope="module")
def foretold(engine: kpi_engine.Engine) -> dict[str, Any]:
    found: dict[str, Any] = dfe_figures(engine, ON.date())["year_end"]
    return found


def read(folder: Path, table: str) -> pd.DataFrame:
    found = pd.read_csv(folder / f"{table}.csv", dtype=str)
    for column in found:
        if column.endswith("_date"):
            found[column] = pd.to_datetime(found[column])
    return found


def test_the_statistical_year_ends_on_31_march() -> None:
    assert year_end(date(2015, 3, 31)) == date(2015, 3, 31)
    assert year_end(date(2015, 4, 1)) == date(2016, 3, 31)
    assert year_end(date(2015, 1, 1)) == date(2015, 3, 31)


def test_at_the_end_nothing_is_left_to_foretell(engine: kpi_engine.Engine) -> None:
    found = dfe_figures(engine, date(2015, 3, 31))
    for name in ("C2", "C4", "D6"):
        told = found["year_end"][name]
        assert told["so_far"] == told["expected"] == told["best"] == found["tables"][name]["percent"]


def test_assessments_by_the_stated_method(folder: Path, foretold: dict[str, Any]) -> None:
    rows = read(folder, "ssd_cin_assessments").merge(
        read(folder, "ssd_cin_episodes")[["cine_referral_id", "cine_close_date"]],
        left_on="cina_referral_id", right_on="cine_referral_id",
    )  # fmt: skip
    start, done = rows.cina_assessment_start_date, rows.cina_assessment_auth_date
    by = np.busday_offset(
        start.values.astype("datetime64[D]"), 45, roll="backward", holidays=HOLIDAYS
    )  # a start on a day off counts from the day before it: the same 45th working day
    due = pd.Series(pd.to_datetime(by), index=rows.index)
    in_time = done <= due
    year, financial = done > ON - pd.DateOffset(years=1), done >= "2014-04-01"
    year, financial = year & (done <= ON), financial & (done <= ON)
    still_open = (start <= ON) & ~(done <= ON) & ~(rows.cine_close_date <= ON)
    late = int((still_open & (due < ON)).sum())
    rest = year.sum() * 90 / 365
    met = (in_time & financial).sum() + min(rest * (in_time & year).sum() / year.sum(), rest - late)
    told = foretold["C2"]
    assert told["late_already"] == late > 0
    assert told["so_far"] == pytest.approx(100 * (in_time & financial).sum() / financial.sum(), abs=0.06)
    assert told["expected"] == pytest.approx(100 * met / (financial.sum() + rest), abs=0.06)


def test_a_plan_late_once_can_no_longer_count(folder: Path, foretold: dict[str, Any]) -> None:
    plans, reviews = read(folder, "ssd_cp_plans"), read(folder, "ssd_cp_reviews")
    start, end = plans.cppl_cp_plan_start_date, plans.cppl_cp_plan_end_date
    running = plans[(start <= ON) & ~(end <= ON) & (start <= pd.Timestamp("2014-12-30"))]
    held = reviews[reviews.cppr_cp_review_date <= ON].groupby("cppr_cp_plan_id").cppr_cp_review_date
    days = {plan: sorted(found) for plan, found in held}
    late = due = 0
    for plan in running.itertuples():
        last, limit, failed = plan.cppl_cp_plan_start_date, 91, False
        for when in days.get(plan.cppl_cp_plan_id, []):
            failed = failed or (when - last).days > limit
            last, limit = when, 183
        failed = failed or (ON - last).days > limit
        late += failed
        due += not failed and last + pd.Timedelta(days=limit) < pd.Timestamp("2015-03-31")
    told = foretold["D6"]
    assert (told["of"], told["late_already"], told["reviews_falling_due"]) == (len(running), late, due)
    assert told["best"] == pytest.approx(100 * (len(running) - late) / len(running), abs=0.06)
    assert told["expected"] <= told["best"]


def test_the_forecast_of_new_year_met_the_published_year(foretold: dict[str, Any]) -> None:
    # Three months ahead of time, within two points of what was published at the end.
    assert foretold["C2"]["expected"] == pytest.approx(75.9, abs=2)
    assert foretold["C4"]["expected"] == pytest.approx(77.1, abs=2)
    assert foretold["D6"]["expected"] == pytest.approx(95.3, abs=2)
