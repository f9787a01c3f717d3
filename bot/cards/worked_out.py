"""Forecast, benchmark, explain and why: numbers or rules with the reasoning that leads to them."""

from __future__ import annotations

from dataclasses import replace

from bot.cards import buttons, headline
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import Column, Element, container, facts, table, text
from bot.cards.frame import ROOMS, Parts, Room
from bot.cards.trend import line
from bot.wording import figures, phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import shorten
from kpi_engine.answer import Answer, MeasureAnswer

_MOST_STEPS = 13
_MOST_FIGURES = 4

_MOST_LETTERS = 600
_MOST_MEASURES = 4


def figures_parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Forecast and benchmark: the number, a chart where there are points, named figures, the method."""
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        body += [text(phrases.title(a.measure), bold=True)] if len(answer.answers) > 1 else []
        body += headline.number(a)
        spec = replace(line(a, a.points or ()), ahead=_ahead(a))
        if spec.values or spec.ahead:
            body.append(draw(spec, client, pictures=room.pictures))
        body += facts([(k, shorten(v, _letters(room))) for k, v in figures.facts(a)[: room.rows]])
        body += _series(a)
        body += [
            text(shorten(s, _letters(room)), subtle=True, spacing="Small") for s in a.sentences[: room.rows]
        ]
    kind = "Forecast" if answer.question.show == "forecast" else "Compared with published figures"
    title = f"{sentences.topic([a.measure for a in answer.answers])}: {kind.lower()}"
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


def _ahead(a: MeasureAnswer) -> tuple[tuple[str, float], ...]:
    """The expected values of a forecast, for the chart: the first series with dates and values."""
    for _, found in figures.series(a):
        if all(row.get("date") and isinstance(row.get("value"), int | float) for row in found):
            return tuple((str(row["date"]), float(row["value"])) for row in found)
    return ()


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
    """One child's arithmetic, step by step, and the way into the case system where it is set."""
    question = answer.question
    body: list[Element] = []
    for a in answer.answers[:_MOST_MEASURES]:
        items = _sentences(a, room, numbered=True)
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
    title = f"Why: {question.child}" if question.child else "Why"
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
