"""Headline sentences: what a notification shows, and the first paragraph of every text answer."""

from __future__ import annotations

from collections.abc import Sequence

from bot.wording import phrases
from bot.wording.names import Names
from bot.wording.plain import counted, inside, listed, number, singular, span, upper
from kpi_engine.answer import MeasureAnswer
from kpi_engine.question import Question

_MOST_LEGS_IN_A_SENTENCE = 4
_MOST_TITLES = 3


def where(question: Question, names: Names) -> str:
    """Whose number it is: "in CSWT 1", "held by Asha Khan", "for C123", "in CSWT 1 and CSWT 2".

    A comparison's own number is that of the nearest common parent, so it bears the parent's name.
    """
    if question.child:
        return f"for {question.child}"
    if question.worker:
        return f"held by {names.worker(question.worker)}"
    if question.units and question.show != "compare":
        return f"in {listed(names.unit(u) for u in question.units)}"
    return f"in {names.unit(question.unit.id)}"


def time_of(a: MeasureAnswer, question: Question) -> str:
    """When the number holds: "in the week Mon 9 Nov to ...", or "as at Sun 15 Nov 2026"."""
    return f"in {span(a.period)}" if a.period else phrases.as_at(question)


def core(a: MeasureAnswer, question: Question, names: Names) -> str:
    """The number in one sentence, with its denominator, place and time; never 0 for what is not known."""
    measure = phrases.of(a.measure)
    place = where(question, names)
    if a.no_data:
        return missing(a)
    if a.elsewhere:
        return f"{phrases.title(a.measure)}: {phrases.elsewhere(a)}"
    narrowed = "".join(f", {words}" for words in phrases.filters(question))
    detail = phrases.denominator(a)
    late, good = phrases.overdue_noun(measure), phrases.in_time_noun(measure)
    value = a.value
    if a.suppressed:
        return f"{measure.title} {place}{narrowed}: {phrases.now(a)} ({time_of(a, question)})."
    if late and value is not None:
        verb = "is" if value == 1 else "are"
        if not value:
            size = f"{counted(a.of, measure.counts)}, " if a.of else ""
            return f"No {late} are overdue {place}{narrowed} ({size}{time_of(a, question)})."
        more = f", {detail}" if detail else ""
        return f"{counted(value, late)} {verb} overdue {place}{narrowed}{more} ({time_of(a, question)})."
    if good and value is not None:
        of_ = f" ({detail})" if detail else ""
        share = phrases.amount(value, measure)
        return f"{share} of {good} were in time {place}{narrowed} {time_of(a, question)}{of_}."
    if detail.startswith("of ") or value is None:
        return f"{measure.title} {place}{narrowed}: {phrases.whole(a)} ({time_of(a, question)})."
    if measure.counts != "%" and measure.kind != "Average":
        return (
            f"{measure.title} {place}{narrowed}: {counted(value, measure.counts)} ({time_of(a, question)})."
        )
    bracket = ", ".join(p for p in (detail, time_of(a, question)) if p)
    return f"{measure.title} {place}{narrowed}: {phrases.now(a)} ({bracket})."


def rating(a: MeasureAnswer) -> str:
    """Colour and target as a sentence: "Red against a target of 0."; "" where there is neither."""
    if a.target is None or a.no_data or a.elsewhere or a.suppressed:
        return ""
    goal = phrases.amount(a.target, phrases.of(a.measure))
    return f"{phrases.colour(a.rag)} against a target of {goal}." if a.rag else f"The target is {goal}."


def moved(a: MeasureAnswer, question: Question) -> str:
    """The change as a sentence, "" where it is not known."""
    change = phrases.change(a, question)
    return f"{upper(change.text)}." if change else ""


def beside(a: MeasureAnswer) -> list[str]:
    """What must travel with the number: bounds, the last four weeks, the year to date."""
    measure = phrases.of(a.measure)
    out = []
    if doubt := phrases.doubt(a):
        out.append(f"It could be {doubt}.")
    if not a.suppressed:
        for name, figure in (("Last four weeks", a.last_4_weeks), ("Year to date", a.year_to_date)):
            if words := phrases.part(figure, measure):
                out.append(f"{name}: {words}.")
    return out


def missing(a: MeasureAnswer) -> str:
    """That there is no data, once, and why: "PEPs overdue: no data. The extract does not hold local_peps."."""
    why = (a.no_data or "").removeprefix("No data: ")
    return f"{phrases.title(a.measure)}: no data. {why[:1].upper()}{why[1:]}"


def full(a: MeasureAnswer, question: Question, names: Names) -> str:
    """Everything about one measure's number, in a paragraph."""
    return " ".join(p for p in (core(a, question, names), rating(a), moved(a, question), *beside(a)) if p)


