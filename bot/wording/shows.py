"""An answer as text, one function per `show`: complete, plain, its first line fit for a notification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.wording import briefing, contract, phrases, rows, sentences
from bot.wording.figures import extra_lines
from bot.wording.names import Names
from bot.wording.plain import counted, day, lines, listed, moment, number, span
from kpi_engine.answer import Answer, MeasureAnswer, Point, Row
from kpi_engine.measure import Measure
from kpi_engine.question import CHARACTERISTIC_FILTERS, Question, Show

MOST_ROWS = 100
"""Rows that a text answer spells out; the JSON holds all, and a text that stops says how many more."""


def say(answer: Answer, names: Names) -> str:
    """The whole answer as plain text, paragraphs one a line. Same answer, same names: same text."""
    body = _SHOWS[answer.question.show](answer, names)
    return lines([answer.note or "", *body, freshness(answer)])


def summary(answer: Answer, names: Names) -> str:
    """The first line of `say`: what a phone shows without opening the chat."""
    return say(answer, names).split("\n", 1)[0]


def freshness(answer: Answer) -> str:
    """Which data the answer rests on; only said with a card's footer and under texts that carry numbers."""
    show, data = answer.question.show, answer.data
    if data is None or show in ("help", "explain"):
        return ""
    loaded = f", loaded {moment(data.loaded_at)}" if data.loaded_at else ""
    start = f"Data to {day(data.as_at)}{loaded}."
    if show in ("briefing", "quality") or not data.findings:
        return start
    return f'{start} {counted(data.findings, "data problems")} found: ask "what is wrong with our data?".'


def nothing(answer: Answer) -> str:
    """Said when an answer holds no measure at all: "no data" is never dressed up as nought."""
    return (
        "There is no data for this question." if answer.outcome == "no_data" else "There is nothing to count."
    )


def _headline(answer: Answer, names: Names) -> list[str]:
    first = sentences.merged(answer.answers, answer.question, names)
    if first:
        return [first, *(sentences.leg(a, answer.question) for a in answer.answers)]
    return [sentences.full(a, answer.question, names) for a in answer.answers] or [nothing(answer)]


def _list(answer: Answer, names: Names) -> list[str]:
    question = answer.question
    first = sentences.merged(answer.answers, question, names)
    many = len(answer.answers) > 1
    out = [first]
    for a in answer.answers:
        head = sentences.leg(a, question) if first else sentences.full(a, question, names)
        out.append(head)
        out += _row_lines(a, a.rows or (), answer, names)
        if not many or a.rows is not None:
            hidden = rows.not_shown(a, answer.held_back, question.limit)
            if many and hidden == 0:
                continue  # what is held back is of another leg
            out.append(rows.held_back(answer.held_back, names, hidden, some_shown=bool(a.rows)))
    if not answer.answers and answer.outcome == "no_data":
        out.append(nothing(answer))
    elif not answer.answers:
        out.append(f"Nothing is overdue {sentences.where(question, names)} ({phrases.as_at(question)}).")
    return out


def _row_lines(a: MeasureAnswer, found: tuple[Row, ...], answer: Answer, names: Names) -> list[str]:
    one_team = answer.question.unit.kind == "team"
    shown = []
    for row in found[:MOST_ROWS]:
        words = rows.words(a.measure, row, names, answer.question.as_at)
        shown.append(f"- {(replace(words, team='') if one_team else words).line}")
    if len(found) > MOST_ROWS:
        shown.append(f"- and {number(len(found) - MOST_ROWS)} more")
    return shown


def _trend(answer: Answer, names: Names) -> list[str]:
    out = []
    for a in answer.answers:
        points = a.points or ()
        out.append(sentences.full(a, answer.question, names) if a.value is not None or not points
                   else f"{phrases.title(a.measure)} {sentences.where(answer.question, names)}.")  # fmt: skip
        measure = phrases.of(a.measure)
        hidden = hides_small_points(answer)
        out += a.sentences  # what the control chart says of the points
        out += [f"- {day(p.date)}: {point(p, measure, hidden=hidden)}" for p in points]
    return out


