"""Every show of a question, against the authority worked out by hand (hand_authority.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kpi_engine import Engine, open_folder
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.errors import InputError, NotPermitted, Unknown
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, EVERYTHING, Period, Question, Scope, make_filters
from tests.unit.engine.hand_authority import AS_AT, NORTH, SAFEGUARDING, tables
from tests.worked_cases.loader import write_folder

OVERDUE, IN_TIME = "cp_visits_overdue", "cp_visits_in_time"
Ask = Callable[..., Answer]


@pytest.fixture
def ask(by_hand: Engine) -> Ask:
    def asking(show: Any, *measures: str, unit: str = ALL, scope: Scope = EVERYTHING, **more: Any) -> Answer:
        filters = make_filters(more.pop("filters", {}))
        question = Question(
            show, measures, by_hand.units[unit].ref, more.pop("as_at", AS_AT), filters=filters, **more
        )
        return by_hand.ask(question, scope)

    return asking


def children(found: MeasureAnswer) -> list[str]:
    return [row["child_id"] for row in found.rows or ()]


# Headline


@pytest.mark.parametrize(
    ("unit", "value", "of"), [(ALL, 4, 7), ("S1", 3, 6), ("T1", 2, 4), ("T2", 1, 2), ("T3", 0, 0)]
)
def test_a_headline_counts_the_units_rows(ask: Ask, unit: str, value: int, of: int) -> None:
    (found,) = ask("headline", OVERDUE, unit=unit).answers
    assert (found.value, found.of, found.met) == (value, of, value)


def test_a_headline_says_what_it_was_a_week_before_and_its_colour(ask: Ask) -> None:
    (found,) = ask("headline", OVERDUE).answers
    assert (found.previous, found.target, found.rag) == (4, 0, "red")  # C7 went, C6 came
    assert found.bounds == (4, 4)


def test_a_rate_with_none_due_is_none(ask: Ask) -> None:
    (found,) = ask("headline", IN_TIME, unit="T1").answers
    assert (found.value, found.of, found.rag) == (None, 0, None)
    assert found.period == Period(date(2026, 11, 9), date(2026, 11, 15))


def test_a_rate_shows_the_year_to_date_beside_last_week(ask: Ask) -> None:
    (found,) = ask("headline", IN_TIME).answers
    assert (found.value, found.of, found.met) == (0.0, 1, 0)  # C6
    assert found.year_to_date is not None
    assert (found.year_to_date.value, found.year_to_date.of, found.year_to_date.met) == (16.7, 6, 1)
    assert found.last_4_weeks is not None
    assert (found.last_4_weeks.value, found.last_4_weeks.of) == (0.0, 3)  # from 19 October: C7, C4, C6


def test_a_past_period_asked_of_a_backlog_is_as_at_its_last_day(ask: Ask) -> None:
    week = Period(date(2026, 10, 5), date(2026, 10, 11))
    (found,) = ask("headline", OVERDUE, period=week).answers
    assert (found.value, found.of) == (1, 3)  # C1 of C1, C3, C7


def test_an_absent_table_is_no_data_by_name_never_nought(ask: Ask) -> None:
    answer = ask("headline", "lac_visits_overdue", "core_groups_overdue")
    assert answer.outcome == "no_data"
    for found in answer.answers:
        assert found.value is None
    assert "local_meetings" in (answer.answers[0].no_data or "")
    assert "ssd_cla_episodes" in (answer.answers[1].no_data or "")


def test_one_leg_without_its_table_leaves_the_others(ask: Ask) -> None:
    answer = ask("headline", "lac_visits_overdue", OVERDUE)
    assert answer.outcome == "answered"
    assert [a.measure for a in answer.answers] == [OVERDUE, "lac_visits_overdue"]  # in catalogue order
    assert [bool(a.no_data) for a in answer.answers] == [False, True]


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"as_at": AS_AT + timedelta(days=1)}, InputError),
        ({"worker": "P99"}, Unknown),
        ({"units": ("T99",)}, Unknown),
    ],
)
def test_what_does_not_exist_is_named(ask: Ask, more: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        ask("headline", OVERDUE, **more)


def test_an_unknown_measure_is_named(ask: Ask) -> None:
    with pytest.raises(Unknown, match="cp_vists_overdue"):
        ask("headline", "cp_vists_overdue")


# List


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, ["C1", "C3", "C4", "C6"]), ("worst", ["C1", "C3", "C4", "C6"]), ("best", ["C6", "C4", "C3", "C1"]),
        ("oldest", ["C1", "C3", "C4", "C6"]), ("newest", ["C6", "C4", "C3", "C1"]),
    ],
)  # fmt: skip
def test_a_list_holds_every_row_in_order(ask: Ask, order: Any, expected: list[str]) -> None:
    (found,) = ask("list", OVERDUE, order=order).answers
    assert children(found) == expected
    assert found.value == len(expected)


def test_a_row_of_a_list_is_the_ledgers_row(ask: Ask, by_hand: Engine) -> None:
    (found,) = ask("list", OVERDUE).answers
    ledger = [row for row in by_hand.ledger_rows(AS_AT, "cp_visit") if row["status"] == "overdue"]
    assert sorted(found.rows or (), key=lambda r: r["child_id"]) == ledger
    assert dict((found.rows or ())[0]) == {
        "clock": "cp_visit", "child_id": "C1", "subject_id": "A1", "sequence": 2, "start_date": "2026-09-14",
        "due_date": "2026-09-28", "done_date": None, "ended_date": None, "status": "overdue", "days_overdue": 48,
        "working_days_overdue": 34, "team_id": "T1", "worker_id": "P1",
    }  # fmt: skip


def test_a_limit_cuts_the_rows_never_the_number(ask: Ask) -> None:
    (found,) = ask("list", OVERDUE, limit=2).answers
    assert children(found) == ["C1", "C3"]
    assert found.value == 4


def test_a_list_after_a_rate_shows_the_rows_that_fail_it(ask: Ask) -> None:
    since_april = Period(date(2026, 4, 1), AS_AT)
    (found,) = ask("list", IN_TIME, period=since_april).answers
    assert children(found) == ["C1", "C3", "C7", "C4", "C6"]
    assert [row["status"] for row in found.rows or ()] == [
        "overdue",
        "overdue",
        "done_late",
        "overdue",
        "overdue",
    ]


def test_a_list_of_a_stock_holds_children(ask: Ask) -> None:
    (found,) = ask("list", "cp_open", unit="T2").answers
    assert found.rows == (
        {"child_id": "C4", "team_id": "T2", "worker_id": "P3"},
        {"child_id": "C5", "team_id": "T2", "worker_id": None},
    )


def test_a_list_of_a_worker(ask: Ask) -> None:
    (found,) = ask("list", OVERDUE, worker="P1").answers
    assert children(found) == ["C1", "C3"]
    (none,) = ask("list", OVERDUE, worker="P2").answers
    assert (children(none), none.value) == ([], 0)


# Trend


def test_a_trend_is_the_number_as_at_each_of_thirteen_sundays(ask: Ask) -> None:
    (found,) = ask("trend", OVERDUE).answers
    assert found.points is not None
    assert [p.date for p in found.points] == [AS_AT - timedelta(weeks=n) for n in reversed(range(13))]
    assert [p.value for p in found.points][-8:] == [0, 1, 1, 2, 3, 3, 4, 4]
    for point in found.points:
        (single,) = ask("headline", OVERDUE, as_at=point.date).answers
        assert (point.value, point.of, point.target) == (single.value, single.of, single.target)


def test_a_trend_of_a_rate_counts_each_week(ask: Ask) -> None:
    (found,) = ask("trend", IN_TIME).answers
    assert found.points is not None
    weeks = {p.date.isoformat(): (p.value, p.of) for p in found.points if p.of}
    assert weeks == {
        "2026-09-27": (100.0, 1), "2026-10-04": (0.0, 1), "2026-10-18": (0.0, 1), "2026-10-25": (0.0, 1),
        "2026-11-08": (0.0, 1), "2026-11-15": (0.0, 1),
    }  # fmt: skip


def test_a_trend_by_month_ends_with_the_month_so_far(ask: Ask) -> None:
    (found,) = ask("trend", IN_TIME, by="month", period=Period(date(2026, 9, 1), AS_AT)).answers
    assert [(p.date.isoformat(), p.value, p.of) for p in found.points or ()] == [
        ("2026-09-30", 50.0, 2), ("2026-10-31", 0.0, 2), ("2026-11-15", 0.0, 2),
    ]  # fmt: skip


# Compare


def test_teams_are_compared_worst_first(ask: Ask) -> None:
    (found,) = ask("compare", OVERDUE, by="team").answers
    assert [(g.id, g.name, g.value, g.of, g.rag) for g in found.groups or ()] == [
        ("T1", "North", 2, 4, "red"), ("T2", "South", 1, 2, "amber"), ("T3", "Harbour", 0, 0, "green"),
    ]  # fmt: skip
    assert found.value == 4


def test_services_are_compared(ask: Ask) -> None:
    (found,) = ask("compare", OVERDUE, by="service").answers
    assert [(g.id, g.value, g.of) for g in found.groups or ()] == [("S1", 3, 6), ("S2", 0, 0)]


def test_named_units_are_compared(ask: Ask) -> None:
    (found,) = ask("compare", OVERDUE, unit="S1", units=("T2", "S1"), order="best").answers
    assert [(g.id, g.value) for g in found.groups or ()] == [("T2", 1), ("S1", 3)]


def test_what_is_better_high_is_worst_when_low(ask: Ask) -> None:
    since_april = Period(date(2026, 4, 1), AS_AT)
    (found,) = ask("compare", IN_TIME, by="team", period=since_april).answers
    assert [(g.id, g.value, g.of) for g in found.groups or ()] == [
        ("T2", 0.0, 1),
        ("T1", 25.0, 4),
        ("T3", None, 0),
    ]


def test_workers_are_compared(ask: Ask) -> None:
    (found,) = ask("compare", OVERDUE, by="worker", unit="S1").answers
    assert [(g.id, g.name, g.value, g.of) for g in found.groups or ()] == [
        ("P1", "Ade", 2, 2), ("P3", "Cy", 1, 1), ("P2", "Bo", 0, 2), (None, "No worker", 0, 1),
    ]  # fmt: skip
    (first,) = ask("compare", OVERDUE, by="worker", unit="S1", limit=1).answers
    assert [g.id for g in first.groups or ()] == ["P1"]


# Coming up


def test_what_falls_due_next_week(ask: Ask) -> None:
    (found,) = ask("coming_up", OVERDUE).answers
    assert (found.value, found.period) == (1, Period(date(2026, 11, 16), date(2026, 11, 22)))
    assert [(row["child_id"], row["due_date"], row["status"]) for row in found.rows or ()] == [
        ("C2", "2026-11-16", "due")
    ]


def test_what_falls_due_by_a_date_soonest_first(ask: Ask) -> None:
    (found,) = ask("coming_up", OVERDUE, period=Period(date(2026, 11, 16), date(2026, 11, 30))).answers
    assert [(row["child_id"], row["due_date"]) for row in found.rows or ()] == [
        ("C2", "2026-11-16"), ("C5", "2026-11-23"), ("C7", "2026-11-26"),
    ]  # fmt: skip


def test_what_has_no_due_dates_says_so(ask: Ask) -> None:
    (found,) = ask("coming_up", "cp_unallocated").answers
    assert "no due dates" in (found.no_data or "")


# Changes


def test_who_came_on_and_who_came_off_since_last_week(ask: Ask) -> None:
    (found,) = ask("changes", OVERDUE).answers
    assert [row["child_id"] for row in found.came_on or ()] == ["C6"]
    assert [(row["child_id"], row["status"], row["done_date"]) for row in found.came_off or ()] == [
        ("C7", "done_late", "2026-11-12")
    ]
    assert (found.stayed, found.value, found.previous) == (3, 4, 4)


def test_changes_since_a_day(ask: Ask) -> None:
    (found,) = ask("changes", OVERDUE, period=Period(date(2026, 10, 20), AS_AT)).answers
    assert [row["child_id"] for row in found.came_on or ()] == ["C4", "C6"]
    assert (found.stayed, found.previous) == (2, 2)  # on the 19th: C1 and C3


# Why


def test_why_a_child_is_on_the_list(ask: Ask) -> None:
    (found,) = ask("why", OVERDUE, child="C1").answers
    assert found.sentences == (
        "C1 is on the list: 1 row overdue.",
        "Visit 2: began Mon 14 Sep 2026 (the plan began or the child was last seen); 10 working days = Mon 28 Sep "
        "2026; not done, 48 days over (34 working days).",
        "Visit 1: began Mon 7 Sep 2026 (the plan began or the child was last seen); 10 working days = Mon 21 Sep 2026; "
        "done Mon 14 Sep 2026, in time.",
    )  # fmt: skip


def test_why_a_child_is_not_on_the_list(ask: Ask) -> None:
    (due,) = ask("why", OVERDUE, child="C2").answers
    assert due.sentences[0] == (
        "C2 is not on the list: the next one is due Mon 16 Nov 2026, and due today is not overdue."
    )
    assert due.sentences[1].endswith("not done yet, not overdue.")
    (late,) = ask("why", OVERDUE, child="C7").answers
    assert "done Thu 12 Nov 2026, 24 days late" in late.sentences[2]


def test_bank_holidays_are_named_in_the_arithmetic(ask: Ask, tmp_path: Any) -> None:
    """The contract's own example: 2 April 2026 was the Thursday before Easter."""
    made = tables()
    made["ssd_cp_plans"] = [made["ssd_cp_plans"][0] | {"cppl_cp_plan_start_date": "2026-04-02"}]
    engine = open_folder(write_folder(made, tmp_path), date(2026, 4, 25))
    (found,) = engine.ask(
        Question("why", (OVERDUE,), as_at=date(2026, 4, 25), child="C1"), EVERYTHING
    ).answers
    assert found.sentences[1] == (
        "Visit 1: began Thu 2 Apr 2026 (the plan began or the child was last seen); 10 working days without Good "
        "Friday (Fri 3 Apr) and Easter Monday (Mon 6 Apr) = Mon 20 Apr 2026; not done, 5 days over (4 working days)."
    )


