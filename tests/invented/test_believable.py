"""Whether the invented authority could be a real one: duties, families, workers, rights, faults.

The overdue shares are worked out longhand here, subject by subject, sharing nothing with engine or generator.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import holidays
import pandas as pd
import pytest

from tests.invented.folders import Folder

CLOSED = holidays.country_holidays("GB", subdiv="ENG", years=range(2000, 2041))


@cache
def working_days_after(start: pd.Timestamp, count: int) -> pd.Timestamp:
    day = start
    while count:
        day += pd.Timedelta(days=1)
        count -= day.weekday() < 5 and day.date() not in CLOSED
    return day


def months_after(start: pd.Timestamp, count: int) -> pd.Timestamp:
    return start + pd.DateOffset(months=count)


def by(rows: pd.DataFrame, key: str, day: str, as_at: pd.Timestamp) -> dict[str, list[pd.Timestamp]]:
    """The days up to as_at of each key, in order, each once."""
    out: dict[str, set[pd.Timestamp]] = defaultdict(set)
    for name, on in zip(rows[key], rows[day], strict=True):
        if on <= as_at:
            out[name].add(on)
    return {name: sorted(days) for name, days in out.items()}


def share(late: Iterable[bool]) -> float:
    found = list(late)
    return 100 * sum(found) / len(found)


def open_rows(rows: pd.DataFrame, end: str, as_at: pd.Timestamp) -> pd.DataFrame:
    return rows[~(rows[end] <= as_at)]


def meetings(made: Folder, kind: str) -> dict[str, list[pd.Timestamp]]:
    rows = made["local_meetings"]
    return by(rows[(rows.kind == kind) & (rows.held == "Y")], "person_id", "meeting_date", made.as_at)


@pytest.fixture(params=["hillingdon", "larger"])
def made(request: pytest.FixtureRequest) -> Folder:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Folder)
    return found


def test_child_protection_duties_are_four_to_eight_percent_overdue(made: Folder) -> None:
    plans = open_rows(made["ssd_cp_plans"], "cppl_cp_plan_end_date", made.as_at)
    seen = made["ssd_cp_visits"][made["ssd_cp_visits"].cppv_cp_visit_seen == "Y"]
    visits = by(seen, "cppv_cp_plan_id", "cppv_cp_visit_date", made.as_at)
    groups = meetings(made, "core_group")
    visits_late, groups_late = [], []
    for plan in plans.itertuples():
        start = plan.cppl_cp_plan_start_date
        last = visits.get(plan.cppl_cp_plan_id, [start])[-1]
        visits_late.append(working_days_after(last, 10) < made.as_at)
        met = [d for d in groups.get(plan.cppl_person_id, []) if d >= start]
        due = met[-1] + pd.Timedelta(days=42) if met else working_days_after(start, 10)
        groups_late.append(due < made.as_at)
    assert 4 <= share(visits_late) <= 8
    assert 4 <= share(groups_late) <= 8


def test_review_conferences_are_as_late_as_the_published_figure_allows(made: Folder) -> None:
    """202 of 212 plans of three months and more were never late (D6): at most ten are overdue, under 5%."""
    plans = open_rows(made["ssd_cp_plans"], "cppl_cp_plan_end_date", made.as_at)
    held = by(made["ssd_cp_reviews"], "cppr_cp_plan_id", "cppr_cp_review_date", made.as_at)
    late = []
    for plan in plans.itertuples():
        if (made.as_at - plan.cppl_cp_plan_start_date).days >= 91:
            done = held.get(plan.cppl_cp_plan_id, [])
            due = months_after(done[-1], 6) if done else months_after(plan.cppl_cp_plan_start_date, 3)
            late.append(due < made.as_at)
    assert 2.5 <= share(late) <= 5


def test_child_in_need_duties_are_four_to_eight_percent_overdue(made: Folder) -> None:
    closed = made["ssd_cin_episodes"].set_index("cine_referral_id").cine_close_date
    plans = open_rows(made["ssd_cin_plans"], "cinp_cin_plan_end_date", made.as_at)
    plans = plans[~(plans.cinp_referral_id.map(closed) <= made.as_at)]
    seen = made["ssd_cin_visits"][made["ssd_cin_visits"].cinv_cin_visit_seen == "Y"]
    visits = by(seen, "cinv_person_id", "cinv_cin_visit_date", made.as_at)
    reviews = meetings(made, "cin_review")
    visits_late, reviews_late = [], []
    for plan in plans.itertuples():
        start = plan.cinp_cin_plan_start_date
        last = [start, *(d for d in visits.get(plan.cinp_person_id, []) if d >= start)][-1]
        visits_late.append(working_days_after(last, 20) < made.as_at)
        last = [start, *(d for d in reviews.get(plan.cinp_person_id, []) if d >= start)][-1]
        reviews_late.append(months_after(last, 3) < made.as_at)
    assert 4 <= share(visits_late) <= 8
    assert 4 <= share(reviews_late) <= 8


def looked_after(made: Folder) -> pd.DataFrame:
    """The open placements of looked-after children, short breaks left out."""
    breaks = made["ssd_legal_status"]
    breaks = set(breaks[breaks.lega_legal_status.isin(["V3", "V4"])].lega_person_id)
    episodes = open_rows(made["ssd_cla_episodes"], "clae_cla_episode_ceased_date", made.as_at)
    return episodes[~episodes.clae_person_id.isin(breaks)]


def test_looked_after_duties_are_four_to_eight_percent_overdue(made: Folder) -> None:
    homes = made["ssd_cla_placement"].set_index("clap_cla_placement_id")
    seen = made["ssd_cla_visits"][made["ssd_cla_visits"].clav_cla_visit_seen == "Y"]
    visits = by(seen, "clav_person_id", "clav_cla_visit_date", made.as_at)
    law = made["ssd_legal_status"]
    interim = set(law[(law.lega_legal_status == "C1") & law.lega_legal_status_end_date.isna()].lega_person_id)
    care_plans = made["ssd_cla_care_plan"]
    stays = care_plans[care_plans.lacp_cla_care_plan_json.str.contains('"LTFOST18":"Y"')]
    to_18 = dict(zip(stays.lacp_person_id, stays.lacp_cla_care_plan_start_date, strict=True))
    real = made["ssd_cla_reviews"][made["ssd_cla_reviews"].clar_cla_review_cancelled != "Y"]
    reviews = by(real, "clar_cla_id", "clar_cla_review_date", made.as_at)
    visits_late, reviews_late = [], []
    for row in looked_after(made).itertuples():
        home = homes.loc[row.clae_cla_placement_id]
        start = home.clap_cla_placement_start_date
        done = [d for d in visits.get(row.clae_person_id, []) if d >= start]
        held = reviews.get(row.clae_cla_id, [])
        if not done:
            due = start + pd.Timedelta(days=7)
        elif home.clap_cla_placement_type == "P1" and row.clae_person_id in interim:
            due = done[-1] + pd.Timedelta(days=28 if held and held[0] <= done[-1] else 7)
        elif done[-1] >= months_after(start, 12) and (
            home.clap_cla_placement_type in ("U1", "U4")
            or to_18.get(row.clae_person_id, made.as_at) <= done[-1]
        ):
            due = months_after(done[-1], 3)
        else:
            due = done[-1] + pd.Timedelta(days=42)
        visits_late.append(due < made.as_at)
        begun = row.clae_entered_care_date
        due = months_after(held[-1], 3 if len(held) == 1 else 6) if held else working_days_after(begun, 20)
        reviews_late.append(due < made.as_at)
    assert 4 <= share(visits_late) <= 8
    assert 4 <= share(reviews_late) <= 8
    assert len(visits_late) / len(made["local_teams"]) > 20
    assert 0.14 <= len(visits_late) / (2124 if len(visits_late) < 400 else 3000) <= 0.18


def allocated(made: Folder) -> pd.DataFrame:
    rows = made["ssd_involvements"]
    rows = rows[(rows.invo_professional_role_id == "CW") & ~(rows.invo_involvement_end_date <= made.as_at)]
    return (
        rows[rows.invo_professional_id != ""]
        .sort_values("invo_involvement_start_date")
        .drop_duplicates("invo_person_id", keep="last")
    )


def minors_with_open_episode(made: Folder) -> set[str]:
    people = made["ssd_person"]
    grown = set(people[people.pers_dob <= made.as_at - pd.DateOffset(years=18)].pers_person_id)
    rows = open_rows(made["ssd_cin_episodes"], "cine_close_date", made.as_at)
    return set(rows[rows.cine_referral_nfa != "Y"].cine_person_id) - grown


def test_one_to_two_percent_of_the_children_have_no_worker(made: Folder) -> None:
    children = minors_with_open_episode(made)
    assert 1 <= 100 * len(children - set(allocated(made).invo_person_id)) / len(children) <= 2


def test_caseloads_lie_around_the_standard(made: Folder) -> None:
    staff = made["local_staff"].set_index("professional_id")
    held = allocated(made).invo_professional_id.value_counts()
    team = staff.team_id.reindex(held.index)
    fte = staff.fte.astype(float).reindex(held.index)
    load = held / fte
    for team_id, least, most in (("T03", 11, 17), ("T11", 14, 20), ("T14", 13, 19), ("T21", 11, 17)):
        assert least <= (held[team == team_id].sum() / fte[team == team_id].sum()) <= most
    social = load[team.isin(["T11", "T12", "T13", "T14"])]
    assert 0.05 <= (social > 18).mean() <= 0.5
    assert social.max() < 34


def test_every_allocation_goes_to_somebody_in_post_in_that_team(made: Folder) -> None:
    staff = made["local_staff"].set_index("professional_id")
    now = allocated(made)
    now = now[now.invo_professional_team != "T99"]
    left = staff.end_date.reindex(now.invo_professional_id)
    assert left.isna().all()
    assert (
        staff.team_id.reindex(now.invo_professional_id).to_numpy() == now.invo_professional_team.to_numpy()
    ).all()


def test_cases_move_from_team_to_team_and_workers_come_and_go(made: Folder) -> None:
    rows = made["ssd_involvements"]
    rows = rows[(rows.invo_professional_role_id == "CW") & (rows.invo_professional_team != "")]
    teams = rows.groupby("invo_referral_id").invo_professional_team.agg(["first", "last"])
    assert ((teams["first"] == "T03") & teams["last"].isin(["T11", "T12", "T13", "T14"])).sum() > 100
    staff = made["local_staff"]
    assert staff.end_date.notna().sum() > 40
    names = made["ssd_professionals"].prof_professional_name
    assert names.str.split().str[0].value_counts().iloc[0] >= 3
    moved = rows.groupby("invo_professional_id").invo_professional_team.nunique()
    assert (moved > 1).sum() >= 3


def test_siblings_share_their_conferences_and_visits(made: Folder) -> None:
    plans = made["ssd_cp_plans"].merge(
        made["ssd_initial_cp_conference"], left_on="cppl_icpc_id", right_on="icpc_icpc_id"
    )
    together = plans.groupby("icpc_icpc_meeting_id")
    assert (together.size() > 1).mean() > 0.25
    assert (together.icpc_icpc_date.nunique() == 1).all()
    visits = made["ssd_cp_visits"].groupby("cppv_cp_plan_id").cppv_cp_visit_date.apply(frozenset)
    pairs = [p for _, p in together.cppl_cp_plan_id if len(p) > 1]
    alike = [len(visits[a] & visits[b]) / len(visits[a]) for a, b, *_ in pairs if a in visits and b in visits]
    assert sum(alike) / len(alike) > 0.85


def test_the_example_child_is_in_cswt_1_on_a_plan_with_a_late_core_group(made: Folder) -> None:
    row = allocated(made).set_index("invo_person_id").loc["C123"]
    assert row.invo_professional_team == "T11"
    plans = open_rows(made["ssd_cp_plans"], "cppl_cp_plan_end_date", made.as_at)
    (start,) = plans[plans.cppl_person_id == "C123"].cppl_cp_plan_start_date
    met = [d for d in meetings(made, "core_group").get("C123", []) if d >= start]
    due = met[-1] + pd.Timedelta(days=42) if met else working_days_after(start, 10)
    assert due < made.as_at


def test_the_workers_and_users_the_examples_name_are_there(made: Folder) -> None:
    staff = (
        made["local_staff"]
        .set_index("professional_id")
        .join(made["ssd_professionals"].set_index("prof_professional_id"))
    )
    expected = {
        "P1191": ("T11", "Nadia Rahman"),
        "P1291": ("T12", "Chloe Martin"),
        "P1292": ("T12", "Chloe Marsh"),
    }
    for worker, (team, name) in expected.items():
        assert (staff.loc[worker].team_id, staff.loc[worker].prof_professional_name) == (team, name)
        assert pd.isna(staff.loc[worker].end_date)
    users = made["local_users"].set_index("user_id")
    teams = set(made["local_teams"].team_id)
    assert {f"U-{t}" for t in teams} | {"U-DIR", "U-AN", "U-AD1", "U-AD5", "U-IRO", "U-OLD"} <= set(
        users.index
    )
    assert users.loc["U-IRO", ["role", "unit_id", "also_sees"]].tolist() == ["service_manager", "S3", "S2"]
    assert users.loc["U-DIR", "unit_id"] == ""
    assert users[users.active == "N"].index.tolist() == ["U-OLD"]
    assert set(users.unit_id) - {""} <= set(made["ssd_department"].dept_team_id)


def test_children_are_ids_only_and_born_before_what_happened_to_them(made: Folder) -> None:
    people = made["ssd_person"]
    assert people.pers_person_id.str.fullmatch(r"C\d+").all()
    assert people.pers_person_id.is_unique
    born = people.set_index("pers_person_id").pers_dob
    for table, who, day in (
        ("ssd_cla_episodes", "clae_person_id", "clae_cla_episode_start_date"),
        ("ssd_cp_visits", "cppv_person_id", "cppv_cp_visit_date"),
    ):
        rows = made[table]
        child = rows[who].map(born)
        assert (child.isna() | (child <= rows[day])).mean() > 0.97


def test_records_do_not_contradict_each_other(made: Folder) -> None:
    episodes = made["ssd_cin_episodes"].set_index("cine_referral_id")
    for table, referral, day in (
        ("ssd_cin_assessments", "cina_referral_id", "cina_assessment_start_date"),
        ("ssd_s47_enquiry", "s47e_referral_id", "s47e_s47_start_date"),
        ("ssd_cp_plans", "cppl_referral_id", "cppl_cp_plan_start_date"),
        ("ssd_cin_plans", "cinp_referral_id", "cinp_cin_plan_start_date"),
        ("ssd_cla_episodes", "clae_referral_id", "clae_cla_episode_start_date"),
    ):
        rows = made[table]
        assert (rows[day] >= rows[referral].map(episodes.cine_referral_date)).all(), table
        closed = rows[referral].map(episodes.cine_close_date)
        assert (closed.isna() | (rows[day] <= closed)).all(), table
        assert (rows[day] <= made.as_at).all(), table


def test_there_are_a_few_faults_and_only_a_few(made: Folder) -> None:
    rows = made["ssd_involvements"]
    now = rows[(rows.invo_professional_role_id == "CW") & rows.invo_involvement_end_date.isna()]
    twice = now.invo_person_id.duplicated().sum()
    backwards = (rows.invo_involvement_end_date < rows.invo_involvement_start_date).sum()
    unknown = (~rows.invo_professional_team.isin([*made["ssd_department"].dept_team_id, ""])).sum()
    closed = made["ssd_cin_episodes"].set_index("cine_referral_id").cine_close_date
    plans = made["ssd_cin_plans"]
    left_open = (
        plans.cinp_cin_plan_end_date.isna() & (plans.cinp_referral_id.map(closed) <= made.as_at)
    ).sum()
    for count in (twice, backwards, unknown, left_open):
        assert count >= 1
    children = len(minors_with_open_episode(made))
    assert 0.002 <= (twice + backwards + unknown + left_open) / children <= 0.05