def hides_small_points(answer: Answer) -> bool:
    """Whether a point without number and denominator is a small one that is not shown (rights.md 4)."""
    return bool(CHARACTERISTIC_FILTERS & set(answer.question.filter_map))


def point(p: Point, measure: Measure, *, hidden: bool) -> str:
    """One point's number in words."""
    small = hidden and p.value is None and p.of is None
    return phrases.figure(p.value, p.of, measure, suppressed=small, withheld=p.withheld)


def _compare(answer: Answer, names: Names) -> list[str]:
    out = []
    for a in answer.answers:
        out.append(sentences.full(a, answer.question, names))
        measure = phrases.of(a.measure)
        held, none = phrases.with_something(a.groups or (), measure)
        for g in held:
            value = phrases.figure(g.value, g.of, measure, suppressed=g.suppressed, withheld=g.withheld)
            detail = "" if g.suppressed else phrases.out_of(g.value, g.of, None, measure)
            parts = [p for p in (value, detail, phrases.colour(g.rag).lower()) if p]
            out.append(f"- {g.name}: {', '.join(parts)}")
        out.append(none)
    return out


_MANY_LEGS = 4
"""With more measures than this, those with nothing due are named in one line at the end."""


def _coming_up(answer: Answer, names: Names) -> list[str]:
    question = answer.question
    when = f"in {span(question.period)}" if question.period else "soon"
    out = []
    nothing_due: list[str] = []
    brief = len(answer.answers) > _MANY_LEGS
    for a in answer.answers:
        if brief and (a.elsewhere or (a.value == 0 and not a.suppressed)):
            nothing_due.append(phrases.due_noun(phrases.of(a.measure)))
            continue
        if a.no_data or a.elsewhere:
            out.append(sentences.core(a, question, names))
            continue
        noun = phrases.due_noun(phrases.of(a.measure))
        count = a.value if a.value is not None else float(len(a.rows or ()))
        start = counted(count, noun) if count else f"No {noun}"
        start = f"{phrases.now(a).capitalize()} {noun}" if a.suppressed else start
        out.append(
            f"{start} {'falls' if count == 1 else 'fall'} due {sentences.where(question, names)} {when}."
        )
        out += _row_lines(a, a.rows or (), answer, names)
    if nothing_due:
        out.append(f"Nothing due {sentences.where(question, names)} {when}: {listed(nothing_due)}.")
    return [*out, rows.held_back(answer.held_back, names, None)]


def _forecast(answer: Answer, names: Names) -> list[str]:
    """The number now, what is expected, by what method. The engine's sentences say what `extra` holds."""
    out = []
    for a in answer.answers:
        out += [sentences.full(a, answer.question, names), *a.sentences]
        measure = phrases.of(a.measure)
        for p in a.points or ():
            goal = f", target {phrases.amount(p.target, measure)}" if p.target is not None else ""
            out.append(f"- {day(p.date)}: expected {phrases.figure(p.value, p.of, measure)}{goal}")
    return out


def _benchmark(answer: Answer, names: Names) -> list[str]:
    """The number, the published figures beside it, and where they come from."""
    out = []
    for a in answer.answers:
        out.append(sentences.full(a, answer.question, names))
        out += extra_lines(a)
        out += a.sentences
    return out


def _explain(answer: Answer, names: Names) -> list[str]:
    out = []
    for a in answer.answers:
        out.append(f"{phrases.title(a.measure)}: how it is counted.")
        out += a.sentences
    return out


def _why(answer: Answer, names: Names) -> list[str]:
    out = []
    whom = answer.question.child or sentences.reading(answer.question, names)
    for a in answer.answers:
        out.append(f"{phrases.title(a.measure)}, {whom}:")
        out += a.sentences or ((a.no_data,) if a.no_data else ())
        out += () if a.sentences else _row_lines(a, a.rows or (), answer, names)
    return out