def test_why_of_a_measure_without_a_clock_says_whether_the_child_counts(ask: Ask) -> None:
    (found,) = ask("why", "cp_unallocated", child="C5").answers
    assert found.value == 1
    assert (
        found.sentences[0]
        == "C5 is counted here on Sun 15 Nov 2026: held by South, with no allocated worker."
    )
    (other,) = ask("why", "cp_unallocated", child="C1").answers
    assert (
        other.sentences[0]
        == "C1 is not counted here on Sun 15 Nov 2026: held by North, with an allocated worker."
    )


def test_a_child_nobody_knows(ask: Ask) -> None:
    assert ask("why", OVERDUE, child="C99").outcome == "no_data"
    with pytest.raises(NotPermitted) as unknown:
        ask("why", OVERDUE, child="C99", scope=NORTH)
    with pytest.raises(NotPermitted) as elsewhere:
        ask("why", OVERDUE, child="C4", scope=NORTH)
    assert str(unknown.value) == str(elsewhere.value)


# Explain, quality, help


def test_explaining_gives_rule_limit_source_population_and_target(ask: Ask) -> None:
    (found,) = ask("explain", OVERDUE).answers
    text = " ".join(found.sentences)
    assert found.sentences[0] == "CP visits that have fallen due and have not happened by the as-at date."
    for part in ("10 working days", "local standard", "bank holidays", "due today is not overdue", "Target"):
        assert part in text
    assert all(sentence.endswith(".") for sentence in found.sentences)
    assert found.value is None


