"""Buttons carry a question that can be read back, drill down and come back, and page through all rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_answers import (
    ALL,
    COMING_WEEK,
    CSWT1,
    NAMES,
    NUMBERS_ONLY,
    SERVICE,
    answer,
    backlog,
    compare_groups,
    question,
    row,
)  # fmt: skip
from looking import actions, buttons, questions, words

from bot.cards import Client, Heard, card, reading_card, refusal_card
from bot.cards.buttons import carried, slim
from bot.turn import Turn
from bot.understanding.context import mark_of
from bot.understanding.reading import Choice, Reading
from kpi_engine.answer import Answer, Group, MeasureAnswer
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Period, Question, UnitRef, make_filters

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def pressed(data: dict[str, Any], **turn: Any) -> Client:
    return Client.of(Turn("u", "c", NOON, action=data, **turn))


@given(
    show=st.sampled_from(["headline", "list", "compare", "why"]),
    measures=st.lists(st.sampled_from(list(CATALOGUE)), unique=True, max_size=8).map(tuple),
    unit=st.sampled_from([CSWT1, SERVICE, UnitRef("authority", "ALL")]),
    units=st.sampled_from([(), ("T11", "T12")]),
    worker=st.none() | st.just("P9"),
    child=st.none() | st.text(min_size=1, max_size=12),
    period=st.none() | st.just(Period(COMING_WEEK.first, COMING_WEEK.last)),
    filters=st.dictionaries(st.sampled_from(["age_min", "days_overdue_min"]), st.integers(0, 40)),
    by=st.sampled_from([None, "team", "worker"]),
    order=st.sampled_from([None, "worst"]),
    limit=st.none() | st.integers(0, 10),
)
def test_a_question_comes_back_as_it_went(filters: dict[str, int], **parts: Any) -> None:
    asked = Question(as_at=COMING_WEEK.first, filters=make_filters(filters), **parts)
    assert Question.from_json({"measures": [], **slim(asked)}) == asked


@pytest.mark.parametrize("name", ALL)
def test_every_button_is_a_question_about_the_same_day(name: str) -> None:
    for data in questions(card(ALL[name], NAMES, Client())):
        assert Question.from_json({"measures": [], **data["question"]}).as_at == ALL[name].question.as_at


def test_execute_for_teams_and_submit_elsewhere() -> None:
    for executes, kind in ((True, "Action.Execute"), (False, "Action.Submit")):
        made = card(ALL["list"], NAMES, Client(executes=executes))
        assert {a["type"] for a in actions(made)} == {kind}
        assert all(("verb" in a) == executes for a in actions(made))


def test_service_to_team_to_worker_to_child_and_back_again() -> None:
    first = ALL["compare"]
    made = card(first, NAMES, Client())
    team = next(d for d in questions(made) if d["question"]["unit"]["id"] == "T11")
    assert team["replace"] is True
    assert team["question"]["show"] == "compare"
    assert team["question"]["by"] == "worker"

    second = card(ALL["compare_workers"], NAMES, pressed(team))
    worker = next(d for d in questions(second) if d["question"].get("worker") == "P9")
    assert worker["question"]["show"] == "list"

    asked = Question.from_json(worker["question"])
    third = card(answer(asked, backlog(rows=(row(0), row(4)))), NAMES, pressed(worker))
    child = next(d for d in questions(third) if d["question"].get("child") == "C123")
    assert child["question"]["show"] == "why"

    fourth = card(ALL["why"], NAMES, pressed(child))
    trail = []
    here, client = fourth, pressed(child)
    while "Back" in buttons(here):
        data = buttons(here)["Back"]["data"]
        assert data["replace"] is True
        trail.append((data["question"]["show"], data["question"].get("by")))
        client = pressed(data)
        here = card(ALL["compare"], NAMES, client)
    assert trail == [("list", None), ("compare", "worker"), ("compare", "team")]


def test_a_card_that_replaced_none_has_no_way_back() -> None:
    assert "Back" not in buttons(card(ALL["list"], NAMES, Client()))


def test_the_next_step_is_only_offered_where_it_may_be_seen() -> None:
    made = card(ALL["compare"], NUMBERS_ONLY, Client())
    shows = {d["question"]["show"] for d in questions(made)}
    assert shows == {"headline", "explain"}
    assert "Show the list" in buttons(card(ALL["headline_backlog"], NAMES, Client()))
    assert "Show the list" not in buttons(card(ALL["headline_backlog"], NUMBERS_ONLY, Client()))
    assert "By worker" not in buttons(card(ALL["headline_backlog"], NUMBERS_ONLY, Client()))


def test_nobody_and_no_team_lead_nowhere() -> None:
    groups = (Group(None, "No team", 3, 9), *compare_groups(1))
    made = card(answer(ALL["compare"].question, backlog(groups=groups)), NAMES, Client())
    assert [d["question"]["unit"]["id"] for d in questions(made)] == ["T11", "S2"]


def test_the_pages_show_every_row_once() -> None:
    rows = tuple(row(n) for n in range(77))
    long = answer(question("list", "cp_visits_overdue"), backlog(value=77, rows=rows))
    here = card(long, NAMES, Client())
    assert "These are the first 15 of 77." in words(here)
    seen: list[str] = []
    turn = buttons(here)["Show all 77 children"]["data"]
    while turn is not None:
        here = card(long, NAMES, pressed(turn))
        seen += [w for w in words(here).split("\n") if re.fullmatch(r"C\d+", w)]
        turn = buttons(here)["Next page"]["data"] if "Next page" in buttons(here) else None
    assert seen == [r["child_id"] for r in rows]
    assert "61 to 77 of 77" in words(here)


def test_the_pages_of_a_comparison_and_of_what_is_due_show_all() -> None:
    groups = tuple(Group(f"T{n}", f"Team {n}", 90 - n, 90) for n in range(47))
    long = answer(question("compare", "cp_visits_overdue", unit=SERVICE, by="team"), backlog(groups=groups))
    turn = buttons(card(long, NAMES, Client()))["Show all 47"]["data"]
    seen: list[str] = []
    while turn is not None:
        here = card(long, NAMES, pressed(turn))
        seen += [w for w in words(here).split("\n") if re.fullmatch(r"Team \d+", w)]
        turn = buttons(here)["Next page"]["data"] if "Next page" in buttons(here) else None
    assert seen == [g.name for g in groups]

    due = tuple(row(n, days=-1, status="due") for n in range(64))
    coming = answer(
        question("coming_up", "cp_visits_overdue", period=COMING_WEEK),
        MeasureAnswer("cp_visits_overdue", 64, period=COMING_WEEK, rows=due),
    )
    turn = buttons(card(coming, NAMES, Client()))["Show all 64"]["data"]
    seen = []
    while turn is not None:
        here = card(coming, NAMES, pressed(turn))
        seen += [w for w in words(here).split("\n") if re.fullmatch(r"C\d+", w)]
        turn = buttons(here)["Next page"]["data"] if "Next page" in buttons(here) else None
    assert seen == [r["child_id"] for r in due]


@pytest.mark.parametrize(
    "action",
    [
        {"before": "nonsense", "page": -3},
        {"before": [{"show": "drop table"}], "page": True},
        {"before": [None, 7], "page": "2"},
        {"before": [{}], "page": 10**9},
    ],
)
def test_a_forged_way_here_is_ignored(action: dict[str, Any]) -> None:
    client = pressed(action)
    assert client.before == ()
    assert client.page == 0


def test_a_page_beyond_the_end_is_the_last() -> None:
    long = answer(question("list", "cp_visits_overdue"), backlog(rows=tuple(row(n) for n in range(40))))
    assert "31 to 40 of 40" in words(card(long, NAMES, Client(page=99)))


def test_a_long_trail_forgets_its_beginning() -> None:
    trail = tuple(question("headline", slug) for slug in list(CATALOGUE)[:9])
    data = carried(question("list", "cp_visits_overdue"), replace=True, before=trail)
    assert [q["measures"] for q in data["before"]] == [[slug] for slug in list(CATALOGUE)[5:9]]


def test_the_buttons_of_the_briefing_leave_it_standing() -> None:
    made = card(ALL["briefing_team"], NAMES, Client())
    assert list(buttons(made)) == [
        "Overdue list",
        "Due this week",
        "Why C125?",
        "How counted",
        "All measures",
    ]
    assert all(data["replace"] is False for data in questions(made))
    overdue = buttons(made)["Overdue list"]["data"]["question"]
    assert overdue["show"] == "list"
    assert overdue["measures"] == ["cp_visits_overdue", "core_groups_overdue", "initial_conferences_overdue"]
    assert buttons(made)["Due this week"]["data"]["question"]["period"] == COMING_WEEK.to_json()


def test_clarify_offers_at_most_five_ready_questions() -> None:
    offered = tuple(
        Choice(f"Choice {n}", question("headline", slug)) for n, slug in enumerate(list(CATALOGUE)[:8])
    )
    made = reading_card(Reading("clarify", ask="Which plans do you mean?", choices=offered), Client())
    assert made["body"][0]["text"] == "Which plans do you mean?"
    assert list(buttons(made)) == [f"Choice {n}" for n in range(5)]
    assert questions(made)[4]["question"]["measures"] == [list(CATALOGUE)[4]]


def test_corrections_stand_beside_the_answer() -> None:
    asked = ALL["headline_backlog"].question
    fixes = [Choice(f"Fix {n}", question("headline", "cp_visits_in_time", limit=n)) for n in range(1, 8)]
    heard = Heard(
        asked, "CP visits overdue, CSWT 1", "I took “plans” to mean this.", "", fixes, fixes[:1], "plans:"
    )
    made = card(ALL["headline_backlog"], NAMES, Client(), heard)
    assert words(made).split("\n")[2] == "I took “plans” to mean this."
    assert "Read as: CP visits overdue, CSWT 1. Not what you meant? Press:" in words(made)
    found = {a["title"]: a["data"] for a in actions(made) if a["title"].startswith("Fix")}
    assert list(found) == ["Fix 1", "Fix 2", "Fix 3", "Fix 4", "Fix 5"]
    assert all(data["replace"] is True and data["instead_of"] == mark_of(asked) for data in found.values())
    assert [data.get("settles") for data in found.values()] == ["plans:", None, None, None, None]
    assert all(Question.from_json(data["before"][-1] | {"filters": {}}) == asked for data in found.values())


def test_a_refusal_is_never_dressed_up_as_nothing_found() -> None:
    made = refusal_card("I cannot list children of CSWT 2 for you.", Client())
    assert words(made).split("\n")[0] == "You may not see that"
    assert not any(w in words(made).lower() for w in ("none", "no data", "nothing", "0"))


def test_the_case_system_opens_where_a_link_is_set() -> None:
    linked = type(NAMES)(NAMES.units, NAMES.workers, NAMES.scope, "https://cases.example/child/{child_id}")
    asked = question("why", "cp_visits_overdue", child="C 1/2?x")
    made = card(answer(asked, MeasureAnswer("cp_visits_overdue", sentences=("Due.",))), linked, Client())
    assert buttons(made)["Open the case"]["url"] == "https://cases.example/child/C%201%2F2%3Fx"
    assert "Open the case" not in buttons(card(ALL["why"], NAMES, Client()))


MANY = ("cp_visits_overdue", "core_groups_overdue", "initial_conferences_overdue", "cin_visits_overdue")


def of_many(rows_each: int) -> Answer:
    """An answer to a list of four measures, each with so many rows of one child more days over each time."""
    parts = []
    for place, slug in enumerate(MANY):
        found = tuple(
            {**row(n), "child_id": f"C{place}{n:02}", "days_overdue": 7 * n + place} for n in range(rows_each)
        )
        parts.append(MeasureAnswer(slug, rows_each, rows=found))
    return answer(question("list", *MANY), *parts)


def test_a_list_of_many_measures_opens_the_rows_the_worst_first() -> None:
    made = card(of_many(2), NAMES, Client())
    shown = [w for w in words(made).split("\n") if re.fullmatch(r"C\d{3}", w)]
    assert shown == ["C301", "C201", "C101", "C001", "C300", "C200", "C100", "C000"]
    assert {"CP visits", "Core groups", "Initial CP conferences", "CIN visits"} <= set(
        words(made).split("\n")
    )
    assert "Why is C301 here?" in {data["title"] for data in actions(made)}


def test_the_pages_of_many_measures_hold_every_row_once() -> None:
    whole = of_many(25)
    turn = buttons(card(whole, NAMES, Client()))["Show all 100 rows"]["data"]
    seen: list[str] = []
    while turn is not None:
        assert turn["replace"] is True
        here = card(whole, NAMES, pressed(turn))
        seen += [w for w in words(here).split("\n") if re.fullmatch(r"C\d{3}", w)]
        turn = buttons(here)["Next page"]["data"] if "Next page" in buttons(here) else None
    assert len(seen) == len(set(seen)) == 100
    first = card(whole, NAMES, pressed(buttons(card(whole, NAMES, Client()))["Show all 100 rows"]["data"]))
    fewer = buttons(first)["First rows only"]["data"]
    assert card(whole, NAMES, pressed(fewer)) == card(whole, NAMES, Client())
