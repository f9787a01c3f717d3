"""The invented authority against the published table, counted from its CSV files with plain pandas.

At the published size every number must be the published one. At another size each total must be the published
one scaled, rounded, and each band within one child of its share.
"""

from __future__ import annotations

import csv
from pathlib import Path

import holidays
import numpy as np
import pandas as pd
import pytest

import kpi_engine
from tests.invented.folders import Folder

PUBLISHED = Path(kpi_engine.__file__).parent / "data" / "dfe_cin_hillingdon_2015"
LENGTHS = (
    "3_months_or_less",
    "more_than_3_months_6_months",
    "more_than_6_months_less_than_1_year",
    "1_year_less_than_2_years",
)
HOLIDAYS = np.array(
    sorted(holidays.country_holidays("GB", subdiv="ENG", years=range(2000, 2041))), dtype="datetime64[D]"
)


def published(table: str) -> dict[str, str]:
    (file,) = PUBLISHED.glob(f"{table}_*.csv")
    with file.open(encoding="utf-8") as lines:
        (row,) = csv.DictReader(lines)
    return row


def agrees(made: Folder, table: str, total: str, counts: dict[str, int], whole: int | None = None) -> None:
    """Totals equal to the published ones scaled; bands equal, or within one child where they were rounded."""
    row = published(table)
    size = len(open_episodes(made)) / 2124
    assert abs((sum(counts.values()) if whole is None else whole) - int(row[total]) * size) <= 0.5
    for band, count in counts.items():
        assert abs(count - int(row[band]) * size) < 1, band
    if size == 1:
        assert counts == {band: int(row[band]) for band in counts}


def working_days(start: pd.Series, end: pd.Series) -> np.ndarray:
    first = start.to_numpy().astype("datetime64[D]") + 1
    last = end.to_numpy().astype("datetime64[D]") + 1
    return np.where(first > last, 0, np.busday_count(first, np.maximum(first, last), holidays=HOLIDAYS))


def by_length(start: pd.Series, end: pd.Series, names: tuple[str, ...]) -> dict[str, int]:
    """Children by length: three months are 91 days, as the publisher counts them, the rest calendar."""
    days = (end - start).dt.days
    six, year, two = (start + pd.DateOffset(months=m) for m in (6, 12, 24))
    band = np.select([days <= 91, end <= six, end < year, end < two], [0, 1, 2, 3], 4)
    return {name: int((band == i).sum()) for i, name in enumerate(names)}


def in_need(made: Folder) -> pd.DataFrame:
    episodes = made["ssd_cin_episodes"]
    return episodes[(episodes.cine_referral_nfa != "Y") & ~episodes.cine_close_reason.isin(["RC8", "RC9"])]


def open_episodes(made: Folder) -> pd.DataFrame:
    episodes = made["ssd_cin_episodes"]
    closed = episodes.cine_close_date <= made.as_at
    return episodes[
        (episodes.cine_referral_nfa != "Y") & (episodes.cine_referral_date <= made.as_at) & ~closed
    ]


@pytest.fixture(params=["hillingdon", "larger"])
def made(request: pytest.FixtureRequest) -> Folder:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Folder)
    return found


def test_the_number_of_open_children_is_the_one_asked_for(hillingdon: Folder, larger: Folder) -> None:
    assert len(open_episodes(hillingdon)) == 2124
    assert len(open_episodes(larger)) == 3000
    assert open_episodes(hillingdon).cine_person_id.is_unique


def test_open_episodes_by_length(made: Folder) -> None:
    start = open_episodes(made).cine_referral_date
    on = pd.Series(made.as_at, index=start.index)
    agrees(made, "b4", "At31_episodes", by_length(start, on, (*LENGTHS, "2years+")))


def test_ended_episodes_by_length_and_reason(made: Folder) -> None:
    ended = in_need(made)
    ended = ended[made.in_year(ended.cine_close_date)]
    agrees(
        made,
        "b5",
        "Ended_episodes",
        by_length(ended.cine_referral_date, ended.cine_close_date, (*LENGTHS, "2years+")),
    )
    reasons = ended.cine_close_reason.value_counts()
    known = {"unknown": "", "RC1_Adopted": "RC1", "RC5_Transfer_to_another_LA": "RC5", "RC7_Other": "RC7"}
    known["RC6_Transfer_to_Adult_Social_Service"] = "RC6"
    agrees(
        made, "b6", "Ended_episodes", {k: int(reasons[code]) for k, code in known.items()}, whole=len(ended)
    )
    assert set(reasons.index) - set(known.values()) == {"RC2", "RC3", "RC4"}


def test_episodes_started_and_at_any_point(hillingdon: Folder) -> None:
    episodes = in_need(hillingdon)
    assert int(hillingdon.in_year(episodes.cine_referral_date).sum()) == int(
        published("b1")["Started_episodes"]
    )
    ever = (episodes.cine_close_date.isna() | (episodes.cine_close_date > hillingdon.year)).sum()
    assert int(ever) == int(published("b1")["Anypoint_episodes"])


