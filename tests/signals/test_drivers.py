""" "Why did CP visits drop in CSWT 1?": every number re-derived from the ledger as JSON, every right kept."""

from __future__ import annotations

import json
from collections import Counter as Tally
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

import kpi_engine
from kpi_engine.answer import MeasureAnswer
from kpi_engine.errors import NotPermitted
from kpi_engine.question import AUTHORITY, EVERYTHING, Period, Question, Scope, UnitRef, make_filters

CSWT_1 = UnitRef("team", "T11")
NUMBERS_ONLY = Scope()


def why(
    engine: kpi_engine.Engine, slug: str, unit: UnitRef = AUTHORITY, scope: Scope = EVERYTHING, **more: Any
) -> MeasureAnswer:
    question = Question("why", (slug,), unit, **({"as_at": engine.as_at} | more))
    (found,) = engine.ask(question, scope).answers
    return found


def overdue(
    engine: kpi_engine.Engine, on: date, clock: str, team: str | None
) -> dict[tuple[str, int], dict[str, Any]]:
    """Overdue ledger rows of children on a plan, by what makes a row the same row."""
    return {
        (r["subject_id"], r["sequence"]): r for r in engine.ledger_rows(on, clock)
        if r["status"] == "overdue" and (team is None or r["team_id"] == team)
    }  # fmt: skip


def due_in(
    engine: kpi_engine.Engine, on: date, first: date, last: date, team: str | None
) -> list[dict[str, Any]]:
    return [
        r for r in engine.ledger_rows(on, "cp_visit")
        if first.isoformat() <= r["due_date"] <= last.isoformat() and r["status"] not in ("due", "lapsed")
        and (team is None or r["team_id"] == team)
    ]  # fmt: skip