@pytest.mark.parametrize("scope", [Scope(), NORTH, EVERYTHING], ids=["nobody", "North", "everything"])
def test_every_measure_is_explained_to_everybody_in_sentences(
    ask: Ask, by_hand: Engine, scope: Scope
) -> None:
    for found in ask("explain", *by_hand.slugs, scope=scope).answers:
        assert found.sentences[0] == CATALOGUE[found.measure].definition
        assert all(sentence.strip().endswith(".") for sentence in found.sentences), found.sentences


def test_findings_are_whole_inside_the_scope_and_bare_outside(tmp_path: Any) -> None:
    made = tables()
    for row in made["ssd_cp_plans"]:
        if row["cppl_person_id"] in ("C1", "C4"):
            row["cppl_cp_plan_end_date"] = "2026-08-01"  # before it began
    engine = open_folder(write_folder(made, tmp_path), AS_AT)
    question = Question("quality", as_at=AS_AT)
    whole = engine.ask(question, EVERYTHING).findings or ()
    mine = engine.ask(question, NORTH).findings or ()
    assert [(f["rule"], f["child_id"], f["team_id"]) for f in whole] == [
        ("end before start", "C1", "T1"), ("end before start", "C4", "T2"),
    ]  # fmt: skip
    assert [(f["rule"], f["child_id"], f["key"], f["team_id"]) for f in mine] == [
        ("end before start", "C1", "A1", "T1"), ("end before start", None, None, "T2"),
    ]  # fmt: skip
    only = engine.ask(replace(question, unit=engine.units["T2"].ref), EVERYTHING).findings or ()
    assert [f["child_id"] for f in only] == ["C4"]