def test_referrals_and_rereferrals(made: Folder) -> None:
    episodes = made["ssd_cin_episodes"].sort_values("cine_referral_date")
    before = episodes.groupby("cine_person_id").cine_referral_date.shift()
    again = (episodes.cine_referral_date - before).dt.days.between(1, 365)
    year = made.in_year(episodes.cine_referral_date)
    quick = episodes.cine_close_reason.isin(["RC8", "RC9"]) & (episodes.cine_referral_nfa != "Y")
    counts = {
        "Re_referrals": int((again & year).sum()),
        "No_Further_Action": int((year & (episodes.cine_referral_nfa == "Y")).sum()),
        "Not_in_Need": int((year & quick).sum()),
    }
    agrees(made, "c1", "Referrals", counts, whole=int(year.sum()))


def test_assessments_by_duration(made: Folder) -> None:
    rows = made["ssd_cin_assessments"]
    rows = rows[made.in_year(rows.cina_assessment_auth_date)]
    days = working_days(rows.cina_assessment_start_date, rows.cina_assessment_auth_date)
    names = [
        name
        for name in published("c2")
        if name.endswith("_days") and "Percentile" not in name and name[0] in "123456"
    ]
    edges = dict(zip(["Same_day", *names], [0, 10, 20, 30, 40, 45, 50, 60, 9999], strict=True))
    band = np.searchsorted(list(edges.values()), days)
    agrees(made, "c2", "Assessments_completed", {b: int((band == i).sum()) for i, b in enumerate(edges)})


def test_section_47s_and_conferences_by_duration(made: Folder) -> None:
    enquiries = made["ssd_s47_enquiry"]
    started = int(made.in_year(enquiries.s47e_s47_start_date).sum())
    agrees(made, "c4", "Section47", {}, whole=started)
    held = made["ssd_initial_cp_conference"]
    held = held[made.in_year(held.icpc_icpc_date)].merge(
        enquiries, left_on="icpc_s47_enquiry_id", right_on="s47e_s47_enquiry_id"
    )
    days = working_days(held.s47e_s47_start_date, held.icpc_icpc_date)
    edges = {
        "Duration_0-10_days": 10,
        "Duration_11-15_days": 15,
        "Duration_16-20_days": 20,
        "Duration_21+_days": 9999,
    }
    band = np.searchsorted(list(edges.values()), days)
    agrees(made, "c4", "ICPC", {b: int((band == i).sum()) for i, b in enumerate(edges)})


def test_plans_started_ended_open_and_repeated(made: Folder) -> None:
    plans = made["ssd_cp_plans"]
    start, end = plans.cppl_cp_plan_start_date, plans.cppl_cp_plan_end_date
    now = ~(end <= made.as_at)
    agrees(
        made,
        "d1",
        "CPP_At31",
        by_length(start[now], pd.Series(made.as_at, index=start[now].index), ()),
        int(now.sum()),
    )
    agrees(made, "d1", "CPP_start", {}, int(made.in_year(start).sum()))
    agrees(made, "d1", "CPP_end", {}, int(made.in_year(end).sum()))
    earlier = (
        plans.sort_values("cppl_cp_plan_start_date").groupby("cppl_person_id").cppl_cp_plan_start_date.shift()
    )
    assert int((made.in_year(start) & earlier.notna()).sum()) == pytest.approx(
        int(published("d3")["CPP_subsequent"]) * len(open_episodes(made)) / 2124, rel=0.25
    )


def test_plans_by_length(made: Folder) -> None:
    plans = made["ssd_cp_plans"]
    start, end = plans.cppl_cp_plan_start_date, plans.cppl_cp_plan_end_date
    now, ended = ~(end <= made.as_at), made.in_year(end)
    names = (*LENGTHS, "2_years_or_more")
    agrees(
        made, "d5", "CPP_At31", by_length(start[now], pd.Series(made.as_at, index=start[now].index), names)
    )
    agrees(made, "d7", "CPP_End", by_length(start[ended], end[ended], names))


def never_late(
    start: pd.Timestamp, reviews: list[pd.Timestamp], as_at: pd.Timestamp, first: object, then: object
) -> bool:
    """Whether every review of a plan was held when it was due, and none is overdue."""
    last, limit = start, first
    for day in [*reviews, as_at]:
        if day > last + limit:
            return False
        last, limit = day, then
    return True


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (pd.Timedelta(days=91), pd.Timedelta(days=183)),
        (pd.DateOffset(months=3), pd.DateOffset(months=6)),
    ],
    ids=["in days, as published", "in calendar months, as the law says"],
)
def test_plans_reviewed_within_timescales(made: Folder, first: object, then: object) -> None:
    plans = made["ssd_cp_plans"]
    held = made["ssd_cp_reviews"].groupby("cppr_cp_plan_id").cppr_cp_review_date.apply(sorted)
    now = plans[~(plans.cppl_cp_plan_end_date <= made.as_at)]
    long = now[(made.as_at - now.cppl_cp_plan_start_date).dt.days >= 91]
    fine = sum(
        never_late(p.cppl_cp_plan_start_date, held.get(p.cppl_cp_plan_id, []), made.as_at, first, then)
        for p in long.itertuples()
    )
    agrees(made, "d6", "CPP_At31_3Months", {"Reviewed_within_timescales": fine}, whole=len(long))
