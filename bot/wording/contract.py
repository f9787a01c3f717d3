"""A managed service against its contract as text, and the phrases its card shares with it."""

from __future__ import annotations

from bot.wording import phrases
from bot.wording.names import Names
from bot.wording.plain import counted, listed, number
from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.measures import CATALOGUE


def say(answer: Answer, names: Names) -> list[str]:
    """What it meets, whom it is compared with, then a line for each measure, off target first."""
    if not answer.answers:
        return []
    return [opening(answer, names), against_whom(answer, names), *(f"- {line(a)}" for a in answer.answers)]


def opening(answer: Answer, names: Names) -> str:
    """How many targets are met, and on how many measures it is better or worse than the others."""
    coloured = [a for a in answer.answers if a.rag]
    counts = {rag: sum(a.rag == rag for a in coloured) for rag in ("green", "amber", "red")}
    start = f"{names.unit(answer.question.unit.id)} against contract, {phrases.as_at(answer.question)}"
    met = f"{number(counts['green'])} of {counted(len(coloured), 'targets')} met"
    near = f"{number(counts['amber'])} amber, {number(counts['red'])} red"
    return f"{start}: {met}, {near}. {beside(answer)}".rstrip()


def beside(answer: Answer) -> str:
    """Better on so many measures than the other teams, worse on so many."""
    told = [a.extra["contract"] for a in answer.answers]
    better, worse = (sum(one["better"] is way for one in told) for way in (True, False))
    if not better and not worse:
        return ""
    return f"Better than the other teams on {counted(better, 'measures')}, worse on {number(worse)}."


def against_whom(answer: Answer, names: Names) -> str:
    """Which teams the others are."""
    told = [a.extra["contract"]["others"] for a in answer.answers if a.extra["contract"]["others"]]
    if not told:
        return "No other team does the same work, so there is nothing to compare it with."
    teams = names_in_order(told, names)
    if all(one["same_kind"] for one in told):
        return f"Compared with the other teams of its kind together: {listed(teams)}."
    return f"No other team is of its kind; each measure is beside the teams that hold such cases: {listed(teams)}."


def names_in_order(told: list[dict[str, list[str]]], names: Names) -> list[str]:
    """The teams' names, each once."""
    return sorted({names.unit(team) for one in told for team in one["teams"]})


def line(a: MeasureAnswer) -> str:
    """ "Assessments in time: 84.6% (11 of 13), red, target 100% (plan); 90% 12 weeks before; others 92.1%"."""
    told = a.extra["contract"]
    goal = f"{phrases.target(a)} ({told['target_of']})" if a.target is not None else ""
    first = ", ".join(p for p in (phrases.whole(a), phrases.colour(a.rag).lower(), goal) if p)
    return f"{phrases.title(a.measure)}: {'; '.join(p for p in (first, trend(a), others(a)) if p)}"


def trend(a: MeasureAnswer) -> str:
    """Where it stood at the first of the last weeks, and what the control chart says."""
    known = [p for p in a.points or () if p.value is not None]
    if len(known) < 2 or known[0].value is None:
        return ""
    weeks = round((known[-1].date - known[0].date).days / 7)
    was = f"{phrases.amount(known[0].value, CATALOGUE[a.measure])} {counted(weeks, 'weeks')} before"
    told = a.extra.get("signal") or {}
    words = {
        "better": ", a signal for the better",
        "worse": ", a signal for the worse",
        "change": ", a signal",
    }
    return was + words.get(told.get("sense") or "", "")


def others(a: MeasureAnswer) -> str:
    """The others' number, the difference, and between what it could lie where the numbers are small."""
    told = a.extra["contract"]
    theirs = told["others"]
    if theirs is None or told["difference"] is None:
        return ""
    there = MeasureAnswer(a.measure, theirs["value"], theirs["of"], theirs["met"], a.unit)
    return f"others {phrases.whole(there)}, {difference(a)}"


def difference(a: MeasureAnswer) -> str:
    """ "7.5 points worse (with one child more or less 15 worse to 0.2 better)"."""
    told = a.extra["contract"]
    if told["difference"] is None:
        return "not compared"
    out = _apart(a, told["difference"], told["difference_in"])
    if told["bounds"]:
        low, high = (_apart(a, bound, "") for bound in told["bounds"])
        out += f" (few to count: with one more or fewer, {low} to {high})"
    return out


def _apart(a: MeasureAnswer, by: float, what: str) -> str:
    if not by:
        return "level"
    measure = CATALOGUE[a.measure]
    size = f"{number(abs(by))} {what}".strip()
    if measure.good_is == "neutral":
        return f"{size} {'higher' if by > 0 else 'lower'}"
    return f"{size} {'better' if (by > 0) == (measure.good_is == 'high') else 'worse'}"


def in_briefing(told: dict[str, object]) -> str:
    """A managed service's line in a briefing."""
    start = (
        f"{told['name']} against contract: {_int(told['met'])} of {counted(_int(told['of']), 'targets')} met"
    )
    furthest = told.get("furthest")
    behind = f", furthest behind on {phrases.title(str(furthest))}" if furthest else ""
    return (
        f"{start}; better than the other teams on {counted(_int(told['better']), 'measures')}, worse on "
        f"{number(_int(told['worse']))}{behind}."
    )


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value
