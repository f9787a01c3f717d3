"""What moved a number since the week (or period) before: by team, by worker, by rows that came and went."""

from __future__ import annotations

from dataclasses import replace

from kpi_engine.answer import Answer, Group, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.numbers import week_before, when
from kpi_engine.answering.words import listed
from kpi_engine.measure import Measure

NAMED = 3


def drivers(asked: Asked) -> Answer:
    """The headline with its change broken down by team."""
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    found = asked.headline(wanted)
    if found.no_data or found.elsewhere or found.suppressed:
        return found
    as_at, period = when(wanted, asked.question.as_at, asked.question.period)
    before_at, before = week_before(wanted, as_at, period, asked.question.period)
    engine = asked.engine
    moves: list[tuple[float, Group]] = []
    for one in sorted(engine.units_below(asked.question.unit.id)):
        unit = engine.units[one]
        if unit.kind != "team":
            continue
        counter = asked.counter_for(one)
        now = counter.figures.figure(wanted, counter.rows(wanted, as_at, period))
        then = counter.figures.figure(wanted, counter.rows(wanted, before_at, before))
        change = (now.value or 0) - (then.value or 0)
        if change and now.value is not None and then.value is not None:
            moves.append((change, Group(one, unit.name, now.value, now.of)))
    moves.sort(key=lambda m: (-abs(m[0]), m[1].name))
    return replace(found, sentences=_sentences(wanted, found, moves), groups=tuple(g for _, g in moves))


def _sentences(wanted: Measure, found: MeasureAnswer, moves: list[tuple[float, Group]]) -> tuple[str, ...]:
    if found.value is None or found.previous is None:
        return (f"{wanted.title}: there is nothing to compare with the time before.",)
    change = round(found.value - found.previous, 1)
    head = f"{wanted.title} went from {found.previous:g} to {found.value:g} ({change:+g})."
    if not change:
        head = f"{wanted.title} did not change: {found.value:g}."
    if not moves:
        return (head, "No single team moved it.")
    parts = [f"{group.name} {move:+g}" for move, group in ((round(m, 1), g) for m, g in moves[:NAMED])]
    return (head, f"By team, most first: {listed(parts)}.")
