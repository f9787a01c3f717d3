"""Words: numbers, dates and sentences right, and nothing said that is not known or may not be said."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_answers import (
    ALL,
    AS_AT,
    CSWT1,
    LAST_WEEK,
    NAMES,
    NUMBERS_ONLY,
    SERVICE,
    answer,
    backlog,
    question,
    rate,
    row,
    service_briefing,
    team_briefing,
)  # fmt: skip
from looking import nodes, questions, shown, words

from bot.cards import Client, card
from bot.cards.elements import escaped
from bot.understanding.reading import Choice, Reading
from bot.wording import Names, plain, say, say_reading, summary
from bot.wording.phrases import change_between, filters, of
from kpi_engine.answer import Answer, Figure, Group, MeasureAnswer, Point
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import EVERYTHING, Period, Scope, UnitRef

CHANNEL = Names(NAMES.units, NAMES.workers, replace(EVERYTHING, staff_named=False))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (7.0, "7"), (1234, "1,234"), (92.34, "92.3"), (92.35, "92.4"), (0.05, "0.1"), (-12, "-12"),
     (-0.04, "0"), (1234567.25, "1,234,567.3"), (100.0, "100")],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert plain.number(value) == text


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [(1, "children", "1 child"), (2, "children", "2 children"), (1, "CP visits", "1 CP visit"),
     (1, "young people", "1 young person"), (1, "enquiries", "1 enquiry"), (0, "duties", "0 duties"),
     (1, "care proceedings", "1 care proceedings"), (1204, "children", "1,204 children"),
     (1, "SDQs", "1 SDQ")],
)  # fmt: skip
def test_singular_and_plural(count: int, noun: str, text: str) -> None:
    assert plain.counted(count, noun) == text


def test_dates_and_periods() -> None:
    assert plain.day(date(2026, 11, 16), AS_AT) == "Mon 16 Nov"
    assert plain.day(date(2025, 11, 16), AS_AT) == "Sun 16 Nov 2025"
    assert plain.span(LAST_WEEK) == "the week Mon 9 Nov to Sun 15 Nov 2026"
    assert plain.span(Period(date(2026, 10, 1), date(2026, 10, 31))) == "October 2026"
    assert plain.span(Period(date(2026, 4, 1), AS_AT)) == "Wed 1 Apr to Sun 15 Nov 2026"
    assert (
        plain.span(Period(date(2025, 12, 29), date(2026, 1, 4)))
        == "the week Mon 29 Dec 2025 to Sun 4 Jan 2026"
    )
    assert plain.span(Period(date(2025, 11, 16), AS_AT)) == "the 12 months to Sun 15 Nov 2026"
    assert plain.span(Period(AS_AT, AS_AT)) == "Sun 15 Nov 2026"


def test_what_a_number_is_compared_with() -> None:
    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    year = Period(date(2025, 11, 16), AS_AT)
    said = {
        "than a week before": (backlog(), question("headline", "cp_visits_overdue")),
        "than in the week before": (rate(), question("headline", "cp_visits_in_time")),
        "than in the month before": (
            rate(period=october),
            question("headline", "cp_visits_in_time", period=october),
        ),
    }
    for words_, (a, asked) in said.items():
        assert words_ in say(answer(asked, a), NAMES)
    rolling = rate("audits_good", period=year)
    assert "than a week before" in say(answer(question("headline", "audits_good"), rolling), NAMES)
    asked = question("headline", "audits_good", period=year)
    assert "than in the 12 months before" in say(answer(asked, rolling), NAMES)


def test_lists_of_words() -> None:
    assert plain.listed(["a"]) == "a"
    assert plain.listed(["a", "b", "c"]) == "a, b and c"
    assert plain.inside("Core groups") == "core groups"
    assert plain.inside("CP visits") == "CP visits"


@pytest.mark.parametrize(
    ("slug", "value", "previous", "text"),
    [
        ("cp_visits_overdue", 7, 5, "2 more than last week (worse)"),
        ("cp_visits_overdue", 5, 7, "2 fewer than last week (better)"),
        ("cp_visits_in_time", 92.3, 88.2, "4.1 points higher than last week (better)"),
        ("rereferrals", 20.0, 21.0, "1 point lower than last week (better)"),
        ("lac_open", 8, 7, "1 more than last week"),
        ("proceedings_duration", 27.0, 26.0, "1 week higher than last week (worse)"),
        ("cp_visits_overdue", 5, 5, "no change from last week"),
    ],
)
def test_a_change_says_which_way_and_whether_that_is_good(
    slug: str, value: float, previous: float, text: str
) -> None:
    assert change_between(value, previous, of(slug), "than last week").text == text


def test_the_first_line_reads_well_in_a_notification() -> None:
    both = answer(
        question("list", "initial_conferences_overdue", "review_conferences_overdue"),
        backlog("initial_conferences_overdue", 2, 9), backlog("review_conferences_overdue", 1, 40),
    )  # fmt: skip
    start = "2 initial and 1 review CP conference are overdue in CSWT 1 (as at Sun 15 Nov 2026)."
    assert summary(both, NAMES) == start


@pytest.mark.parametrize(
    ("counts", "start"),
    [
        ((0, 0), "No initial or review CP conferences are overdue in CSWT 1"),
        ((1, 0), "1 initial CP conference is overdue in CSWT 1, and no review CP conferences (as"),
        ((0, 1), "1 review CP conference is overdue in CSWT 1, and no initial CP conferences (as"),
    ],
)
def test_few_or_none_in_an_umbrella(counts: tuple[int, int], start: str) -> None:
    legs = [
        backlog(f"{kind}_conferences_overdue", n, 40)
        for kind, n in zip(("initial", "review"), counts, strict=True)
    ]
    asked = question("headline", *(a.measure for a in legs))
    assert summary(answer(asked, *legs), NAMES).startswith(start)


def test_none_due_no_data_nought_and_suppressed_are_four_things() -> None:
    said = {
        name: say(answer(question("headline", a.measure), a), NAMES).split("\n")[0]
        for name, a in {
            "nought": backlog(value=0, of=40),
            "none due": rate(value=None, of=0.0, met=0.0, rag=None, previous=None),
            "no data": MeasureAnswer("peps_overdue", no_data="The table local_peps is absent."),
            "suppressed": backlog(value=None, of=None, suppressed=True, rag=None, previous=None),  # type: ignore[arg-type]
        }.items()
    }
    assert said["nought"].startswith("No CP visits are overdue in CSWT 1 (40 children, ")
    assert "none due" in said["none due"]
    assert said["no data"] == "PEPs overdue: no data. The table local_peps is absent."
    assert "fewer than 6" in said["suppressed"]
    assert not re.search(r"\b0\b|0%|100%", said["none due"] + said["no data"])


def test_a_suppressed_number_cannot_be_worked_out_from_what_is_beside_it() -> None:
    hidden = MeasureAnswer(
        "cp_open", None, 40, unit="children", suppressed=True, previous=3.0, rag="red", bounds=(1, 4),
        last_4_weeks=Figure(4, 40, 4), year_to_date=Figure(5, 40, 5),
    )  # fmt: skip
    found = answer(
        question("headline", "cp_open", unit=UnitRef("team", "T12"), filters={"category": "NEG"}), hidden
    )
    on_card = json.dumps(card(replace(found, data=None), NAMES, Client())["body"])
    for text in (say(replace(found, data=None), NAMES), re.sub(r"Sun 15 Nov 2026|CSWT 2", "", on_card)):
        assert "fewer than 6" in text
        assert not re.search(r"\b(1|3|4|5|40) (of|child|more|fewer)|\bof 40\b|between", text)


@pytest.mark.parametrize("name", ALL)
def test_a_colour_never_stands_without_its_word(name: str) -> None:
    word = {"good": "green", "attention": "red", "warning": "amber"}
    for node in nodes(card(ALL[name], NAMES, Client())["body"]):
        if node.get("type") == "TextBlock" and node.get("color") in word and node.get("size") != "ExtraLarge":
            said = node["text"].lower()
            assert word[node["color"]] in said or "doubtful" in said
    big = [n for n in nodes(card(ALL["headline_backlog"], NAMES, Client())) if n.get("size") == "ExtraLarge"]
    assert big[0]["color"] == "attention"
    assert "Red, target 0" in words(card(ALL["headline_backlog"], NAMES, Client()))


def test_what_is_held_back_is_said_and_counted_only_where_it_is_known() -> None:
    asked = question("list", "cp_visits_overdue", unit=SERVICE)
    some = answer(asked, backlog(value=5, rows=(row(0),)), held_back=("T12", "T13"))
    assert "4 more are in units you may not see here: CSWT 2, CSWT 3." in say(some, NAMES)
    assert "4 more are in units you may not see here: CSWT 2, CSWT 3." in words(card(some, NAMES, Client()))
    none = answer(asked, backlog(value=5, rows=()), held_back=("T12",))
    assert "All 5 rows are in units you may not see here: CSWT 2." in say(none, NAMES)
    unknown = answer(
        question("list", "cp_visits_in_time", unit=SERVICE), rate(rows=(row(0),)), held_back=("T12",)
    )
    assert "Units whose lists you may not see here are left out of the list: CSWT 2." in say(unknown, NAMES)
    first = answer(asked.but(limit=1), backlog(value=5, rows=(row(0),)), held_back=("T12",))
    assert "4 more" not in say(first, NAMES)


def test_a_worker_of_another_team_is_not_named() -> None:
    stranger = answer(question("list", "cp_visits_overdue"), backlog(rows=(row(0, worker_id="P999"),)))
    assert "P999" not in say(stranger, NAMES) + json.dumps(card(stranger, NAMES, Client())["body"])
    assert "a worker of another team" in say(stranger, NAMES)


def test_no_child_in_a_briefing_where_others_listen() -> None:
    found = team_briefing()
    assert "C125" in say(found, NAMES)
    assert "C125" in json.dumps(card(found, NAMES, Client()))
    made = card(found, CHANNEL, Client())
    for text in (say(found, CHANNEL), shown(made)):
        assert not re.search(r"\bC\d", text)
    assert not [d for d in questions(made) if "child" in d["question"]]
    assert "Review CP conferences overdue: the longest is 41 days over." in say(found, CHANNEL)


def test_the_longest_overdue_child_is_named_to_the_asker_alone() -> None:
    assert "past its due date (C125)." in say(team_briefing(), NAMES)


def test_what_falls_due_without_a_worker_is_told_apart_from_a_worker_who_is_not_named() -> None:
    entry = {"worker_id": None, "team_id": "T11", "count": 1, "by_measure": {"cin_reviews_overdue": 1}}
    found = team_briefing(due_this_week=[entry], due_total=1)
    assert "- No worker: 1 CIN review" in say(found, NAMES)
    assert "- Workers not named here: 1 CIN review" in say(found, NUMBERS_ONLY)
    staff = team_briefing(due_this_week=[entry | {"by_measure": {"supervisions_overdue": 1}}], due_total=1)
    assert "- Workers not named here: 1 supervision" in say(staff, CHANNEL)


def test_a_past_period_asked_of_a_backlog_is_as_at_its_last_day() -> None:
    text = say(ALL["headline_past"], NAMES).split("\n")[0]
    assert "(as at Sat 31 Oct 2026)" in text
    assert "CSWT 1, as at Sat 31 Oct 2026" in words(card(ALL["headline_past"], NAMES, Client()))


def test_a_small_point_that_is_hidden_is_not_called_missing() -> None:
    asked = question("trend", "cp_open", unit=UnitRef("team", "T12"), filters={"age_max": 4})
    weeks = (Point(date(2026, 11, 8), 9, None), Point(AS_AT, None, None))
    found = answer(asked, MeasureAnswer("cp_open", 9, points=weeks))
    assert "- Sun 15 Nov 2026: fewer than 6" in say(found, NAMES)
    assert "fewer than 6" in words(card(found, NAMES, Client()))


def test_a_population_held_elsewhere_comes_with_the_authoritys_number() -> None:
    text = say(ALL["headline_elsewhere"], NAMES).split("\n")[0]
    assert text == (
        "LAC reviews overdue: CSWT 1 holds none of these: they are held by LAC 1. "
        "The whole authority: 12 of 300 children."
    )
    made = card(ALL["headline_elsewhere"], NAMES, Client())
    assert "12 of 300 children" in words(made)
    assert {"kind": "authority", "id": "ALL"} in [d["question"]["unit"] for d in questions(made)]


def test_rows_that_no_team_holds_are_called_that() -> None:
    found = answer(
        question("list", "cp_visits_overdue", unit=SERVICE), backlog(rows=(row(0),)), held_back=("ALL",)
    )
    assert "in units you may not see here: no team." in say(found, NAMES)


def test_findings_that_may_not_be_seen_are_not_said_to_be_none() -> None:
    found = answer(question("quality"), findings=())
    assert say(found, NAMES).split("\n")[0] == "No data problems were found in CSWT 1; 12 were found in all."


def test_a_service_briefing_compares_its_teams() -> None:
    found = service_briefing()
    assert "- CSWT 1: 23 overdue, 1 unallocated; worst: CP visits overdue" in say(found, NAMES)
    assert "Teams compared" in words(card(found, NAMES, Client()))


def test_a_briefing_says_when_all_is_well() -> None:
    calm = team_briefing(talk_about=[])
    assert "nothing stands out against target" in summary(calm, NAMES)
    assert "Nothing stands out against target this week." in words(card(calm, NAMES, Client()))


def test_every_filter_is_said() -> None:
    asked = question(
        "headline", "cp_open", filters={
            "days_overdue_min": 15, "days_overdue_max": 30, "age_max": 0, "case_type": "CP",
            "category": "NEG", "legal_status": "C1", "placement_type": "U1",
        },
    )  # fmt: skip
    assert len(filters(asked)) == len(asked.filters)
    assert filters(asked)[2] == "aged under 1"
    for text in (
        say(answer(asked, backlog("cp_open")), NAMES),
        words(card(answer(asked, backlog("cp_open")), NAMES, Client())),
    ):
        assert all(words_ in text for words_ in filters(asked))


def test_a_long_text_says_what_it_leaves_out() -> None:
    rows = tuple(row(n) for n in range(130))
    text = say(answer(question("list", "cp_visits_overdue"), backlog(value=130, rows=rows)), NAMES)
    assert "- and 30 more" in text
    assert text.count("\n- C") == 100


def test_clarify_and_refusals_as_text() -> None:
    two = (
        Choice("CIN plans", question("headline", "cin_without_plan")),
        Choice("Pathway plans", question("headline", "pathway_reviews_overdue")),
    )
    assert (
        say_reading(Reading("clarify", ask="Which plans?", choices=two))
        == "Which plans?\n1. CIN plans\n2. Pathway plans"
    )
    refused = say_reading(Reading("out_of_scope", because="I hold nothing about pets.", nearby=two[:1]))
    assert refused == "I hold nothing about pets.\nYou can ask instead:\n1. CIN plans"
    assert "forgotten" in say_reading(Reading("answered", talk="stop"))


@pytest.mark.parametrize("slug", CATALOGUE)
def test_every_measure_can_be_said_and_shown(slug: str) -> None:
    measure = CATALOGUE[slug]
    value = 92.3 if measure.counts == "%" else 1.0
    found = answer(
        question("headline", slug), MeasureAnswer(slug, value, 13, 12, measure.counts, 5, "red", 2)
    )
    text = say(found, NAMES)
    assert plain.number(value) in text
    assert "CSWT 1" in text
    assert "against a target of 5" in text
    assert measure.title in words(card(found, NAMES, Client()))


@pytest.mark.parametrize("slug", CATALOGUE)
def test_no_measure_turns_an_empty_denominator_into_a_number(slug: str) -> None:
    found = replace(answer(question("headline", slug), MeasureAnswer(slug, None, 0, 0)), data=None)
    text = (
        say(found, NAMES)
        .replace("CSWT 1", "")
        .replace("Sun 15 Nov 2026", "")
        .replace(CATALOGUE[slug].title, "")
    )
    assert re.search("none due|none to count", text)
    assert not re.search(r"\d", text)


def test_a_row_of_each_shape_is_worded() -> None:
    rows = (
        row(0), {"worker_id": "P9", "team_id": "T11", "value": 24.0, "standard": 18.0},
        {"team_id": "T12", "value": 7.5}, {"child_id": "C9", "team_id": None, "worker_id": None},
    )  # fmt: skip
    asked = question("list", "caseloads_over_standard", unit=SERVICE)
    text = say(answer(asked, MeasureAnswer("caseloads_over_standard", 4, rows=rows)), NAMES)
    assert "- Asha Khan: 24 against 18, CSWT 1" in text
    assert "- CSWT 2: 7.5" in text
    children = say(
        answer(question("list", "cp_unallocated"), backlog("cp_unallocated", rows=(rows[3],))), NAMES
    )
    assert "- C9: no worker" in children


@given(st.text(max_size=80))
def test_nothing_a_person_types_becomes_markup(typed: str) -> None:
    safe = escaped(typed)
    assert "{{" not in safe
    assert not re.search(r"(?<!\\)(\\\\)*[\[\]*`<>~]", safe)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("[here](http://evil)", r"\[here\](http://evil)"), ("C_1_2", "C_1_2"), ("_x_", r"\_x\_"),
     ("1. first", r"1\. first"), ("- item", r"\- item"), ("{{DATE(2026-01-01)}}", "{ {DATE(2026-01-01)}}")],
)  # fmt: skip
def test_escaping(typed: str, shown: str) -> None:
    assert escaped(typed) == shown


def test_names_without_rights_offer_nothing() -> None:
    assert NUMBERS_ONLY.personal is False
    assert not NUMBERS_ONLY.sees_rows("T11")
    assert Names(scope=Scope(child_units=frozenset({"T11"}))).sees_rows("T11")
    assert Names().unit("ALL") == "the whole authority"
    assert Names().unit(None) == "no team"


def test_no_data_without_a_reason_is_still_not_nought() -> None:
    empty = Answer("no_data", question("headline", unit=CSWT1))
    assert say(empty, NAMES) == "There is no data for this question."
    assert "There is no data for this question." in card(empty, NAMES, Client())["fallbackText"]


def test_a_team_that_holds_nobody_is_not_praised_for_it() -> None:
    groups = (Group("T11", "CSWT 1", 3, 40, "red"), Group("T12", "CSWT 2", 0, 0, "green"))
    found = answer(question("compare", "cp_visits_overdue", unit=SERVICE, by="team"), backlog(groups=groups))
    made = card(found, NAMES, Client())
    for text in (say(found, NAMES), words(made)):
        assert "None held: CSWT 2." in text
        assert not re.search(r"green", text, re.IGNORECASE)
    (chart,) = [n for n in nodes(made) if n.get("type") == "Chart.HorizontalBar"]
    assert [bar["x"] for bar in chart["data"]] == ["CSWT 1"]


def test_the_briefing_spells_out_what_is_off_target_and_sums_up_the_rest() -> None:
    text = say(team_briefing(), NAMES)
    lines = text.split("\n")
    assert [line.split(":")[0] for line in lines if line.startswith("- C")][:2] == [
        "- CP visits overdue",
        "- Core groups overdue",
    ]
    assert "On target (green): CIN unallocated 0 (↓ 2 better)." in text
    assert "Nothing to count: Assessments in time none due." in text
    many = [
        {"measure": s, "value": 9, "of": 10, "target": 0, "rag": "red", "previous": 2, "unit": "children"}
        for s in list(CATALOGUE)[:30]
    ]
    made = card(team_briefing(table=many), NAMES, Client())
    assert "more measures off target: press All measures." in words(made)
