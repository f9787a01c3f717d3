"""Headline: the number, large, with all it must not travel without; several measures as one table."""

from __future__ import annotations

from bot.cards import buttons, drill, tables
from bot.cards.client import Client
from bot.cards.elements import RAG_COLOURS, Element, columns, facts, text
from bot.cards.frame import Parts, Room
from bot.wording import phrases, sentences
from bot.wording.names import Names
from bot.wording.plain import counted, shorten, span, upper
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.question import AUTHORITY, Question

_PRESSABLE, _COMFORTABLE = 12, 5
"""Rooms smaller than these have no place for a question on every line, or for every line."""
_MOST_LINES = 45
_MOST_TOGETHER = 6
_MOST_LETTERS = 900


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """One measure large, or a table of several."""
    question = answer.question
    title = sentences.topic([a.measure for a in answer.answers]) or "Nothing to count"
    body: list[Element] = []
    if len(answer.answers) == 1:
        body += number(answer.answers[0], question)
    elif answer.answers:
        body += several(answer, names, client, room)
    return Parts(title, sentences.reading(question, names), body, actions(answer, names, client))


def number(a: MeasureAnswer, question: Question) -> list[Element]:
    """The number with denominator, colour word, target, change, bounds, four weeks and year to date."""
    if a.no_data or a.elsewhere:
        return [text("No data" if a.no_data else "Not held here", size="ExtraLarge", bold=True),
                text(a.no_data or phrases.elsewhere(a))]  # fmt: skip
    rag = phrases.colour(a.rag)
    colour = RAG_COLOURS[a.rag] if a.rag else "default"
    detail = phrases.denominator(a) or (
        "" if phrases.of(a.measure).counts == "%" else phrases.of(a.measure).counts
    )
    change = phrases.change(a, question)
    goal = phrases.target(a)
    beside = [text(detail)] if detail else []
    beside.append(
        text(f"{rag}, {goal}" if rag else goal, bold=bool(rag), colour=colour, subtle=not rag, spacing="None")
    )
    if change:
        beside.append(text(upper(change.text), spacing="None"))
    big = text(phrases.now(a), size="ExtraLarge", bold=True, colour=colour)
    body = [columns([("auto", [big]), ("stretch", beside)])]
    if doubt := phrases.doubt(a):
        body.append(text(f"It could be {doubt}.", colour="warning"))
    return [*body, *facts(_beside(a))]


def _beside(a: MeasureAnswer) -> list[tuple[str, str]]:
    measure = phrases.of(a.measure)
    pairs = [("Counted over", span(a.period))] if a.period else []
    if not a.suppressed:
        pairs += [("Last four weeks", phrases.part(a.last_4_weeks, measure)),
                  ("Year to date", phrases.part(a.year_to_date, measure))]  # fmt: skip
    return [(k, v) for k, v in pairs if v]


def several(answer: Answer, names: Names, client: Client, room: Room) -> list[Element]:
    """Measures as a table; below it what a table cannot hold: missing data, doubt, what is held elsewhere."""
    question = answer.question

    def press(a: MeasureAnswer) -> Element | None:
        if room.rows < _COMFORTABLE or (room.rows < _PRESSABLE and a.rag in (None, "green")):
            return None
        return buttons.open_(phrases.title(a.measure), leg(question, a, names), question, client)

    held = [a for a in answer.answers if not a.elsewhere]
    nought = [a for a in held if question.show == "list" and a.value == 0]
    held = [a for a in held if a not in nought]
    shown = held[: _MOST_LINES if room.rows >= _COMFORTABLE else 3 * room.rows]
    body = [tables.measures(shown, question, press)] if shown else []
    if len(held) > len(shown):
        body.append(
            text(
                f"and {counted(len(held) - len(shown), 'more measures')}: ask for them by name.", subtle=True
            )
        )
    notes = [phrases.in_short("Nothing to list", nought)]
    notes += [f"{phrases.title(a.measure)}: {a.no_data}" for a in answer.answers if a.no_data]
    notes += [f"{phrases.title(a.measure)}: {phrases.elsewhere(a)}" for a in answer.answers if a.elsewhere]
    notes += [f"{phrases.title(a.measure)} could be {d}." for a in answer.answers if (d := phrases.doubt(a))]
    said = [text(shorten(n, _MOST_LETTERS), subtle=True, size="Small", spacing="Small") for n in notes if n]
    return [*body, *said[: room.rows]]


def leg(question: Question, a: MeasureAnswer, names: Names) -> Question:
    """One leg of an umbrella on its own: its list where rows may be seen, else its number."""
    alone = question.but(measures=(a.measure,), show="headline", by=None, limit=None)
    return drill.who(alone, (a.measure,), names) or alone


def actions(answer: Answer, names: Names, client: Client) -> list[Element]:
    """Back, the list, the split by what lies below, the trend, how it is counted.

    A card of many measures has none of these for all of them at once: its lines lead on.
    """
    question = answer.question
    if len(answer.answers) > _MOST_TOGETHER:
        return buttons.back(client)
    slugs = tuple(a.measure for a in answer.answers if not (a.no_data or a.elsewhere))
    out = buttons.back(client)
    if slugs:
        if listed := drill.who(question, slugs, names):
            out.append(buttons.open_("Show the list", listed, question, client))
        if split := drill.breakdown(question.but(measures=slugs), names):
            out.append(buttons.open_(split[0], split[1], question, client))
        if question.show != "trend":
            trend = question.but(
                show="trend", measures=slugs[:3], by="week", period=None, order=None, limit=None
            )
            out.append(buttons.open_("Trend", trend, question, client))
    elif question.unit != AUTHORITY and any(a.elsewhere for a in answer.answers):
        whole = question.but(show="headline", unit=AUTHORITY, units=(), worker=None, by=None, limit=None)
        out.append(buttons.open_(f"Number for {names.unit(AUTHORITY.id)}", whole, question, client))
    if answer.answers:
        out.append(how_counted(answer, client))
    return out


def how_counted(answer: Answer, client: Client) -> Element:
    """The rule behind the number, in a message of its own."""
    question = answer.question
    explained = question.but(
        show="explain", worker=None, child=None, period=None, filters=(), by=None, order=None, limit=None
    )
    return buttons.ask("How is it counted?", explained, client)
