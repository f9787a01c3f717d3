"""What a reading took for granted, and what else the same words could have meant: the one-tap corrections.

Taken for granted is what nobody said: the unit, the period, the aspect; a typing error's right word; a choice made
before. Each gets its nearest alternatives as ready questions, the first of every kind before the second of any.
Pure: whether somebody may ask them is decided where they are offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import chain, zip_longest

from bot.understanding import wording
from bot.understanding.context import value_of
from bot.understanding.draft import PERIOD_SLUGS, Env
from bot.understanding.reading import Choice, Reading, Word
from bot.understanding.spelling import others
from bot.understanding.subjects import subject_of
from bot.understanding.times import last_weeks, rolling_months, year_start
from bot.understanding.timing import default_period
from kpi_engine.measures import in_catalogue_order
from kpi_engine.question import ALL, Period, Question

NUMBERS = (
    "headline",
    "list",
    "compare",
    "trend",
    "coming_up",
    "changes",
    "benchmark",
    "forecast",
    "briefing",
)
DATED = ("headline", "list", "compare", "benchmark")
MOST_TYPOS = 2


def corrections(reading: Reading, env: Env, text: str, again: Callable[[str], Reading]) -> tuple[Choice, ...]:
    """The other questions that the message could have been, nearest first; none where nothing was taken for granted.

    text: the cleaned message.  again: reads a message with another word in it, without corrections of its own.
    """
    question = reading.question
    if reading.outcome != "answered" or question is None or reading.talk or reading.term:
        return ()
    kinds = [
        _choices_left(reading),
        _units(question, reading, env),
        _aspects(question, reading, env),
        _periods(question, reading, env),
        _typos(reading, env, text, again),
    ]
    inside = chain.from_iterable(zip_longest(*kinds))
    found: dict[Question, Choice] = {}
    for choice in inside:
        if choice is not None and choice.question != question:
            found.setdefault(choice.question, choice)
    return tuple(found.values())


def typos(words: Iterable[Word]) -> list[Word]:
    """The corrected words that mean something: those whose wrong reading would change the answer."""
    return [w for w in words if w.read_as and w.taken_as not in ("ignorable", "talk", "not answered", "show")]


def _choices_left(reading: Reading) -> list[Choice]:
    """The other choices of an ambiguity that an earlier choice settled."""
    if not reading.remembered or reading.question is None:
        return []
    taken = value_of(reading.ambiguity, reading.question)
    return [c for c in reading.choices if value_of(reading.ambiguity, c.question) != taken]


def _typos(reading: Reading, env: Env, text: str, again: Callable[[str], Reading]) -> list[Choice]:
    """What else a mistyped word could have been: another unit or worker, or another word of ours."""
    question, vocabulary = reading.question, env.vocabulary
    assert question is not None
    out: list[Choice] = []
    for word in typos(reading.words)[:MOST_TYPOS]:
        if word.taken_as == "unit" and not question.units:
            near = [u for u in vocabulary.nearest_units(word.read_as) if u != question.unit.id][:2]
            out += [Choice(vocabulary.unit_name(u), question.but(unit=vocabulary.unit(u))) for u in near]
        elif word.taken_as == "worker" and question.worker:
            for worker_id in vocabulary.nearest_workers(word.read_as)[:3]:
                team = vocabulary.workers[worker_id].team_id
                if worker_id != question.worker and team:
                    other = question.but(worker=worker_id, unit=vocabulary.unit(team))
                    out.append(Choice(str(vocabulary.workers[worker_id].name), other))
        elif word.text in text and " " not in word.text:
            for candidate in others(word.text.lower(), word.read_as):
                found = again(text.replace(word.text, candidate, 1))
                if found.outcome == "answered" and found.question is not None and not found.talk:
                    out.append(Choice(wording.label(found.question, vocabulary), found.question))
    return out


def _units(question: Question, reading: Reading, env: Env) -> list[Choice]:
    """Mine, the service, the authority, where no unit was said."""
    if question.show not in NUMBERS or question.units or question.worker or question.child:
        return []
    if {"unit", "worker", "child", "choice"} & reading.said:
        return []
    path = [u for u in env.vocabulary.path(question.unit.id) if u != question.unit.id]
    services = [u for u in path if u in env.vocabulary.units and u != ALL]
    wanted = [env.listener.own_unit.id, env.listener.default_unit.id, *services[:1], ALL]
    out = []
    for unit_id in dict.fromkeys(wanted):
        if unit_id != question.unit.id:
            other = _without_rows(question.but(unit=env.vocabulary.unit(unit_id)), env)
            out.append(Choice(wording.whose(other, env.vocabulary), other))
    return [Choice(c.label[:1].upper() + c.label[1:], c.question) for c in out[:2]]


def _without_rows(question: Question, env: Env) -> Question:
    """A list where rows may be seen, else its number: a button is never a refusal."""
    allowed = env.listener.row_units
    if question.show != "list" or allowed is None or question.unit.id in allowed:
        return question
    return question.but(show="headline", order=None, limit=None)


def _aspects(question: Question, reading: Reading, env: Env) -> list[Choice]:
    """Overdue and in time, where neither was said."""
    if "aspect" in reading.said or question.show not in ("headline", "list", "compare", "trend"):
        return []
    subject = subject_of(question.measures)
    if subject is None or not subject.overdue or not subject.in_time:
        return []
    out = []
    if set(question.measures) != set(subject.overdue):
        late = question.but(measures=in_catalogue_order(subject.overdue), period=None)
        if question.show == "trend":
            late = late.but(period=question.period)
        elif question.period is not None and "period" in reading.said:
            late = late.but(as_at=min(question.period.last, question.as_at))
        out.append(Choice("Overdue", late))
    if set(question.measures) != set(subject.in_time):
        slugs = in_catalogue_order(subject.in_time)
        show = "headline" if question.show == "list" else question.show
        timely = question.but(measures=slugs, show=show, filters=_kept(question))
        if question.show == "list":
            timely = timely.but(order=None, limit=None)
        if question.period is None and show != "trend":
            timely = timely.but(period=default_period(slugs, question.as_at))
        out.append(Choice("In time", timely))
    return out


def _kept(question: Question) -> tuple[tuple[str, int | str], ...]:
    """Filters that a share in time can have: days overdue are none of them."""
    return tuple((name, value) for name, value in question.filters if not name.startswith("days_overdue"))


def _periods(question: Question, reading: Reading, env: Env) -> list[Choice]:
    """Other periods, where none was said and a number is of a period."""
    if {"period", "now", "choice"} & reading.said or question.period is None:
        return []
    day = env.as_at
    options: Sequence[tuple[str, Period]] = ()
    if question.show in DATED and all(s in PERIOD_SLUGS for s in question.measures):
        options = (
            ("Last 4 weeks", last_weeks(day, 4)),
            ("Year to date", Period(year_start(day), day)),
            ("Last week", last_weeks(day, 1)),
        )
    elif question.show == "trend":
        options = (
            ("Last 12 months", rolling_months(day, 12)),
            ("Year to date", Period(year_start(day), day)),
        )
    elif question.show == "coming_up":
        first = day + timedelta(days=1)
        options = tuple(
            (f"Next {weeks} weeks", Period(first, day + timedelta(days=7 * weeks))) for weeks in (2, 4)
        )
    return [Choice(label, question.but(period=p)) for label, p in options if p != question.period][:2]
