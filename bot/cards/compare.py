"""Compare: teams, services or workers side by side, worst first, each line a way further down."""

from __future__ import annotations

from bot.cards import buttons, drill, headline, tables
from bot.cards.charts import draw
from bot.cards.client import Client
from bot.cards.elements import RAG_COLOURS, Cell, Column, Element, table, text
from bot.cards.frame import Parts, Room
from bot.cards.spec import Bar, Bars
from bot.wording import phrases, sentences
from bot.wording.names import Names
from bot.wording.plain import number, shorten
from kpi_engine.answer import Answer, Group, MeasureAnswer
from kpi_engine.question import Question

_MOST_BARS = 12
_MOST_MEASURES = 4
_MOST_LETTERS = 40
_MOST_NAMES = 400
PAGE = 20


def parts(answer: Answer, names: Names, client: Client, room: Room) -> Parts:
    """One measure: bars and table. Several: a table each, no bars (they would not fit a phone)."""
    question = answer.question
    drawn = [a for a in answer.answers if not (a.no_data or a.elsewhere)]
    body: list[Element] = []
    more: list[Element] = []
    for a in drawn[:_MOST_MEASURES]:
        alone = len(drawn) == 1
        section, turns = _section(a, answer, names, client, room, alone=alone)
        body += section
        more += turns
    if len(drawn) > _MOST_MEASURES:
        rest = [phrases.title(a.measure) for a in drawn[_MOST_MEASURES:]]
        body.append(text(f"Ask for one of the others alone: {', '.join(rest)}.", subtle=True))
    body += tables.without_number(answer, names, room)
    title = sentences.topic([a.measure for a in answer.answers])
    actions = [*buttons.back(client), *more, *([headline.how_counted(answer, client)] if drawn else [])]
    return Parts(title, sentences.reading(question, names), body, actions)


def _section(
    a: MeasureAnswer, answer: Answer, names: Names, client: Client, room: Room, *, alone: bool
) -> tuple[list[Element], list[Element]]:
    groups, none = phrases.with_something(a.groups or (), phrases.of(a.measure))
    total = _total(a, answer, names)
    body: list[Element] = [] if alone else [text(phrases.title(a.measure), bold=True, spacing="Medium")]
    body.append(text(total, bold=alone))
    without = [text(shorten(none, _MOST_NAMES), subtle=True, size="Small")] if none else []
    if not groups:
        return [*body, text("There is nothing to compare."), *without], []
    page = client.page if alone else 0
    most = max(room.rows, 1) if alone else max(room.rows // 2, 1)
    first = min((page - 1) * PAGE, (len(groups) - 1) // PAGE * PAGE) if page else 0
    shown = groups[first : first + (PAGE if page else most)]
    chart = bars(a, shown)
    if alone and chart.bars and not page:
        body.append(draw(chart, client, room))
    body.append(_table(a, shown, answer.question, names, client))
    body += without
    turns: list[Element] = []
    if len(shown) < len(groups):
        body.append(
            text(
                f"{number(first + 1)} to {number(first + len(shown))} of {number(len(groups))}.",
                subtle=True,
                size="Small",
            )
        )
        alone_question = answer.question.but(measures=(a.measure,))
        if not page:
            turns.append(buttons.turn_page(f"Show all {number(len(groups))}", alone_question, client, 1))
        else:
            here = first // PAGE + 1
            if here > 1:
                turns.append(buttons.turn_page("Previous page", alone_question, client, here - 1))
            if first + PAGE < len(groups):
                turns.append(buttons.turn_page("Next page", alone_question, client, here + 1))
    return body, turns


def _total(a: MeasureAnswer, answer: Answer, names: Names) -> str:
    whole = phrases.whole(a)
    colour = phrases.colour(a.rag).lower()
    goal = phrases.target(a) if a.target is not None else ""
    return f"{names.unit(answer.question.unit.id)}: {', '.join(p for p in (whole, colour, goal) if p)}"


def _table(
    a: MeasureAnswer, shown: tuple[Group, ...], question: Question, names: Names, client: Client
) -> Element:
    measure = phrases.of(a.measure)
    lines = []
    for g in shown:
        step = drill.into(question.but(measures=(a.measure,)), g, names)
        press = buttons.open_(g.name, step, question, client) if step else None
        value = phrases.figure(g.value, g.of, measure, suppressed=g.suppressed, withheld=g.withheld)
        colour = phrases.colour(g.rag)
        of_ = "" if g.suppressed or not g.of else number(g.of)
        lines.append([
            Cell(shorten(g.name, _MOST_LETTERS), press=press),
            Cell(f"{value} {colour}".strip(), RAG_COLOURS[g.rag] if g.rag else "default", bold=bool(g.rag)),
            Cell(of_, subtle=True),
        ])  # fmt: skip
    by = (question.by or "team").capitalize()
    return table([Column(by, 4), Column("Now", 3), Column("Out of", 2)], lines)


def bars(a: MeasureAnswer, shown: tuple[Group, ...]) -> Bars:
    """The bars of those that have a number; what is suppressed or has none due is in the table alone."""
    known = [g for g in shown if g.value is not None and not g.suppressed][:_MOST_BARS]
    measure = phrases.of(a.measure)
    goals = {g.target for g in known}
    goal = goals.pop() if len(goals) == 1 else None
    named = ", ".join(f"{g.name} {phrases.amount(g.value or 0, measure)}" for g in known)
    drawn = tuple(Bar(g.name, float(g.value or 0), g.rag) for g in known)
    alt = f"Bar chart of {measure.title}: {named}."
    return Bars(measure.title, measure.counts, drawn, goal, alt)