def test_help_holds_no_numbers(ask: Ask) -> None:
    assert ask("help", scope=Scope()).answers == ()


# Filters


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"age_max": 4}, ["C1"]), ({"age_min": 13}, ["C3", "C4"]), ({"age_min": 13, "age_max": 15}, ["C4"]),
        ({"category": "NEG"}, ["C1", "C3"]), ({"days_overdue_min": 15}, ["C1", "C3"]),
        ({"days_overdue_max": 13}, ["C4", "C6"]), ({"days_overdue_min": 13, "days_overdue_max": 31}, ["C3", "C4"]),
        ({"case_type": "CP"}, ["C1", "C3", "C4", "C6"]), ({"case_type": "LAC"}, []),
        ({"category": "NEG", "age_min": 10}, ["C3"]), ({"legal_status": "C1"}, []), ({"placement_type": "U1"}, []),
    ],
)  # fmt: skip
def test_filters_cut_the_rows(ask: Ask, filters: dict[str, Any], expected: list[str]) -> None:
    (found,) = ask("list", OVERDUE, filters=filters).answers
    assert children(found) == expected
    assert found.value == len(expected)


def test_days_overdue_never_cuts_the_population(ask: Ask) -> None:
    (found,) = ask("headline", OVERDUE, filters={"days_overdue_min": 15}).answers
    assert (found.value, found.of) == (2, 7)
    (young,) = ask("headline", OVERDUE, filters={"age_max": 9}).answers
    assert (young.value, young.of) == (2, 4)  # C1, C5, C6, C7


