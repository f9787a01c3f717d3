"""Forecast, benchmark, explain and why: numbers or rules with the reasoning that leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.cards import buttons, headline
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import Column, Element, container, facts, table, text
from bot.cards.frame import ROOMS, Parts, Room
from bot.cards.spec import Line
from bot.cards.trend import line
from bot.wording import figures, phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import day, shorten
from kpi_engine.answer import Answer, MeasureAnswer, Point
from kpi_engine.question import Question

_MOST_STEPS = 13
_MOST_FIGURES = 4
_MOST_LETTERS = 600
_MOST_MEASURES = 4


def forecast_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """The number now, where it is heading as a chart and a table, and by what method."""
    question = answer.question
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        body += [text(phrases.title(a.measure), bold=True)] if len(answer.answers) > 1 else []
        body += headline.number(a, answer.question)
        body += [text(shorten(s, _letters(room)), spacing="Small") for s in a.sentences[: room.rows]]
        if a.points:
            spec = ahead(a, a.points, question)
            body += [draw(spec, client, room)] if spec.ahead else []
            body.append(_steps(a, a.points[: room.rows]))
    title = f"{sentences.topic([a.measure for a in answer.answers])}: forecast"
    return Parts(title, sentences.reading(question, names), body, headline.actions(answer, names, client))


def ahead(a: MeasureAnswer, points: tuple[Point, ...], question: Question) -> Line:
    """What is expected, as a line that starts from the number now."""
    drawn = line(a, points)
    start = ((question.as_at.isoformat(), float(a.value)),) if a.value is not None else ()
    return replace(drawn, values=start, ahead=(*start, *drawn.values), alt=f"Forecast. {drawn.alt}")


def _steps(a: MeasureAnswer, points: Sequence[Point]) -> Element:
    measure = phrases.of(a.measure)
    goals = any(p.target is not None for p in points)
    heads = [Column("On", 3), Column("Expected", 3), *([Column("Target", 2)] if goals else [])]
    lines = []
    for p in points:
        goal = [phrases.amount(p.target, measure) if p.target is not None else "none"] if goals else []
        lines.append([day(p.date, points[0].date), phrases.figure(p.value, p.of, measure), *goal])
    return table(heads, lines)


def benchmark_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """The number, the published figures beside it, and where they come from."""
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        body += [text(phrases.title(a.measure), bold=True)] if len(answer.answers) > 1 else []
        body += headline.number(a, answer.question)
        body += facts([(k, shorten(v, _letters(room))) for k, v in figures.facts(a)[: room.rows]])
        body += _series(a)
        body += [
            text(shorten(s, _letters(room)), subtle=True, spacing="Small") for s in a.sentences[: room.rows]
        ]
    title = f"{sentences.topic([a.measure for a in answer.answers])}: beside published figures"
    return Parts(
        title, sentences.reading(answer.question, names), body, headline.actions(answer, names, client)
    )


def _series(a: MeasureAnswer) -> list[Element]:
    measure = phrases.of(a.measure)
    out: list[Element] = []
    for name, found in figures.series(a):
        headings, cells = figures.grid(found[:_MOST_STEPS], measure)
        heads = [Column(h, 3 if not n else 2) for n, h in enumerate(headings[:_MOST_FIGURES])]
        out += [text(name, bold=True, spacing="Medium"), table(heads, [row[:_MOST_FIGURES] for row in cells])]
    return out


def explain_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """The rule in plain English with its source, measure by measure."""
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        body.append(container(_sentences(a, room, numbered=False), separator=bool(body)))
    if len(answer.answers) > _MOST_MEASURES:
        rest = ", ".join(phrases.title(a.measure) for a in answer.answers[_MOST_MEASURES:])
        body.append(text(f"Ask for one of the others alone: {rest}.", subtle=True))
    subtitle = sentences.topic([a.measure for a in answer.answers])
    return Parts("How it is counted", subtitle, body, buttons.back(client))


def why_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """One child's arithmetic, step by step, and the way into the case system where it is set.

    Without a child: what moved the number.
    """
    question = answer.question
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        items = _sentences(a, room, numbered=question.child is not None)
        if question.child is None:
            items[1:1] = headline.number(a, question)[:1]
        if not a.sentences:
            items += [
                text(rows.words(a.measure, row, names, question.as_at).line)
                for row in (a.rows or ())[: room.rows]
            ]
        body.append(container(items, separator=bool(body)))
    actions = buttons.back(client)
    if question.child and (url := names.child_link(question.child)):
        actions.append({"type": "Action.OpenUrl", "title": "Open the case", "url": url})
    if answer.answers:
        actions.append(headline.how_counted(answer, client))
    title = f"Why: {question.child}" if question.child else "What moved it"
    return Parts(title, sentences.reading(question.but(child=None), names), body, actions)


def _letters(room: Room) -> int:
    """How long one sentence may be: the whole of it, but on the smallest cards."""
    return _MOST_LETTERS * room.rows // ROOMS[0].rows


def _sentences(a: MeasureAnswer, room: Room, *, numbered: bool) -> list[Element]:
    out = [text(phrases.title(a.measure), bold=True)]
    if a.no_data:
        out.append(text(a.no_data))
    for n, sentence in enumerate(a.sentences[: room.rows], 1):
        start = f"{n}. " if numbered and len(a.sentences) > 1 else ""
        out.append(text(shorten(f"{start}{sentence}", _letters(room)), spacing="Small"))
    return out
