"""Every card is a valid card, small enough, the same each time, and loses nothing that matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from card_schema import CARD
from cryptography.fernet import Fernet
from invented_answers import (
    ALL,
    AS_AT,
    COMING_WEEK,
    NAMES,
    NUMBERS_ONLY,
    SERVICE,
    answer,
    backlog,
    compare_groups,
    points,
    question,
    row,
    service_briefing,
    team_briefing,
)  # fmt: skip
from jsonschema import Draft202012Validator
from looking import nodes, outline, words
from syrupy.assertion import SnapshotAssertion

from bot.cards import LIMIT, Client, card, size
from bot.cards.charts import drawn
from bot.cards.frame import Parts, fitted
from bot.seals import Seals
from bot.store import Cipher
from bot.turn import PERSONAL, Audience
from bot.wording import Names, say
from kpi_engine.answer import Answer, Group, MeasureAnswer
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question, UnitRef

CLIENTS = {
    "teams": Client(),
    "webchat": Client(charts=False, executes=False),
    "deep": Client(before=tuple(question("list", s) for s in list(CATALOGUE)[:4])),
}
VALID = Draft202012Validator(CARD)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ALL)
def test_valid_and_small(name: str, client: str) -> None:
    made = card(ALL[name], NAMES, CLIENTS[client])
    assert [e.json_path + ": " + e.message[:200] for e in VALID.iter_errors(made)] == []
    assert size(made) < LIMIT


@pytest.mark.parametrize("name", ALL)
def test_card(name: str, snapshot: SnapshotAssertion) -> None:
    assert outline(card(ALL[name], NAMES, Client())) == snapshot


@pytest.mark.parametrize("name", ALL)
def test_text(name: str, snapshot: SnapshotAssertion) -> None:
    assert say(ALL[name], NAMES) == snapshot


@pytest.mark.parametrize("name", ALL)
def test_numbers_only_scope_still_makes_a_card(name: str) -> None:
    made = card(ALL[name], NUMBERS_ONLY, Client())
    assert not list(VALID.iter_errors(made))


def test_an_unknown_element_fails_the_schema() -> None:
    made = card(ALL["headline_rate"], NAMES, Client())
    made["body"].append({"type": "Chart.Nonesuch"})
    assert list(VALID.iter_errors(made))


# -- huge answers ------------------------------------------------------------------------------------------


MANY = 700
LONG = "Ä very long name that goes on and on 漢字 " * 3
CROWD = Names(NAMES.units, {f"P{n}": f"{LONG} {n}" for n in range(MANY)}, NAMES.scope)
ROWS = tuple(row(n, worker_id=f"P{n}", child_id=f"00000000-0000-4000-8000-{n:012}") for n in range(MANY))
OVERDUE = tuple(s for s, m in CATALOGUE.items() if m.kind == "Backlog")


def _crowd_of_groups(by: str) -> tuple[Group, ...]:
    return tuple(Group(f"P{n}", f"{LONG} {n}", MANY - n, 900, "red", 0) for n in range(MANY))


HUGE: dict[str, Answer] = {
    "one list": answer(
        question("list", "cp_visits_overdue", unit=SERVICE), backlog(value=MANY, of=900, rows=ROWS)
    ),
    "three lists": answer(
        question("list", *OVERDUE[:3], unit=SERVICE), *(backlog(s, MANY, 900, rows=ROWS) for s in OVERDUE[:3])
    ),
    "every list": answer(question("list", *OVERDUE), *(backlog(s, MANY, 900, rows=ROWS) for s in OVERDUE)),
    "every headline": answer(
        question("headline", *CATALOGUE),
        *(MeasureAnswer(s, 9, 10, 9, previous=1, rag="red") for s in CATALOGUE),
    ),
    "every measure without data": answer(
        question("headline", *CATALOGUE), *(MeasureAnswer(s, no_data=LONG * 3) for s in CATALOGUE)
    ),
    "compare": answer(
        question("compare", "cp_visits_overdue", by="worker", order="worst"),
        backlog(value=MANY, groups=_crowd_of_groups("worker")),
    ),
    "compare every measure": answer(
        question("compare", *OVERDUE, by="worker"),
        *(backlog(s, groups=_crowd_of_groups("worker")) for s in OVERDUE),
    ),
    "coming up": answer(
        question("coming_up", *OVERDUE, period=COMING_WEEK),
        *(MeasureAnswer(s, MANY, period=COMING_WEEK, rows=ROWS) for s in OVERDUE),
    ),
    "changes": answer(
        question("changes", *OVERDUE), *(backlog(s, came_on=ROWS, came_off=ROWS, stayed=7) for s in OVERDUE)
    ),
    "trend": answer(
        question("trend", "cin_open", "cp_open", "lac_open"),
        *(MeasureAnswer(s, 1, points=points(300)) for s in ("cin_open", "cp_open", "lac_open")),
    ),
    "explain": answer(
        question("explain", *CATALOGUE), *(MeasureAnswer(s, sentences=(LONG * 30,) * 40) for s in CATALOGUE)
    ),
    "why": answer(
        question("why", *OVERDUE, child="C1"),
        *(MeasureAnswer(s, rows=ROWS, sentences=(LONG * 30,) * 40) for s in OVERDUE),
    ),
    "quality": answer(
        question("quality"),
        findings=tuple(
            {"rule": f"{LONG} {n}", "table": "t", "key": str(n), "detail": LONG * 5} for n in range(MANY)
        ),
    ),
    "forecast": answer(
        question("forecast", "cin_open"), backlog("cin_open", points=points(200), sentences=(LONG * 20,) * 30)
    ),
    "benchmark": answer(
        question("benchmark", "cin_open"),
        backlog(
            "cin_open",
            points=points(200),
            sentences=(LONG * 20,) * 30,
            extra={f"figure_{n}": LONG * 10 for n in range(60)}
            | {"weeks": [{"date": "2026-11-22", "value": 1}] * 90},
        ),
    ),
    "briefing": service_briefing(
        teams=[
            {"team_id": "T11", "name": LONG, "overdue": n, "unallocated": n, "worst": OVERDUE[0]}
            for n in range(60)
        ],
        due_this_week=[
            {"worker_id": f"P{n}", "team_id": "T11", "count": 99, "by_measure": dict.fromkeys(OVERDUE, 9)}
            for n in range(300)
        ],
        talk_about=[{"why": "worst change", "measure": OVERDUE[0], "sentence": LONG * 20}] * 9,
        table=[
            {
                "measure": s,
                "value": 9,
                "of": 10,
                "target": 0,
                "rag": "red",
                "previous": 2,
                "change": 7,
                "unit": "x",
            }
            for s in CATALOGUE
        ],
        longest_overdue=list(ROWS[:50]),
        no_data=list(CATALOGUE),
    ),
    "note": replace(ALL["list"], note=LONG * 300),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_answer_still_fits(name: str, client: str) -> None:
    made = card(HUGE[name], CROWD, CLIENTS[client])
    assert size(made) < LIMIT
    assert [e.json_path + ": " + e.message[:200] for e in VALID.iter_errors(made)] == []


@pytest.mark.parametrize("name", ["one list", "compare", "briefing", "every headline"])
def test_sealed_buttons_fit_too(name: str) -> None:
    made = card(HUGE[name], CROWD, CLIENTS["deep"])
    seals = Seals(Cipher(Fernet.generate_key()))
    for audience in (PERSONAL, Audience("channel", UnitRef("team", "T11"))):
        sealed = seals.seal(made, "u-1", audience, datetime(2026, 11, 16, 8, 30, tzinfo=UTC))
        assert len(json.dumps(sealed)) <= size(made) < LIMIT


def test_beyond_all_room_the_card_is_the_text() -> None:
    crowded = Parts("Title", body=[{"type": "TextBlock", "text": "x" * 30_000, "wrap": True}])
    made = fitted(lambda room: crowded, "The answer in words. " * 900)
    assert size(made) < LIMIT
    assert "The answer in words." in words(made)
    assert made["body"][-1]["text"].endswith("…")


# -- the same bytes ----------------------------------------------------------------------------------------


def test_the_same_bytes_in_another_process() -> None:
    """Hash order, time and locale of the process must not show on a card."""
    here = Path(__file__).parent
    code = (
        f"import sys, json; sys.path.insert(0, {str(here)!r})\n"
        "from invented_answers import ALL, NAMES; from bot.cards import Client, card\n"
        "names = ('briefing_team', 'compare')\n"
        "sys.stdout.write(json.dumps([card(ALL[n], NAMES, Client(charts=False)) for n in names]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=here.parents[2],
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    mine = json.dumps([card(ALL[n], NAMES, Client(charts=False)) for n in ("briefing_team", "compare")])
    assert found == {mine}


def test_matplotlib_is_imported_only_for_a_picture() -> None:
    code = (
        "import sys; import bot.cards, bot.wording\n"
        "assert 'matplotlib' not in sys.modules, 'a cold start must stay light'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])


# -- charts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [("trend", "Chart.Line"), ("compare", "Chart.HorizontalBar"), ("briefing_team", "Chart.Line")],
)
def test_behind_a_chart_stands_what_it_shows_in_words_and_no_picture_is_drawn(name: str, kind: str) -> None:
    made = card(ALL[name], NAMES, Client())
    (chart,) = [n for n in nodes(made) if n.get("type") == kind]
    assert chart["fallback"]["type"] == "TextBlock"
    assert chart["fallback"]["text"].count(" ") > 5
    assert not [n for n in nodes(made) if n.get("type") == "Image"]


@pytest.mark.parametrize("name", ["trend", "compare", "briefing_team"])
def test_a_chart_made_for_teams_can_be_drawn_for_another_client(name: str) -> None:
    made = card(ALL[name], NAMES, Client())
    (chart,) = [n for n in nodes(made) if str(n.get("type")).startswith("Chart.")]
    (before,) = [n for n in nodes(card(ALL[name], NAMES, Client(charts=False))) if n.get("type") == "Image"]
    picture = drawn(chart)
    assert (picture["type"], picture["altText"]) == ("Image", before["altText"])
    if name == "briefing_team":  # its line is small in both, so that nothing at all may differ
        assert picture == before


@pytest.mark.parametrize("name", ["trend", "compare", "briefing_team"])
def test_a_client_without_charts_gets_the_picture(name: str) -> None:
    made = card(ALL[name], NAMES, Client(charts=False))
    assert not [n for n in nodes(made) if str(n.get("type")).startswith("Chart.")]
    assert [n for n in nodes(made) if n.get("type") == "Image"]


def test_a_week_without_a_number_is_left_out_of_the_line_and_said_in_the_table() -> None:
    asked = ALL["trend"]
    a = asked.answers[0]
    assert a.points is not None
    gap = (*a.points[:5], replace(a.points[5], value=None, of=0.0), *a.points[6:])
    made = card(replace(asked, answers=(replace(a, points=gap),)), NAMES, Client())
    (chart,) = [n for n in nodes(made) if n.get("type") == "Chart.Line"]
    assert len(chart["data"][0]["values"]) == len(gap) - 1
    assert "none to count" in words(made)


def test_no_bar_for_a_suppressed_team() -> None:
    groups = (*compare_groups(3), Group("T14", "CSWT 4", None, None, suppressed=True))
    asked = question("compare", "lac_open", unit=SERVICE, by="team", filters={"age_max": 4})
    made = card(answer(asked, MeasureAnswer("lac_open", 30, groups=groups)), NAMES, Client())
    (chart,) = [n for n in nodes(made) if n.get("type") == "Chart.HorizontalBar"]
    assert [bar["x"] for bar in chart["data"]] == ["CSWT 1", "CSWT 2", "CSWT 3"]
    assert "fewer than 6" in words(made)


def test_every_fixture_is_as_at_one_date() -> None:
    assert {a.question.as_at for a in ALL.values()} == {AS_AT}
    assert all(isinstance(a.question, Question) for a in ALL.values())


def test_a_briefing_names_its_unit_and_week() -> None:
    made = card(team_briefing(), NAMES, Client())
    assert made["body"][0]["text"] == "CSWT 1: Monday's briefing"
    assert made["body"][1]["text"].startswith("Week Mon 16 Nov to Sun 22 Nov 2026")


def test_a_crowded_briefing_keeps_its_chart_where_the_picture_is_the_chart() -> None:
    row_of = {"of": 10, "target": 0, "rag": "red", "previous": 2, "unit": "children"}
    table = [{"measure": s, "value": n, **row_of} for n, s in enumerate(OVERDUE)]
    crowded = service_briefing(table=table, longest_overdue=list(ROWS[:5]))
    made = card(crowded, NAMES, CLIENTS["webchat"])
    assert size(made) < LIMIT
    assert [n for n in nodes(made) if n.get("type") == "Image"]