def leg(a: MeasureAnswer, question: Question) -> str:
    """One leg of an umbrella as a line under a merged sentence: "Title: 2 of 9 enquiries. Red ..."."""
    if a.no_data:
        return missing(a)
    if a.elsewhere:
        return f"{phrases.title(a.measure)}: {phrases.elsewhere(a)}"
    period = f" in {span(a.period)}" if a.period else ""
    start = f"{phrases.title(a.measure)}: {phrases.whole(a)}{period}."
    return " ".join(p for p in (start, rating(a), moved(a, question), *beside(a)) if p)


def merged(answers: Sequence[MeasureAnswer], question: Question, names: Names) -> str:
    """Several backlogs in one sentence: "2 initial and 1 review CP conference are overdue in CSWT 1 (...)".

    "" unless at least two of the answers are overdue numbers.
    """
    legs = [(a.value, noun) for a in answers if a.value is not None and not a.suppressed
            and (noun := phrases.overdue_noun(phrases.of(a.measure)))]  # fmt: skip
    if len(legs) < 2:
        return ""
    narrowed = "".join(f", {words}" for words in phrases.filters(question))
    place, when = f"{where(question, names)}{narrowed}", f"({phrases.as_at(question)})."
    end = f"{place} {when}"
    some = [(value, noun) for value, noun in legs if value]
    if not some:
        heads, tail = common_tail([noun for _, noun in legs[:_MOST_LEGS_IN_A_SENTENCE]])
        none_of = f"{listed(heads, 'or')} {tail}".strip()
        return f"No {none_of} are overdue {end}"
    if len(legs) > _MOST_LEGS_IN_A_SENTENCE:
        most = sorted(some, key=lambda leg: -leg[0])[:3]
        first = listed(counted(value, noun) for value, noun in most)
        kinds = counted(len(some), "kinds of duty")
        verb = "is" if len(some) == 1 else "are"
        waiting = sum(bool(a.value) and "unallocated" in a.measure for a in answers)
        held = (
            f" and {counted(waiting, 'kinds of case')} {'has' if waiting == 1 else 'have'} nobody allocated"
        )
        told = f"{'1 kind of duty' if len(some) == 1 else kinds} {verb} overdue{held if waiting else ''}"
        return f"{told} {end} Most: {first}."
    total = sum(value for value, _ in some)
    none = [noun for value, noun in legs if not value]
    rest = f", and no {listed(none, 'or')}" if none else ""
    return f"{upper(_with_common_tail(some))} {'is' if total == 1 else 'are'} overdue {place}{rest} {when}"


def _with_common_tail(legs: Sequence[tuple[float, str]]) -> str:
    """ "2 initial and 1 review CP conference": the words that all nouns end with are said once."""
    heads, tail = common_tail([noun for _, noun in legs])
    if not tail or len(legs) == 1:
        return listed(counted(value, noun) for value, noun in legs)
    said = listed(f"{number(value)} {head}" for (value, _), head in zip(legs, heads, strict=True))
    return f"{said} {singular(tail) if legs[-1][0] == 1 else tail}"


def common_tail(phrases_: Sequence[str]) -> tuple[list[str], str]:
    """What differs and what all end with: (["initial", "review"], "CP conferences"), or (all, "")."""
    split = [phrase.split() for phrase in phrases_]
    shared = 0
    while all(len(w) > shared + 1 for w in split) and len({w[-shared - 1] for w in split}) == 1:
        shared += 1
    if not shared:
        return list(phrases_), ""
    return [" ".join(w[:-shared]) for w in split], " ".join(split[0][-shared:])


def topic(slugs: Sequence[str]) -> str:
    """What an answer is about: the titles of its measures, common words once, at most three named."""
    titles = [phrases.title(s) for s in slugs]
    if len(titles) > _MOST_TITLES:
        return f"{titles[0]} and {counted(len(titles) - 1, 'more measures')}"
    if len(titles) < 2:
        return "".join(titles)
    heads, tail = common_tail([titles[0], *(inside(t) for t in titles[1:])])
    return f"{listed(heads)} {tail}".strip()


def reading(question: Question, names: Names) -> str:
    """How the question was understood, in one line: "CSWT 1, aged 4 or under, as at Sun 15 Nov 2026"."""
    parts = [_place(question, names), *phrases.filters(question)]
    if question.by:
        parts.append(f"by {question.by}")
    if question.limit:
        parts.append(f"first {question.limit}")
    dated = question.show != "coming_up" and all(phrases.is_of_a_date(s) for s in question.measures)
    spanned = question.period and not (dated and question.show not in ("trend", "changes"))
    parts.append(span(question.period) if question.period and spanned else phrases.as_at(question))
    return ", ".join(p for p in parts if p)


def _place(question: Question, names: Names) -> str:
    place = listed(names.unit(u) for u in question.units) if question.units else names.unit(question.unit.id)
    who = [names.worker(question.worker)] if question.worker else []
    return ", ".join([*([question.child] if question.child else []), *who, place])