# Briefing


def test_a_teams_briefing(ask: Ask) -> None:
    told = ask("briefing", unit="T1", scope=NORTH).briefing or {}
    line = next(line for line in told["table"] if line["measure"] == OVERDUE)
    assert (line["value"], line["of"], line["previous"], line["change"], line["rag"]) == (2, 4, 3, -1, "red")
    assert [(row["child_id"], row["days_overdue"]) for row in told["longest_overdue"]][:2] == [
        ("C1", 48),
        ("C3", 31),
    ]
    assert told["week"] == {"from": "2026-11-16", "to": "2026-11-22"}
    mine = {entry["worker_id"]: entry["by_measure"] for entry in told["due_this_week"]}
    assert mine["P2"][OVERDUE] == 1
    assert told["teams"] is None
    assert "lac_visits_overdue" in told["no_data"]
    assert any(item["why"] == "longest overdue" and item["days_overdue"] == 48 for item in told["talk_about"])


def test_a_services_briefing_counts_by_team(ask: Ask) -> None:
    told = ask("briefing", unit="S1", scope=SAFEGUARDING).briefing or {}
    teams = {team["team_id"]: (team["overdue"], team["unallocated"]) for team in told["teams"]}
    assert teams == {"T1": (2, 0), "T2": (1, 1)}


