"""Coming up: what falls due in the period, by day, by worker, child by child."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.cards import buttons, drill, headline, tables
from bot.cards.client import Client
from bot.cards.elements import Cell, Column, Element, facts, table, text
from bot.cards.frame import Parts, Room
from bot.cards.listing import PAGE
from bot.wording import phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import iso_day, number, shorten, singular, span, upper
from kpi_engine.answer import Answer, MeasureAnswer, Row

_MOST_LETTERS = 40
_MOST_NAMES = 8


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Totals by measure, who holds how much, then the rows in the order they fall due."""
    question = answer.question
    held = [a for a in answer.answers if not (a.no_data or a.elsewhere)]
    due = sorted(
        ((a, row) for a in held for row in a.rows or ()),
        key=lambda pair: str(pair[1].get("due_date") or "9999"),
    )
    when = span(question.period) if question.period else "the days ahead"
    body: list[Element] = [text(f"{total_words(held)} in {when}", bold=True)]
    if len(held) > 1:
        body += facts([(upper(_noun(a)), _count(a)) for a in held])
    if due:
        body += facts(_by_day([row for _, row in due], answer))
        if not question.worker:
            body.append(text(f"By worker: {by_worker([row for _, row in due], names)}.", spacing="Small"))
    page = client.page
    first = min((page - 1) * PAGE, max(len(due) - 1, 0) // PAGE * PAGE) if page else 0
    shown = due[first : first + (PAGE if page else room.rows)]
    if shown:
        body.append(_table(shown, answer, names, client, several=len(held) > 1, press=not page))
    more: list[Element] = []
    if len(shown) < len(due):
        body.append(
            text(
                f"{number(first + 1)} to {number(first + len(shown))} of {number(len(due))}.",
                subtle=True,
                size="Small",
            )
        )
        here = first // PAGE + 1 if page else 0
        if here > 1:
            more.append(buttons.turn_page("Previous page", question, client, here - 1))
        if not page:
            more.append(buttons.turn_page(f"Show all {number(len(due))}", question, client, 1))
        elif first + PAGE < len(due):
            more.append(buttons.turn_page("Next page", question, client, here + 1))
    body += tables.without_number(answer, names, room)
    if left := rows.held_back(answer.held_back, names, None):
        body.append(text(left, subtle=True))
    actions = [*buttons.back(client), *more, *([headline.how_counted(answer, client)] if held else [])]
    return Parts("Falls due", sentences.reading(question, names), body, actions)


def total_words(held: Sequence[MeasureAnswer]) -> str:
    """ "7 fall due", "1 falls due", "Nothing falls due"; suppressed numbers are not added up."""
    if any(a.suppressed for a in held):
        return "Some fall due (small numbers are not shown)"
    total = sum(a.value if a.value is not None else len(a.rows or ()) for a in held)
    return "Nothing falls due" if not total else f"{number(total)} {'falls' if total == 1 else 'fall'} due"


def _noun(a: MeasureAnswer) -> str:
    return phrases.due_noun(phrases.of(a.measure))


def _count(a: MeasureAnswer) -> str:
    if a.suppressed:
        return phrases.FEWER_THAN_SIX
    return number(a.value if a.value is not None else len(a.rows or ()))


def _by_day(found: Sequence[Row], answer: Answer) -> list[tuple[str, str]]:
    days = Counter(str(row.get("due_date") or "")[:10] for row in found)
    days.pop("", None)
    if len(days) > 7:
        return []
    return [(iso_day(at, answer.question.as_at), number(n)) for at, n in sorted(days.items())]


def by_worker(found: Sequence[Row], names: Names) -> str:
    """ "Asha Khan 3, Ben Cole 2, no worker 1", most first."""
    counts = Counter(
        rows.RESTRICTED if row.get("restricted") else names.worker(row.get("worker_id")) for row in found
    )
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = [f"{shorten(name, _MOST_LETTERS)} {number(n)}" for name, n in ranked[:_MOST_NAMES]]
    rest = sum(n for _, n in ranked[_MOST_NAMES:])
    return ", ".join([*shown, *([f"others {number(rest)}"] if rest else [])])


def _table(
    shown: Sequence[tuple[MeasureAnswer, Row]],
    answer: Answer,
    names: Names,
    client: Client,
    *,
    several: bool,
    press: bool,
) -> Element:
    question = answer.question
    kind = rows.subject(shown[0][0].measure, shown[0][1])
    heads = [
        Column("Due", 4),
        Column(kind, 3),
        *([Column("What", 4)] if several else []),
        Column("Worker", 4),
    ]
    lines: list[list[Cell | str]] = []
    for a, row in shown:
        w = rows.words(a.measure, row, names, question.as_at)
        step = drill.why(question, a, row) if press else None
        opened = buttons.open_(f"Why {w.label}?", step, question, client) if step else None
        noun = singular(_noun(a))
        lines.append([
            w.when, Cell(shorten(w.label, _MOST_LETTERS), bold=True, press=opened),
            *([noun] if several else []), upper(shorten(w.worker, _MOST_LETTERS)),
        ])  # fmt: skip
    return table(heads, lines)
