"""Changes since last week: who came on, who came off, how many stayed."""

from __future__ import annotations

from bot.cards import buttons, drill, headline, tables
from bot.cards.client import Client
from bot.cards.elements import Element, columns, container, text
from bot.cards.frame import Parts, Room
from bot.wording import phrases, rows, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, number
from bot.wording.shows import came_and_went, changes_sentence, since
from kpi_engine.answer import Answer, MeasureAnswer, Row

_MOST_MEASURES = 4


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """Three counts a measure, and the rows that came on and came off."""
    question = answer.question
    moved = [a for a in answer.answers if a.came_on or a.came_off]
    still = [a for a in answer.answers if not (a.came_on or a.came_off)]
    each = max(room.rows // max(2 * min(len(moved), _MOST_MEASURES), 1), 1)
    body: list[Element] = []
    for a in moved[:_MOST_MEASURES]:
        body.append(
            container(
                _measure(a, answer, names, client, each, alone=len(answer.answers) == 1), separator=bool(body)
            )
        )
    told = moved[_MOST_MEASURES : _MOST_MEASURES + 2 * room.rows]
    for a in told:
        body.append(text(changes_sentence(a, answer, names)))
    body += [text(changes_sentence(a, answer, names), subtle=bool(moved)) for a in still[: room.rows]]
    left = max(len(moved) - _MOST_MEASURES - len(told), 0) + max(len(still) - room.rows, 0)
    if left:
        body.append(text(f"and {counted(left, 'more measures')}: ask for them by name.", subtle=True))
    if held := rows.held_back(answer.held_back, names, None):
        body.append(text(held, subtle=True))
    title = f"{sentences.topic([a.measure for a in answer.answers])}: changes since {since(question)}"
    actions = buttons.back(client)
    if listed := drill.who(question, tuple(a.measure for a in answer.answers), names):
        actions.append(buttons.open_("Show the whole list", listed, question, client))
    return Parts(
        title, sentences.reading(question, names), body, [*actions, headline.how_counted(answer, client)]
    )


def _measure(
    a: MeasureAnswer, answer: Answer, names: Names, client: Client, most: int, *, alone: bool
) -> list[Element]:
    on, off = came_and_went(a)
    counts = [("came on", on), ("came off", off), ("stayed", a.stayed)]
    out = [] if alone else [text(phrases.title(a.measure), bold=True)]
    big = [[text(number(n), size="ExtraLarge", bold=True), text(name, subtle=True, spacing="None")]
           for name, n in counts if n is not None]  # fmt: skip
    out.append(columns([("stretch", items) for items in big]))
    for name, found in (("Came on", a.came_on or ()), ("Came off", a.came_off or ())):
        if found:
            out += _rows(name, a, found, answer, names, client, most)
    return out


def _rows(
    name: str,
    a: MeasureAnswer,
    found: tuple[Row, ...],
    answer: Answer,
    names: Names,
    client: Client,
    most: int,
) -> list[Element]:
    def press(row: Row) -> Element | None:
        step = drill.why(answer.question, a, row)
        return buttons.open_(f"Why {row['child_id']}?", step, answer.question, client) if step else None

    out = [
        text(name, bold=True, spacing="Medium"),
        tables.listing(a, found[:most], answer.question, names, press),
    ]
    if len(found) > most:
        out.append(
            text(f"These are the first {number(most)} of {number(len(found))}.", subtle=True, size="Small")
        )
    return out
