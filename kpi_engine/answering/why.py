"""One child's arithmetic: why on, or not on, the list."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from kpi_engine import working_days
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.drivers import drivers
from kpi_engine.answering.explain import POPULATION_WORDS
from kpi_engine.answering.words import counted, listed, said
from kpi_engine.days import day
from kpi_engine.duties import CHILDLESS
from kpi_engine.figures import POPULATION_MASKS
from kpi_engine.ledger import Cut
from kpi_engine.measure import Measure
from kpi_engine.question import ALL
from kpi_engine.rules_in_words import RULES
from kpi_engine.timescales import Timescale

SHOWN_ROWS = 6


def why(asked: Asked) -> Answer:
    """The rows of one child and the sum behind each; without a child, what moved the number."""
    if asked.question.child is None:
        return drivers(asked)
    code = asked.engine.world.facts.children.place.get(asked.question.child)
    if code is None and any(set(getattr(m, "clocks", ())) & CHILDLESS for m in asked.measures):
        return asked.answer(_record(asked, m) for m in asked.measures)
    if code is None:
        return Answer(
            "no_data", asked.question, data=asked.engine.stamp, note="This extract does not know that child."
        )
    return asked.answer(_one(asked, m, code) for m in asked.measures)


def _one(asked: Asked, wanted: Measure, child: int) -> MeasureAnswer:
    missing = asked.engine.figures.missing(wanted, asked.question.as_at)
    if missing:
        return MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=missing)
    clocks = getattr(wanted, "clocks", ())
    if not clocks:
        return _membership(asked, wanted, child)
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    view, ledger = asked.engine.figures.view(asked.question.as_at), asked.engine.figures.ledger
    for clock in clocks:
        cut = ledger.cut(clock, view.as_at, ledger.duties(clock).child == child)
        # Rows that another team held, before the case came here, are that team's.
        mine = cut.where(asked.visible(wanted)[cut.team])
        records = ledger.records(mine)
        order = sorted(range(len(records)), key=lambda p: (records[p]["status"] not in ("overdue", "due"),
                                                           _reverse(records[p]["start_date"])))  # fmt: skip
        for place in order[:SHOWN_ROWS]:
            rows.append(records[place])
            lines.append(arithmetic(asked, mine, place, records[place]))
    overdue = sum(r["status"] == "overdue" for r in rows)
    lines.insert(0, _verdict(asked, wanted, child, rows))
    return MeasureAnswer(
        wanted.slug, overdue, None, overdue, wanted.counts, rows=tuple(rows), sentences=tuple(lines)
    )


def _record(asked: Asked, wanted: Measure) -> MeasureAnswer:
    """A row about no child: a complaint, a supervision, a carer assessment, by its record's id."""
    missing = asked.engine.figures.missing(wanted, asked.question.as_at)
    if missing:
        return MeasureAnswer(wanted.slug, unit=wanted.counts, no_data=missing)
    ledger, as_at = asked.engine.figures.ledger, day(asked.question.as_at)
    found: list[tuple[dict[str, Any], str]] = []
    for clock in getattr(wanted, "clocks", ()):
        cut = ledger.cut(clock, as_at, ledger.duties(clock).subject == asked.question.child)
        mine = cut.where(asked.visible(wanted)[cut.team])
        records = ledger.records(mine)
        found += [(row, arithmetic(asked, mine, place, row)) for place, row in enumerate(records)]
    found.sort(
        key=lambda pair: (pair[0]["status"] not in ("overdue", "due"), _reverse(pair[0]["start_date"]))
    )
    rows = tuple(row for row, _ in found[:SHOWN_ROWS])
    overdue = sum(r["status"] == "overdue" for r in rows)
    verdict = (
        f"It is on the list: {counted(overdue, 'row')} overdue." if overdue else "It is not on the list."
    )
    return MeasureAnswer(wanted.slug, overdue, None, overdue, wanted.counts, rows=rows,
                         sentences=(verdict, *(line for _, line in found[:SHOWN_ROWS])))  # fmt: skip


def _reverse(text: str) -> int:
    return -day(date.fromisoformat(text))


