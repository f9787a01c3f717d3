"""The two tables that several cards share: measures with their numbers, and rows of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.cards.elements import RAG_COLOURS, Cell, Column, Element, table, text
from bot.cards.frame import Room
from bot.wording import phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, number, shorten, upper
from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.question import Question

_MOST_LETTERS = 60
_MOST_SAID = 300
Press = Callable[[Row], Element | None]


def rag_cell(words: str, a: MeasureAnswer) -> Cell:
    """A number with its denominator and its colour's word: "7 of 40 Red"."""
    word = phrases.colour(a.rag)
    of = f"of {number(a.of)}" if a.of and a.value is not None and not a.suppressed else ""
    return Cell(
        " ".join(p for p in (words, of, word) if p),
        RAG_COLOURS[a.rag] if a.rag else "default",
        bold=bool(a.rag),
    )


def measures(
    answers: Sequence[MeasureAnswer],
    question: Question,
    press: Callable[[MeasureAnswer], Element | None],
    changed: str = "Change",
) -> Element:
    """Measure, now, target, change: one line each, the measure's name a button where `press` gives one."""
    lines = []
    for a in answers:
        change = phrases.change(a, question)
        goal = phrases.amount(a.target, phrases.of(a.measure)) if a.target is not None else "none"
        lines.append([
            Cell(phrases.title(a.measure), press=press(a)),
            rag_cell(phrases.now(a), a),
            Cell(goal, subtle=a.target is None),
            Cell(change.short if change else "not known", subtle=change is None or not change.is_),
        ])  # fmt: skip
    return table([Column("Measure", 4), Column("Now", 3), Column("Target", 2), Column(changed, 3)], lines)


def without_number(answer: Answer, names: Names, room: Room) -> list[Element]:
    """Why measures that were asked for have no number here, a line each; never a nought."""
    found = [a for a in answer.answers if a.no_data or a.elsewhere]
    out = [text(shorten(sentences.core(a, answer.question, names), _MOST_SAID), subtle=True, spacing="Small")
           for a in found[: room.rows]]  # fmt: skip
    if len(found) > room.rows:
        out.append(
            text(f"and {counted(len(found) - room.rows, 'more measures')} without a number here", subtle=True)
        )
    return out


def listing(
    a: MeasureAnswer, found: Sequence[Row], question: Question, names: Names, press: Press
) -> Element:
    """Rows of a list. The team has its own column only where rows of several teams can stand together."""
    worded = [(row, rows.words(a.measure, row, names, question.as_at)) for row in found]
    first = rows.subject(a.measure, found[0] if found else None)
    dated = any(w.when for _, w in worded)
    kept: list[tuple[Column, Callable[[rows.RowWords], str]]] = [(Column(first, 3), lambda w: w.label)]
    if dated:
        kept.append((Column("Due", 4), lambda w: w.when))
    if any(w.over for _, w in worded):
        kept.append((Column("Days over" if dated else "Number", 3), lambda w: w.days))
    # rows of several teams can stand together only above a team: there the team stands under the worker
    above = question.unit.kind != "team"
    if any(w.worker for _, w in worded) and not question.worker:
        kept.append(
            (Column("Worker", 4), lambda w: ", ".join(p for p in (w.worker, w.team if above else "") if p))
        )
    elif above and any(w.team for _, w in worded):
        kept.append((Column("Team", 4), lambda w: w.team))
    lines = []
    for row, w in worded:
        cells = [Cell(upper(shorten(get(w), _MOST_LETTERS))) for _, get in kept]
        cells[0] = Cell(shorten(w.label, _MOST_LETTERS), bold=True, press=press(row))
        lines.append(cells)
    return table([column for column, _ in kept], lines)