def _changes(answer: Answer, names: Names) -> list[str]:
    out = []
    for a in answer.answers:
        out.append(changes_sentence(a, answer, names))
        for heading, found in (("Came on:", a.came_on), ("Came off:", a.came_off)):
            if found:
                out += [heading, *_row_lines(a, found, answer, names)]
    return [*out, rows.held_back(answer.held_back, names, None)]


def since(question: Question) -> str:
    """What changes are counted from: "last week", or the first day of the period."""
    return day(question.period.first) if question.period else "last week"


def came_and_went(a: MeasureAnswer) -> tuple[int | None, int | None]:
    """How many came on and how many came off, also where their rows may not be shown; None = not known."""
    on, off = (None if found is None else len(found) for found in (a.came_on, a.came_off))
    if a.stayed is not None and not a.suppressed:
        on = on if a.value is None else max(on or 0, round(a.value) - a.stayed)
        off = off if a.previous is None else max(off or 0, round(a.previous) - a.stayed)
    return on, off


def changes_sentence(a: MeasureAnswer, answer: Answer, names: Names) -> str:
    """ "CP visits overdue in CSWT 1 since last week: 3 came on, 1 came off, 4 stayed (7 now)."."""
    if a.no_data or a.elsewhere:
        return sentences.core(a, answer.question, names)
    on, off = came_and_went(a)
    moved = [f"{number(n)} came {way}" for n, way in ((on, "on"), (off, "off")) if n is not None]
    if a.stayed is not None:
        moved.append(f"{number(a.stayed)} stayed")
    period = answer.question.period
    stood = f"on {day(period.first - timedelta(days=1))}" if period else "then"
    was = f"{number(a.previous)} {stood}" if a.previous is not None else ""
    now = ", ".join(p for p in (f"{phrases.now(a)} now", was) if p)
    place = sentences.where(answer.question, names)
    if a.came_on is None and a.came_off is None and a.stayed is None:
        return sentences.full(a, answer.question, names)
    start = f"{phrases.title(a.measure)} {place} since {since(answer.question)}"
    return f"{start}: {', '.join(moved)} ({now})." if moved else f"{start}: {now}."


def _quality(answer: Answer, names: Names) -> list[str]:
    found = answer.findings
    total = answer.data.findings if answer.data else len(found or ())
    if found is None:
        return [f"{counted(total, 'data problems')} found." if total else "No data problems were found."]
    place = sentences.where(answer.question, names)
    if not found:
        return [f"No data problems were found {place}; {number(total)} were found in all."
                if total else f"No data problems were found {place}."]  # fmt: skip
    out = [f"{counted(len(found), 'data problems')} found {place}."]
    out += [f"- {rows.finding(f, names)}" for f in found[:MOST_ROWS]]
    if len(found) > MOST_ROWS:
        out.append(f"- and {number(len(found) - MOST_ROWS)} more")
    return out


def _help(answer: Answer, names: Names) -> list[str]:
    return list(HELP)


def _briefing(answer: Answer, names: Names) -> list[str]:
    return briefing.say(answer.briefing or {}, answer, names)


HELP = (
    "I answer questions about your team's performance: numbers, lists, trends, what falls due, by what rule.",
    "You can ask, for example:",
    "- How are we doing?",
    "- Which CP conferences are overdue?",
    "- What falls due this week?",
    "- Who has the most overdue visits?",
    "- CIN cases over the last 13 weeks",
    "- How are LAC visits counted?",
    'Then follow up: "and in another team?", "why is the first one on there?", "what changed?".',
    "Lists of children and workers are shown only to those who hold them. I know children by their id alone.",
)

_SHOWS: Mapping[Show, Callable[[Answer, Names], list[str]]] = {
    "headline": _headline, "list": _list, "trend": _trend, "compare": _compare, "coming_up": _coming_up,
    "forecast": _forecast, "benchmark": _benchmark, "explain": _explain, "why": _why,
    "briefing": _briefing, "contract": contract.say, "changes": _changes, "quality": _quality, "help": _help,
}  # fmt: skip
