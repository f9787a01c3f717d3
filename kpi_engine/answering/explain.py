"""How a measure is counted: definition, rule with its limits and sources, population, target, colours."""

from __future__ import annotations

from datetime import date

from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.answering.words import listed, said
from kpi_engine.figures import default_period
from kpi_engine.measure import Average, Backlog, Measure, Rate, Share
from kpi_engine.rules_in_words import RULES
from kpi_engine.targets.plan import Steps

POPULATION_WORDS = {
    "on_cp_plan": "children on a child protection plan of this authority",
    "looked_after": "looked-after children under 18, short breaks left out",
    "cin": (
        "CIN cases: children under 18 with an open episode who are neither on a child protection plan nor "
        "looked after"
    ),
    "cin_plan": "children with an open child in need plan",
    "open_episodes": "open episodes of need",
    "assessments_open": "assessments started, not authorised, whose case has not closed",
}


def explain(asked: Asked) -> Answer:
    """Sentences only; no numbers of anybody."""
    answers = [MeasureAnswer(m.slug, unit=m.counts, sentences=sentences(asked, m)) for m in asked.measures]
    return Answer("answered", asked.question, tuple(answers), data=asked.engine.stamp)


def sentences(asked: Asked, wanted: Measure) -> tuple[str, ...]:
    """The definition, then everything needed to defend the number."""
    out = [wanted.definition]
    for clock in getattr(wanted, "clocks", ()):
        out += _rule(asked, clock)
    out.append(_counting(wanted))
    if isinstance(wanted, Backlog) and wanted.population in POPULATION_WORDS:
        out.append(f"It is counted of {POPULATION_WORDS[wanted.population]}.")
    out.append(_target(asked, wanted))
    span = default_period(wanted, asked.question.as_at)
    if span is not None:
        out.append(f"When no period is named: {said(span.first)} to {said(span.last)}.")
    return tuple(line for line in out if line)


def _rule(asked: Asked, clock: str) -> list[str]:
    rule, limits = RULES[clock], asked.engine.world.limits
    out = [rule.sentence]
    for name in rule.limits:
        limit = limits[name]
        words = limit.words(asked.question.as_at)
        out.append(f"{words[0].upper()}{words[1:]}: {limit.source} ({limit.kind}).")
    if any(limits[name].in_working_days for name in rule.limits):
        out.append(
            "Working days leave out Saturdays, Sundays and England's bank holidays; the day of the start is day 0."
        )
    return out


def _counting(wanted: Measure) -> str:
    if isinstance(wanted, Backlog) and wanted.clocks:
        return "Overdue means the due date is before the as-at date and it has not happened; due today is not overdue."
    if isinstance(wanted, Rate):
        which = "fell due in the period" if wanted.basis == "due" else "happened in the period"
        return (
            f"In time divided by all that {which}: in time, late"
            f"{', missed and still overdue' if wanted.basis == 'due' else ''}. "
            "With none, the answer is none, not 0 or 100."
        )
    if isinstance(wanted, Share | Average):
        return "With nothing to divide by, the answer is none, not 0."
    return ""


def _target(asked: Asked, wanted: Measure) -> str:
    targets, as_at = asked.engine.targets, asked.question.as_at
    trajectory = targets.trajectory
    if trajectory is not None and trajectory.measure == wanted.slug:
        base = trajectory.baseline_on(as_at)
        since = f" from the baseline of {said(base)}" if base else ""
        return (
            f"Target ({trajectory.work_stream}): {trajectory.wording}{since}, to a floor of "
            f"{trajectory.floor_percent:g}% of it; a team's share is by its share of the baseline."
        )
    told = targets.targets.get(wanted.slug)
    if told is None:
        return "" if wanted.good_is == "neutral" else "There is no target."
    origin = "local default" if told.work_stream == "local" else f"{targets.plan}, {told.work_stream}"
    words = "; ".join(part for part in (told.wording, listed(_steps(wanted, told.steps))) if part)
    own = next((unit for unit in asked.engine.path(asked.question.unit.id) if told.by_unit.get(unit)), None)
    if own is not None:
        name = asked.engine.units[own].name
        words = "; ".join(
            part for part in (words, f"of {name}: {listed(_steps(wanted, told.by_unit[own]))}") if part
        )
    return f"Target ({origin}): {words or 'down every week'}."


def _steps(wanted: Measure, steps: Steps) -> list[str]:
    percent = "%" if isinstance(wanted, Rate | Share) else ""
    return [f"{v:g}{percent}" + ("" if d == date.min else f" from {said(d)}") for d, v in steps]