def rate(rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    rows = list(rows)
    return sum(r["status"] == "done_in_time" for r in rows), len(rows)


def test_why_cp_visits_dropped_in_cswt_1(borough: kpi_engine.Engine) -> None:
    found = why(borough, "cp_visits_in_time", CSWT_1)
    on = borough.as_at  # a Sunday: last week ends today
    this = due_in(borough, on, on - timedelta(days=6), on, "T11")
    last = due_in(borough, on, on - timedelta(days=13), on - timedelta(days=7), "T11")
    (met, of), (met_before, of_before) = rate(this), rate(last)
    assert (found.met, found.of) == (met, of)
    assert found.previous == round(100 * met_before / of_before, 1)
    head = f"from {found.previous:g}% ({met_before} of {of_before}) to {found.value:g}% ({met} of {of})"
    assert head in found.sentences[0]
    # By reason: how the rows of the two weeks ended.
    words = {
        "done_in_time": "in time",
        "done_late": "done late",
        "missed": "ended undone",
        "overdue": "not done yet",
    }
    assert found.extra["reasons"] == {
        "now": dict(Tally(words[r["status"]] for r in this)), "before": dict(Tally(words[r["status"]] for r in last)),
    }  # fmt: skip
    # By worker: how far each one's rows lie off the earlier percentage, now minus then; the parts add up.
    level = met_before / of_before
    for part in found.extra["by_worker"]:
        (m1, n1), (m0, n0) = (rate(r for r in rows if r["worker_id"] == part["id"]) for rows in (this, last))
        expected = 100 * ((m1 - level * n1) / of - (m0 - level * n0) / of_before)
        assert part["change"] == pytest.approx(expected, abs=0.051)
    whole = sum(p["change"] for p in found.extra["by_worker"])
    assert whole == pytest.approx(
        found.value - found.previous, abs=0.06 * len(found.extra["by_worker"]) + 0.1
    )
    assert "By team" not in " ".join(found.sentences)  # one team: its workers are the parts


@pytest.mark.parametrize("team", [None, "T11", "T12", "T13", "T14"])
@pytest.mark.parametrize("weeks", [0, 3, 9])
def test_what_came_on_and_off_and_why(borough: kpi_engine.Engine, team: str | None, weeks: int) -> None:
    on = borough.as_at - timedelta(weeks=weeks)
    before = on - timedelta(days=7)
    unit = AUTHORITY if team is None else UnitRef("team", team)
    found = why(borough, "core_groups_overdue", unit, as_at=on)
    now, then = (overdue(borough, day, "core_group", team) for day in (on, before))
    came_on, came_off = now.keys() - then.keys(), then.keys() - now.keys()
    reasons = found.extra.get("reasons", {})
    assert sum(reasons.get("came_on", {}).values()) == len(came_on)
    assert sum(reasons.get("came_off", {}).values()) == len(came_off)
    assert found.value - found.previous == len(came_on) - len(came_off)
    at_end = {(r["subject_id"], r["sequence"]): r["status"] for r in borough.ledger_rows(on, "core_group")}
    done = sum(at_end[key] == "done_late" for key in came_off)
    ended = sum(at_end[key] in ("missed", "lapsed") for key in came_off)
    assert reasons.get("came_off", {}).get("done late", 0) == done
    assert reasons.get("came_off", {}).get("ended undone", 0) == ended
    started = {
        (r["subject_id"], r["sequence"]): r["status"] for r in borough.ledger_rows(before, "core_group")
    }
    fell = sum(started.get(key) != "overdue" for key in came_on)
    assert reasons.get("came_on", {}).get("fell due", 0) == fell


def test_the_parts_of_a_count_add_up(borough: kpi_engine.Engine) -> None:
    found = why(borough, "cin_visits_overdue")
    assert sum(p["change"] for p in found.extra["by_team"]) == found.value - found.previous
    for part in found.extra["by_team"]:
        if part["id"] is None:
            continue
        figures = [
            borough.figure("cin_visits_overdue", borough.as_at - timedelta(days=d), part["id"])
            for d in (0, 7)
        ]
        assert [f.value for f in figures if f] == [part["now"], part["before"]]


def test_children_who_came_and_went_by_case_type(borough: kpi_engine.Engine) -> None:
    period = Period(date(2026, 9, 1), date(2026, 9, 30))
    found = why(borough, "cin_open", period=period)
    listed = [_children(borough, "cin_open", on) for on in (period.last, period.first - timedelta(days=1))]
    assert sum(found.extra["reasons"]["came_on"].values()) == len(listed[0] - listed[1])
    assert sum(found.extra["reasons"]["came_off"].values()) == len(listed[1] - listed[0])
    on_plan, went = (_children(borough, slug, period.last) for slug in ("cp_open", "lac_open"))
    expected = len((listed[1] - listed[0]) & on_plan - went)
    assert found.extra["reasons"]["came_off"].get("onto a CP plan", 0) == expected


def _children(engine: kpi_engine.Engine, slug: str, on: date) -> set[str]:
    (found,) = engine.ask(Question("list", (slug,), AUTHORITY, on), EVERYTHING).answers
    return {r["child_id"] for r in found.rows or ()}


def test_unallocated_says_who_lost_a_worker(borough: kpi_engine.Engine) -> None:
    found = why(borough, "cin_unallocated", period=Period(date(2026, 10, 1), date(2026, 10, 31)))
    moved = found.extra["reasons"]
    change = sum(moved.get("came_on", {}).values()) - sum(moved.get("came_off", {}).values())
    assert change == found.value - found.previous
    assert set(moved.get("came_on", {})) <= {"lost a worker", "joined the population"}


def test_numbers_are_open_and_names_are_not(borough: kpi_engine.Engine) -> None:
    names = {w.name for w in borough.workers.values()}
    for slug in ("cp_visits_in_time", "cp_visits_overdue", "supervisions_overdue", "cin_open"):
        whole = why(borough, slug, CSWT_1)
        told = json.dumps(why(borough, slug, CSWT_1, NUMBERS_ONLY).to_json())
        assert not [name for name in names if name in told]
        assert whole.value == why(borough, slug, CSWT_1, NUMBERS_ONLY).value
    elsewhere = Scope(worker_units=frozenset({"T12"}), child_units=frozenset({"T12"}))
    assert "by_worker" not in why(borough, "cp_visits_in_time", CSWT_1, elsewhere).extra


def test_staff_figures_are_not_taken_apart_by_name_in_a_channel(borough: kpi_engine.Engine) -> None:
    channel = Scope(None, None, None, staff_named=False)
    for weeks in range(6):
        on = borough.as_at - timedelta(weeks=weeks)
        assert "by_worker" not in why(borough, "supervisions_in_time", CSWT_1, channel, as_at=on).extra


@pytest.mark.parametrize("show", ["why", "forecast", "benchmark"])
def test_one_workers_number_is_for_those_who_may_see_it(borough: kpi_engine.Engine, show: Any) -> None:
    worker = next(w.id for w in borough.workers.values() if w.team_id == "T11")
    question = Question(show, ("cp_visits_overdue",), CSWT_1, borough.as_at, worker=worker)
    assert borough.ask(question, EVERYTHING).outcome == "answered"
    with pytest.raises(NotPermitted):
        borough.ask(question, NUMBERS_ONLY)


def test_small_numbers_of_others_are_not_taken_apart(borough: kpi_engine.Engine) -> None:
    young = make_filters({"age_max": 12})
    found = why(borough, "cin_open", CSWT_1, NUMBERS_ONLY, filters=young)
    assert not found.groups
    assert not found.extra
    assert why(borough, "cin_open", CSWT_1, EVERYTHING, filters=young).extra


def test_every_measure_says_something_and_ends_its_sentences(borough: kpi_engine.Engine) -> None:
    answer = borough.ask(Question("why", borough.slugs, AUTHORITY, borough.as_at), EVERYTHING)
    for found in answer.answers:
        assert found.sentences or found.no_data, found.measure
        assert all(s.endswith(".") for s in found.sentences)