def _verdict(asked: Asked, wanted: Measure, child: int, rows: list[dict[str, Any]]) -> str:
    name = asked.question.child
    inside = POPULATION_MASKS.get(getattr(wanted, "population", None) or "")
    belongs = inside is None or bool(inside(asked.engine.figures.view(asked.question.as_at))[child])
    overdue = [r for r in rows if r["status"] == "overdue"]
    if overdue and belongs:
        return f"{name} is on the list: {counted(len(overdue), 'row')} overdue."
    if overdue:
        what = POPULATION_WORDS.get(getattr(wanted, "population", None) or "", "the population")
        return f"{name} is not on the list: not among the {what} on {said(asked.question.as_at)}."
    due = [r for r in rows if r["status"] == "due"]
    if due:
        following = min(due, key=lambda r: str(r["due_date"]))
        when = said(date.fromisoformat(following["due_date"]))
        return f"{name} is not on the list: the next one is due {when}, and due today is not overdue."
    if rows:
        return f"{name} is not on the list: nothing is open."
    return f"{name} is not on the list: this duty has never begun for this child."


def arithmetic(asked: Asked, cut: Cut, place: int, row: dict[str, Any]) -> str:
    """For example: "Began Thu 2 Apr 2026; 10 working days without Good Friday and Easter Monday = Mon 20 Apr 2026; not
    done; 5 days over (4 working days)." """
    start, due = date.fromisoformat(row["start_date"]), date.fromisoformat(row["due_date"])
    rule = RULES[cut.clock]
    limit = _limit_used(asked.engine.world.limits, rule.limits, start, due)
    sum_ = f"due on the date on record, {said(due)}"
    if limit is not None:
        sum_ = f"{limit.words(start)}{_without(limit, start, due)} = {said(due)}"
    return f"{_noun(rule.noun)} {row['sequence']}: began {said(start)} ({rule.begins}); {sum_}; {_end(row)}."


def _noun(noun: str) -> str:
    return noun[0].upper() + noun[1:]


def _limit_used(
    limits: dict[str, Timescale], names: tuple[str, ...], start: date, due: date
) -> Timescale | None:
    """The timescale that gives this due date from this start."""
    begun = np.array([day(start)])
    return next((limits[name] for name in names if int(limits[name].due(begun)[0]) == day(due)), None)


def _without(limit: Timescale, start: date, due: date) -> str:
    if not limit.in_working_days:
        return ""
    names = [f"{name} ({said(when, year=False)})" for when, name in working_days.holidays_between(start, due)]
    return f" without {listed(names)}" if names else ""


def _end(row: dict[str, Any]) -> str:
    status, over = row["status"], row["days_overdue"]
    if status in ("done_in_time", "done_late"):
        when = said(date.fromisoformat(row["done_date"]))
        return (
            f"done {when}, in time"
            if status == "done_in_time"
            else f"done {when}, {counted(over, 'day')} late"
        )
    if status == "due":
        return "not done yet, not overdue"
    if status == "overdue":
        working = row["working_days_overdue"]
        inner = f" ({counted(working, 'working day')})" if working is not None else ""
        return f"not done, {counted(over, 'day')} over{inner}"
    when = said(date.fromisoformat(row["ended_date"]))
    return (
        f"ended {when}, so nothing was owed"
        if status == "lapsed"
        else f"never done; ended {when}, {counted(over, 'day')} over"
    )


def _membership(asked: Asked, wanted: Measure, child: int) -> MeasureAnswer:
    """For a measure without a clock: whether the child is counted, and who holds the case."""
    as_at = asked.question.as_at
    period = asked.question.period or asked.engine.figures.period_of(wanted, as_at)
    found = asked.counter_for(ALL).rows(wanted, as_at, period)
    rows = [
        r
        for s in found.parts
        for r in asked.records(wanted, s.where((s.child == child) & asked.visible(wanted)[s.team]))
    ]
    name = asked.question.child
    worker, team = (int(x[child]) for x in asked.engine.figures.view(asked.question.as_at).owners)
    facts = asked.engine.world.facts
    unit = asked.engine.units.get(facts.teams.id(team) or "")
    holder = f"held by {unit.name}" if unit else "held by no team"
    who = "with an allocated worker" if worker >= 0 else "with no allocated worker"
    sentence = (
        f"{name} is {'' if rows else 'not '}counted here on {said(asked.question.as_at)}: {holder}, {who}."
    )
    return MeasureAnswer(wanted.slug, len(rows), None, len(rows), wanted.counts, rows=tuple(rows),
                         sentences=(sentence, wanted.definition))  # fmt: skip
