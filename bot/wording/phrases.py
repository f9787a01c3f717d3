"""Phrases about one measure's number: the value, its colour as a word, target, change, doubt.

Every function gives text for a sentence or a table cell, the same words in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.wording.plain import counted, day, day_of, inside, number, upper
from kpi_engine.answer import Figure, Group, MeasureAnswer, Rag
from kpi_engine.measure import Measure
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question

COLOUR_WORDS: dict[Rag, str] = {"green": "Green", "amber": "Amber", "red": "Red"}
FEWER_THAN_SIX = "fewer than 6"
WITHHELD = "not shown (a number below 6 would follow from it)"
_CAPITALS = ("cp", "cin", "lac", "pep", "sdq")
_DURATIONS = ("months", "weeks", "days")


def of(slug: str) -> Measure:
    """The measure behind a slug of an answer."""
    return CATALOGUE[slug]


def title(slug: str) -> str:
    """How a card heads the measure; a slug that the catalogue does not know is shown as it is."""
    return CATALOGUE[slug].title if slug in CATALOGUE else slug.replace("_", " ")


def amount(value: float, measure: Measure) -> str:
    """A value with the unit that cannot be left off: "92.3%", "5.2 months", "7"."""
    if measure.counts == "%":
        return f"{number(value)}%"
    if measure.counts in _DURATIONS:
        return counted(value, measure.counts)
    return number(value)


def nothing(measure: Measure) -> str:
    """What an empty denominator is called: never 0%, never 100%."""
    return "none due" if measure.kind == "Rate" else "none to count"


def figure(
    value: float | None,
    of_: float | None,
    measure: Measure,
    *,
    suppressed: bool = False,
    withheld: bool = False,
) -> str:
    """The shortest true form of a number: value, "none due", "fewer than 6", "not shown" or "no data"."""
    if suppressed:
        return WITHHELD if withheld else FEWER_THAN_SIX
    if value is not None:
        return amount(value, measure)
    return nothing(measure) if of_ == 0 else "no data"


def now(a: MeasureAnswer) -> str:
    """The measure's number for a table cell."""
    if a.no_data:
        return "no data"
    if a.elsewhere:
        return "not held here"
    return figure(a.value, a.of, of(a.measure), suppressed=a.suppressed, withheld=a.withheld)


def out_of(value: float | None, of_: float | None, met: float | None, measure: Measure) -> str:
    """The denominator: "36 of 39", "of 40 children", or "" where there is none to say."""
    if not of_ or value is None:
        return ""
    if measure.counts == "%":
        return f"{number(met)} of {number(of_)}" if met is not None else f"of {number(of_)}"
    if measure.kind == "Backlog":
        return f"of {counted(of_, measure.counts)}"
    if measure.kind == "Average":
        return f"from {number(of_)}" if measure.counts in _DURATIONS else ""
    return ""


def denominator(a: MeasureAnswer) -> str:
    """`out_of` of an answer; nothing that would give a suppressed number away."""
    return "" if a.suppressed else out_of(a.value, a.of, a.met, of(a.measure))


def whole(a: MeasureAnswer) -> str:
    """The number with its denominator: "7 of 40 children", "92.3% (36 of 39)", "none due"."""
    detail = denominator(a)
    if not detail or a.no_data or a.elsewhere:
        return now(a)
    return f"{now(a)} {detail}" if detail.startswith("of ") else f"{now(a)} ({detail})"


def colour(rag: Rag | None) -> str:
    """The colour as a word, "" when the number has none."""
    return COLOUR_WORDS[rag] if rag else ""


def target(a: MeasureAnswer) -> str:
    """ "target 95%", or "no target"."""
    return "no target" if a.target is None else f"target {amount(a.target, of(a.measure))}"


@dataclass(frozen=True)
class Change:
    """A change since last time: `text` for a sentence, `short` for a table cell, `is_` the judgement."""

    text: str
    short: str
    is_: Literal["better", "worse", ""]


def change(a: MeasureAnswer, question: Question) -> Change | None:
    """The change since a week (or a period) before; None where either number is missing."""
    if a.value is None or a.previous is None or a.suppressed:
        return None
    return change_between(a.value, a.previous, of(a.measure), earlier(a, question))


def change_between(value: float, previous: float, measure: Measure, since: str) -> Change:
    """The change from `previous` to `value`; `since` says when that was ("than a week before")."""
    moved = round(value - previous, 1)
    if not moved:
        then = since.removeprefix("than ").removeprefix("in ")
        return Change(f"no change from {then}", "no change", "")
    size = _size(abs(moved), measure)
    up = moved > 0
    how = ("higher" if up else "lower") if _is_level(measure) else ("more" if up else "fewer")
    is_: Literal["better", "worse", ""] = ""
    if measure.good_is != "neutral":
        is_ = "better" if up == (measure.good_is == "high") else "worse"
    judged = f" ({is_})" if is_ else ""
    arrow = "↑" if up else "↓"
    return Change(f"{size} {how} {since}{judged}", f"{arrow} {size} {is_}".strip(), is_)


def _is_level(measure: Measure) -> bool:
    """Percentages, averages and a net change go up and down; counts become more and fewer."""
    return measure.counts == "%" or measure.kind == "Average" or measure.slug == "cin_net_change"


def _size(moved: float, measure: Measure) -> str:
    if measure.counts == "%":
        return counted(moved, "points")
    return counted(moved, measure.counts) if measure.counts in _DURATIONS else number(moved)


def earlier(a: MeasureAnswer, question: Question) -> str:
    """What the previous number is compared with: "than a week before", "than in the week before".

    A measure that looks back twelve months by itself is compared with itself a week before.
    """
    rolling = question.period is None and of(a.measure).default_period == "last_12_months"
    return "than a week before" if a.period is None or rolling else f"than in the {day_of(a.period)} before"


