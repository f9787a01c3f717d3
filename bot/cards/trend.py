"""Trend: a line over time with its target, and the same numbers as a table behind a button."""

from __future__ import annotations

from datetime import date

from bot.cards import buttons, headline, tables
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import Column, Element, container, table, text
from bot.cards.frame import ROOMS, Parts, Room
from bot.cards.spec import Control, Line, Track
from bot.wording import phrases, sentences
from bot.wording.names import Names
from bot.wording.plain import day
from bot.wording.shows import hides_small_points, point
from kpi_engine.answer import Answer, MeasureAnswer, Point

_MOST_CHARTS = 3
_MOST_POINTS = 53
NUMBERS = "numbers"


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """One chart a measure (three at most; the text holds all), one table of all their numbers."""
    question = answer.question
    body: list[Element] = []
    drawn = [a for a in answer.answers if not (a.no_data or a.elsewhere)]
    for a in drawn[:_MOST_CHARTS]:
        spec = line(a, a.points or ())
        if len(drawn) > 1:
            body.append(text(phrases.title(a.measure), bold=True))
        body += headline.number(a, question)[:1] if a.value is not None or a.suppressed else []
        body.append(draw(spec, client, room) if spec.values else text(nothing_to_draw(a)))
        body += [text(sentence, spacing="Small") for sentence in a.sentences]  # what the control chart says
    body += tables.without_number(answer, names, room)
    if len(drawn) > _MOST_CHARTS:
        more = [phrases.title(a.measure) for a in drawn[_MOST_CHARTS:]]
        body.append(text(f"Ask for one of the others alone: {', '.join(more)}.", subtle=True))
    each = max(room.rows * _MOST_POINTS // ROOMS[0].rows // max(min(len(drawn), _MOST_CHARTS), 1), 1)
    numbers = [
        e
        for a in drawn[:_MOST_CHARTS]
        if a.points
        for e in _numbers(a, each, hidden=hides_small_points(answer))
    ]
    if numbers:
        body.append(container(numbers, id_=NUMBERS, hidden=True))
    title = sentences.topic([a.measure for a in answer.answers])
    actions = [
        *([buttons.toggle("Show or hide the numbers", NUMBERS)] if numbers else []),
        *headline.actions(answer, names, client),
    ]
    return Parts(title, sentences.reading(question, names), body, actions)


def nothing_to_draw(a: MeasureAnswer) -> str:
    """Said where a chart would stand, when no week has a number."""
    return f"No week has a number for {phrases.title(a.measure)}."


def line(a: MeasureAnswer, points: tuple[Point, ...], *, small: bool = False) -> Line:
    """The points as a chart; a week without a number leaves a gap in the table, not a nought in the line."""
    measure = phrases.of(a.measure)
    known = [p for p in points[-_MOST_POINTS:] if p.value is not None]
    values = tuple((p.date.isoformat(), float(p.value)) for p in known if p.value is not None)
    targets = tuple((p.date.isoformat(), p.target) for p in known if p.target is not None)
    return Line(
        phrases.title(a.measure),
        measure.counts,
        values,
        targets,
        alt(a, known),
        small,
        control=control(a, values),
    )


def control(a: MeasureAnswer, values: Track) -> Control | None:
    """The control chart's lines, and the points that its signal rests on."""
    told = a.extra.get("signal")
    if not told or told.get("mean") is None:
        return None
    since = told.get("since") if told.get("rule") else None
    marked = tuple(point for point in values if since is not None and point[0] >= since)
    return Control(float(told["mean"]), float(told["low"]), float(told["high"]), marked)


def alt(a: MeasureAnswer, known: list[Point]) -> str:
    """What somebody who cannot see the line is told."""
    if not known:
        return nothing_to_draw(a)
    measure = phrases.of(a.measure)
    first, last = known[0], known[-1]
    start, end = (phrases.figure(p.value, p.of, measure) for p in (first, last))
    said = (
        f"Line chart of {phrases.title(a.measure)}: {start} on {day(first.date)}, {end} on {day(last.date)}."
    )
    told = a.extra.get("signal")
    if not told:
        return said
    mean, low, high = (phrases.amount(told[name], measure) for name in ("mean", "low", "high"))
    return f"{said} Average {mean}, usual range {low} to {high}; {'a signal' if told.get('rule') else 'no signal'}."


def _numbers(a: MeasureAnswer, most: int, *, hidden: bool) -> list[Element]:
    measure = phrases.of(a.measure)
    whole = a.points or ()
    points = whole[-most:]
    near = points[-1].date if points else date.min
    has_target = any(p.target is not None for p in points)
    heads = [Column("To", 3), Column(measure.title, 3), *([Column("Target", 2)] if has_target else [])]
    lines = []
    for p in reversed(points):
        detail = "" if measure.counts != "%" or not p.of else f" of {p.of:g}"
        goal = [phrases.amount(p.target, measure) if p.target is not None else "none"] if has_target else []
        lines.append([day(p.date, near), f"{point(p, measure, hidden=hidden)}{detail}", *goal])
    cut = [text(f"The last {most} of {len(whole)}.", subtle=True, size="Small")] if len(whole) > most else []
    return [table(heads, lines), *cut]