def test_a_briefing_for_somebody_else_shows_no_child(ask: Ask) -> None:
    told = ask("briefing", unit="T2", scope=NORTH).briefing or {}
    assert told["longest_overdue"] is None
    assert "C4" not in str(told)
    assert next(line for line in told["table"] if line["measure"] == OVERDUE)["value"] == 1


# Rights


def test_rows_partly_beyond_rights_are_held_back_by_name_of_unit(ask: Ask) -> None:
    answer = ask("list", OVERDUE, scope=NORTH)
    (found,) = answer.answers
    assert (found.value, children(found)) == (4, ["C1", "C3"])
    assert answer.held_back == (ALL, "T2")  # rows that no team holds are the authority's


def test_a_services_manager_sees_both_teams_but_not_the_rows_of_no_team(ask: Ask) -> None:
    answer = ask("list", OVERDUE, scope=SAFEGUARDING)
    assert children(answer.answers[0]) == ["C1", "C3", "C4"]
    assert answer.held_back == (ALL,)


def test_a_list_wholly_beyond_rights_is_not_permitted(ask: Ask) -> None:
    for unit in ("T2", "S2"):
        with pytest.raises(NotPermitted):
            ask("list", OVERDUE, unit=unit, scope=NORTH)
    with pytest.raises(NotPermitted):
        ask("list", OVERDUE, scope=Scope())


def test_a_named_workers_number_stays_in_the_unit(ask: Ask) -> None:
    assert ask("headline", OVERDUE, worker="P1", scope=NORTH).answers[0].value == 2
    with pytest.raises(NotPermitted):
        ask("headline", OVERDUE, worker="P3", scope=NORTH)
    with pytest.raises(NotPermitted):
        ask("compare", OVERDUE, by="worker", unit="T2", scope=NORTH)


def test_changes_beyond_rights_are_numbers_without_rows(ask: Ask) -> None:
    (found,) = ask("changes", OVERDUE, unit="T1", scope=Scope()).answers
    assert (found.came_on, found.came_off, found.stayed) == (None, None, 2)
    (mine,) = ask("changes", OVERDUE, scope=NORTH).answers
    assert [row["child_id"] for row in mine.came_on or ()] == []
    assert [row["child_id"] for row in mine.came_off or ()] == ["C7"]


def test_a_small_number_of_another_unit_is_fewer_than_six(ask: Ask) -> None:
    for unit in ("T2", "S1", ALL):
        (found,) = ask("headline", OVERDUE, unit=unit, scope=NORTH, filters={"category": "EMO"}).answers
        assert found.suppressed
        told = found.to_json()
        numbers = [
            told.get(name) for name in ("value", "of", "met", "previous", "rag", "bounds", "last_4_weeks")
        ]
        assert numbers == [None] * 7
    (own,) = ask("headline", OVERDUE, unit="T1", scope=NORTH, filters={"category": "NEG"}).answers
    assert (own.value, own.suppressed) == (2, False)
    (free,) = ask("headline", OVERDUE, unit="T2", scope=NORTH, filters={"days_overdue_min": 1}).answers
    assert free.value == 1  # days overdue say nothing about the child
