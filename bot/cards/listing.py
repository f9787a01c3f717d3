"""List: who, how long over, with whom. A preview that never claims to be all, and pages of the whole."""

from __future__ import annotations

from bot.cards import buttons, drill, headline, tables, together
from bot.cards.client import Client
from bot.cards.elements import RAG_COLOURS, Element, columns, container, text
from bot.cards.frame import Parts, Room
from bot.wording import phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, number, upper
from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.question import Question

PAGE = 30
"""Rows on a page of the whole list."""
_MOST_SECTIONS = 3
_MOST_TOGETHER = 6
_MOST_TO_PRESS, _PLAIN = 8, 4
"""Beyond so many measures the rows come first and the numbers behind them are lines without buttons."""


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Rows of up to three measures under their heads; rows of more measures in one table, the worst first."""
    question = answer.question
    title = sentences.topic([a.measure for a in answer.answers]) or "Nothing is overdue"
    shown = [a for a in answer.answers if not a.elsewhere]
    body: list[Element] = []
    extra: list[Element] = []
    if client.page and len(shown) == 1 and shown[0].rows:
        body, extra = _page(shown[0], answer, names, client)
    elif len(shown) > _MOST_SECTIONS:
        body, extra = _many(shown, answer, names, client, room)
    else:
        each = max(room.rows // max(len(shown), 1), 1)
        for a in shown:
            section, more = _section(a, answer, names, client, each, alone=len(shown) == 1)
            body += section
            extra += more
        held_there = [a for a in answer.answers if a.elsewhere]
        body += [text(sentences.core(a, question, names), subtle=True) for a in held_there]
    hidden = sum(rows.not_shown(a, answer.held_back, question.limit) or 0 for a in shown)
    held = rows.held_back(answer.held_back, names, hidden, some_shown=any(a.rows for a in shown))
    if held:
        body.append(text(held, subtle=True))
    return Parts(
        title,
        sentences.reading(question, names),
        body,
        [*buttons.back(client), *extra, *_actions(answer, names, client)],
    )


def _many(
    shown: list[MeasureAnswer], answer: Answer, names: Names, client: Client, room: Room
) -> tuple[list[Element], list[Element]]:
    """All rows together, then the numbers behind them, each a way to its own list."""
    found = together.lines(shown)
    if client.page and found:
        return together.page(found, answer, names, client)
    if not found:
        return headline.several(answer, names, client, room), []
    few = room if len(shown) <= _MOST_TO_PRESS else Room(min(room.rows, _PLAIN))
    numbers = headline.several(answer, names, client, few)
    body, more = together.preview(
        found, answer, names, client, room, lambda a, row: _why(a, row, answer, client)
    )
    return [*body, *numbers], more


def _section(
    a: MeasureAnswer, answer: Answer, names: Names, client: Client, most: int, *, alone: bool
) -> tuple[list[Element], list[Element]]:
    head = _head(a, answer.question, alone=alone)
    found = a.rows or ()
    if a.no_data or not found:
        return [container(head, separator=not alone)], []
    shown = found[:most]
    body = [*head, tables.listing(a, shown, answer.question, names, lambda row: _why(a, row, answer, client))]
    more: list[Element] = []
    if len(found) > len(shown):
        kind = rows.plural(rows.subject(a.measure, found[0]))
        body.append(
            text(
                f"These are the first {number(len(shown))} of {number(len(found))}.",
                subtle=True,
                size="Small",
            )
        )
        whole = answer.question.but(measures=(a.measure,))
        name = "" if alone else f": {phrases.title(a.measure)}"
        more.append(
            buttons.turn_page(
                f"Show all {counted(len(found), kind if alone else '')}{name}", whole, client, 1
            )
        )
    return [container(body, separator=not alone)], more


def _head(a: MeasureAnswer, question: Question, *, alone: bool) -> list[Element]:
    if a.no_data:
        return [
            text(f"{phrases.title(a.measure)}: no data", bold=True),
            text(a.no_data, subtle=True, spacing="None"),
        ]
    rag = phrases.colour(a.rag)
    colour = RAG_COLOURS[a.rag] if a.rag else "default"
    line = ", ".join(
        p for p in (phrases.whole(a), rag.lower(), phrases.target(a) if a.target is not None else "") if p
    )
    change = phrases.change(a, question)
    out = [text(line if alone else f"{phrases.title(a.measure)}: {line}", bold=True, colour=colour)]
    if change:
        out.append(text(upper(change.text), subtle=True, spacing="None"))
    if doubt := phrases.doubt(a):
        out.append(text(f"It could be {doubt}.", colour="warning", spacing="None"))
    return out


def _page(
    a: MeasureAnswer, answer: Answer, names: Names, client: Client
) -> tuple[list[Element], list[Element]]:
    found = a.rows or ()
    last = (len(found) + PAGE - 1) // PAGE
    page = min(client.page, last)
    first = (page - 1) * PAGE
    shown = found[first : first + PAGE]
    words = f"{number(first + 1)} to {number(first + len(shown))} of {number(len(found))}"
    which = text(f"Page {page} of {last}", subtle=True)
    head = columns([("stretch", [text(words, bold=True)]), ("auto", [which])])
    body = [head, tables.listing(a, shown, answer.question, names, lambda row: None)]
    turns = [buttons.turn_page("First rows only", answer.question, client, 0)] if page == 1 else []
    if page > 1:
        turns.append(buttons.turn_page("Previous page", answer.question, client, page - 1))
    if page < last:
        turns.append(buttons.turn_page("Next page", answer.question, client, page + 1))
    return body, turns


def _why(a: MeasureAnswer, row: Row, answer: Answer, client: Client) -> Element | None:
    step = drill.why(answer.question, a, row)
    return buttons.open_(f"Why is {row['child_id']} here?", step, answer.question, client) if step else None


def _actions(answer: Answer, names: Names, client: Client) -> list[Element]:
    question = answer.question
    slugs = tuple(a.measure for a in answer.answers if not (a.no_data or a.elsewhere))
    if not slugs or len(slugs) > _MOST_TOGETHER:
        return headline.actions(answer, names, client)[len(buttons.back(client)) :]
    out = []
    if split := drill.breakdown(question.but(measures=slugs), names):
        out.append(buttons.open_(split[0], split[1], question, client))
    if all(phrases.of(s).kind == "Backlog" for s in slugs):
        changed = question.but(show="changes", order=None, limit=None)
        out.append(buttons.open_("What changed?", changed, question, client))
    return [*out, headline.how_counted(answer, client)]
