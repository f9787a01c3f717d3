"""Rows of many measures in one table, the longest overdue first: what "Overdue list" and "everything overdue" open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.cards import buttons
from bot.cards.client import Client
from bot.cards.elements import Cell, Column, Element, columns, table, text
from bot.cards.frame import Room
from bot.wording import phrases, rows
from bot.wording.names import Names
from bot.wording.plain import counted, number, shorten, upper
from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.question import Question

PAGE = 30
_MOST_LETTERS = 40
Line = tuple[MeasureAnswer, Row]
Press = Callable[[MeasureAnswer, Row], Element | None]


def lines(answers: Sequence[MeasureAnswer]) -> list[Line]:
    """Every row with its measure: most days overdue first, then due date, then id (asking.md, Aspect 3).

    A row without days (a child without a worker) stands behind those that have some.
    """
    found = [(a, row) for a in answers for row in a.rows or ()]
    return sorted(found, key=_rank)


def _rank(line: Line) -> tuple[bool, int, str, str, str]:
    a, row = line
    days = row.get("days_overdue")
    who = str(row.get("child_id") or row.get("worker_id") or "")
    return days is None, -(days or 0), str(row.get("due_date") or ""), who, a.measure


def preview(
    found: Sequence[Line], answer: Answer, names: Names, client: Client, room: Room, press: Press
) -> tuple[list[Element], list[Element]]:
    """The first rows, and the button to the pages of the rest."""
    shown = found[: max(room.rows, 1)]
    body = [_table(shown, answer.question, names, press)]
    if len(found) == len(shown):
        return body, []
    which = f"These are the first {number(len(shown))} of {number(len(found))} rows."
    body.append(text(which, subtle=True, size="Small"))
    return body, [buttons.turn_page(f"Show all {counted(len(found), 'rows')}", answer.question, client, 1)]


def page(
    found: Sequence[Line], answer: Answer, names: Names, client: Client
) -> tuple[list[Element], list[Element]]:
    """One page of all the rows, with the way to the others."""
    last = (len(found) + PAGE - 1) // PAGE
    here = min(client.page, last)
    first = (here - 1) * PAGE
    shown = found[first : first + PAGE]
    which = f"{number(first + 1)} to {number(first + len(shown))} of {number(len(found))}"
    head = columns(
        [
            ("stretch", [text(which, bold=True)]),
            ("auto", [text(f"Page {here} of {last}", subtle=True)]),
        ]
    )
    turns = [buttons.turn_page("First rows only", answer.question, client, 0)] if here == 1 else []
    if here > 1:
        turns.append(buttons.turn_page("Previous page", answer.question, client, here - 1))
    if here < last:
        turns.append(buttons.turn_page("Next page", answer.question, client, here + 1))
    return [head, _table(shown, answer.question, names, lambda a, row: None)], turns


def _table(found: Sequence[Line], question: Question, names: Names, press: Press) -> Element:
    above = question.unit.kind != "team"
    heads = [Column("Who", 3), Column("What", 5), Column("Days over", 2), Column("Worker", 4)]
    made: list[list[Cell | str]] = []
    for a, row in found:
        w = rows.words(a.measure, row, names, question.as_at)
        whom = ", ".join(p for p in (w.worker, w.team if above else "") if p)
        made.append(
            [
                Cell(shorten(w.label, _MOST_LETTERS), bold=True, press=press(a, row)),
                phrases.title(a.measure).removesuffix(" overdue"),
                w.days,
                Cell(upper(shorten(whom, _MOST_LETTERS))),
            ]
        )
    return table(heads, made)