def doubt(a: MeasureAnswer) -> str:
    """The bounds where data is doubtful: "between 2 and 4, because ..."; "" when the number is certain."""
    if a.bounds is None or a.suppressed or a.bounds[0] == a.bounds[1]:
        return ""
    low, high = sorted(a.bounds)
    measure = of(a.measure)
    return f"between {amount(low, measure)} and {amount(high, measure)}, because some records are doubtful"


def part(f: Figure | None, measure: Measure) -> str:
    """The last four weeks or the year to date: "91.2% (52 of 57)"; "" when not given."""
    if f is None:
        return ""
    detail = out_of(f.value, f.of, f.met, measure)
    text = figure(f.value, f.of, measure)
    return f"{text} ({detail})" if detail else text


def with_something(groups: Sequence[Group], measure: Measure) -> tuple[tuple[Group, ...], str]:
    """The groups that have anything to count, and one sentence that names those that have nothing.

    0 of nobody is no achievement: it is neither drawn nor coloured.
    """
    empty = [g for g in groups if g.of == 0 and not g.value and not g.suppressed]
    held = tuple(g for g in groups if g not in empty)
    label = "None held" if measure.kind == "Backlog" else upper(nothing(measure))
    return held, f"{label}: {', '.join(g.name for g in empty)}." if empty else ""


def in_short(label: str, answers: Sequence[MeasureAnswer]) -> str:
    """Many numbers in one sentence: "On target (green): CIN unallocated 0, PEPs overdue 0 (↓ 2 better)."."""
    said: list[str] = []
    for a in answers:
        moved = ""
        if a.value is not None and a.previous is not None and not a.suppressed:
            moved = change_between(a.value, a.previous, of(a.measure), "").short
        name = title(a.measure)
        detail = f" ({moved})" if moved not in ("", "no change") else ""
        said.append(f"{inside(name) if said else name} {now(a)}{detail}")
    return f"{label}: {', '.join(said)}." if said else ""


def overdue_noun(measure: Measure) -> str | None:
    """What is overdue, for a sentence: "CP visits" of "CP visits overdue"; None for other titles."""
    stem = measure.title.removesuffix(" overdue")
    return inside(stem) if stem != measure.title else None


def in_time_noun(measure: Measure) -> str | None:
    """What was in time, for a sentence: "CP visits" of "CP visits in time"; None for other titles."""
    stem = measure.title.removesuffix(" in time")
    return inside(stem) if stem != measure.title and not stem.endswith("concluded") else None


_CASE_TYPES = {"LAC": "looked after", "CP": "on a CP plan", "CIN": "CIN only"}
_CATEGORIES = {
    "NEG": "neglect", "PHY": "physical abuse", "SAB": "sexual abuse", "EMO": "emotional abuse",
    "MUL": "multiple categories",
}  # fmt: skip


def filters(question: Question) -> list[str]:
    """Every filter of the question in words, so that none is applied unseen."""
    chosen = question.filter_map
    out: list[str] = []
    if "days_overdue_min" in chosen:
        out.append(f"{counted(float(chosen['days_overdue_min']), 'days')} overdue or more")
    if "days_overdue_max" in chosen:
        out.append(f"{counted(float(chosen['days_overdue_max']), 'days')} overdue or less")
    low, high = chosen.get("age_min"), chosen.get("age_max")
    if low is not None and high is not None:
        out.append(f"aged {low} to {high}")
    elif low is not None:
        out.append(f"aged {low} or over")
    elif high is not None:
        out.append(f"aged {high} or under" if high else "aged under 1")
    if "case_type" in chosen:
        code = str(chosen["case_type"])
        out.append(_CASE_TYPES.get(code, code))
    if "category" in chosen:
        code = str(chosen["category"])
        out.append(f"category {_CATEGORIES.get(code, code)}")
    for name, words in (("legal_status", "legal status"), ("placement_type", "placement type")):
        if name in chosen:
            out.append(f"{words} {chosen[name]}")
    return out


def as_at(question: Question) -> str:
    """ "as at Sun 15 Nov 2026"; a past period asked of a number of a date means as at its last day."""
    period = question.period
    return f"as at {day(period.last if period and period.last < question.as_at else question.as_at)}"


def is_of_a_date(slug: str) -> bool:
    """Whether the measure is counted on a day (a backlog, a stock), not over a period."""
    measure = of(slug)
    return measure.kind in ("Backlog", "Stock") or getattr(measure, "on", "") == "as_at"


def clock(name: str) -> str:
    """What a clock is about: "core group", "CP visit", "pre-proceedings"."""
    words = [w.upper() if w in _CAPITALS else w for w in name.split("_") if w]
    return " ".join(words).replace("pre proceedings", "pre-proceedings")


def due_noun(measure: Measure) -> str:
    """What falls due: "CP visits"; "CIN plans" of a backlog whose title says how long it has been."""
    if noun := overdue_noun(measure):
        return noun
    clocks = getattr(measure, "clocks", ())
    if not clocks:
        return inside(measure.title)
    one = clock(clocks[0])
    return one if one.endswith("s") else f"{one}s"


def elsewhere(a: MeasureAnswer) -> str:
    """Where a population is held that the unit does not hold, with the authority's number."""
    told = a.extra.get("authority")
    if not a.elsewhere or not told:
        return a.elsewhere or ""
    whole_ = MeasureAnswer(a.measure, told.get("value"), told.get("of"), unit=a.unit)
    return f"{a.elsewhere} The whole authority: {whole(whole_)}."
