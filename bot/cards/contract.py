"""A managed service against its contract: one table, off target first, the other teams beside it."""

from __future__ import annotations

from bot.cards import buttons, tables
from bot.cards.client import Client
from bot.cards.elements import Cell, Column, Element, table, text
from bot.cards.frame import Parts, Room
from bot.wording import contract as words
from bot.wording import phrases, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, number, shorten
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.question import Question

_MOST_LETTERS = 60
_MOST_NAMES = 300


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """What is met, whom it is compared with, the table, and the way to each measure's trend."""
    question = answer.question
    if not answer.answers:
        return Parts("Contract", sentences.reading(question, names), actions=buttons.back(client))
    shown = answer.answers[: max(room.rows, 1)]
    body: list[Element] = [
        text(words.opening(answer, names), bold=True),
        text(shorten(words.against_whom(answer, names), _MOST_NAMES), subtle=True, size="Small"),
        _table(shown, question, client),
    ]
    if len(shown) < len(answer.answers):
        more = counted(len(answer.answers) - len(shown), "more measures")
        body.append(text(f"and {more}: ask for them by name.", subtle=True, size="Small"))
    title = f"{names.unit(question.unit.id)}: against contract"
    briefing = buttons.ask("Briefing", question.but(show="briefing", measures=()), client)
    return Parts(title, phrases.as_at(question), body, [*buttons.back(client), briefing])


def _table(shown: tuple[MeasureAnswer, ...], question: Question, client: Client) -> Element:
    lines: list[list[Cell | str]] = []
    for a in shown:
        alone = question.but(show="trend", measures=(a.measure,), by="week")
        goal = phrases.amount(a.target, phrases.of(a.measure)) if a.target is not None else "none"
        told = a.extra["contract"]
        theirs = "" if told["difference"] is None else words.difference(a)
        lines.append([
            Cell(phrases.title(a.measure), press=buttons.ask(phrases.title(a.measure), alone, client)),
            tables.rag_cell(phrases.now(a), a),
            Cell(f"{goal} ({told['target_of']})" if told["target_of"] == "contract" else goal, subtle=a.target is None),
            Cell(_before(a), subtle=True),
            Cell(shorten(theirs.split(" (")[0] or "not compared", _MOST_LETTERS), subtle=not theirs),
        ])  # fmt: skip
    heads = [
        Column("Measure", 4),
        Column("Now", 3),
        Column("Target", 2),
        Column("13 weeks ago", 2),
        Column("Beside others", 4),
    ]
    return table(heads, lines)


def _before(a: MeasureAnswer) -> str:
    known = [p.value for p in a.points or () if p.value is not None]
    if len(known) < 2:
        return "not known"
    measure = phrases.of(a.measure)
    return phrases.amount(known[0], measure) if measure.counts == "%" else number(known[0])
