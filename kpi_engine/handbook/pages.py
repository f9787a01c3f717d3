"""One page: the measures of a family, each with everything needed to defend its number."""

from __future__ import annotations

from collections.abc import Sequence

from kpi_engine import targets as target_file
from kpi_engine import timescales
from kpi_engine.answering.explain import POPULATION_WORDS
from kpi_engine.answering.words import listed, said
from kpi_engine.benchmarks import BENCHMARKS, PUBLICATION
from kpi_engine.handbook.examples import Example, of_measure
from kpi_engine.handbook.words import FAMILY_TITLES, KINDS, percent, why
from kpi_engine.measure import Average, Backlog, Flow, Measure, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE
from kpi_engine.rules_in_words import RULES
from kpi_engine.timescales import UNIT_WORDS

PERIODS = {
    "as_at": "It is counted on the as-at date.",
    "last_week": "When no period is named: the last complete week, Monday to Sunday.",
    "last_month": "When no period is named: the last complete month.",
    "last_12_months": "When no period is named: the twelve months up to the as-at date, as a week holds too few.",
}  # fmt: skip
GENERATED = (
    "<!-- Made by `python -m kpi_engine.handbook docs/handbook`: change the definitions, not this page. -->"
)


def page(family: str, examples: Sequence[Example]) -> str:
    """The whole page as Markdown."""
    out = [f"# {FAMILY_TITLES[family]}", "", GENERATED, "", "[Handbook](README.md)", ""]
    for wanted in CATALOGUE.values():
        if wanted.family == family:
            out += _measure(wanted, examples)
    return "\n".join(out).rstrip() + "\n"


def _measure(wanted: Measure, examples: Sequence[Example]) -> list[str]:
    told = why(wanted)
    return [
        f"## {wanted.title}", "", f"`{wanted.slug}`", "",
        wanted.definition, "",
        f"**Why it matters.** {told['matters']}", "",
        *_counting(wanted), *_limits(wanted), *_target(wanted), *_published(wanted), *_example(wanted, examples),
        f"**What it needs.** {_needs(wanted)}", "",
        f"**Beware.** {told['beware']} {_doubt(wanted)}".rstrip(), "",
    ]  # fmt: skip


def _counting(wanted: Measure) -> list[str]:
    lines = [_kind(wanted), *(RULES[clock].sentence for clock in getattr(wanted, "clocks", ()))]
    if isinstance(wanted, Backlog):
        if wanted.clocks:
            lines.append("Due on the as-at date is not overdue.")
        if wanted.population in POPULATION_WORDS:
            lines.append(f"It is counted of {POPULATION_WORDS[wanted.population or '']}.")
        elif wanted.clocks:
            lines.append("It is counted of all that are open, due and overdue.")
    if isinstance(wanted, Rate):
        which = "fell due" if wanted.basis == "due" else "happened"
        lines.append(f"It is of what {which} in the period. With none, the answer is none due, not 0 or 100.")
    if isinstance(wanted, Share | Average):
        lines.append("With nothing to divide by, the answer is none, not 0.")
    lines.append(PERIODS[wanted.default_period])
    return [f"**How it is counted.** {' '.join(lines)}", ""]


def _kind(wanted: Measure) -> str:
    if isinstance(wanted, Backlog) and not wanted.clocks:
        return "Backlog: those among the ones it is counted of who should not be there."
    return KINDS[type(wanted)]


def _limits(wanted: Measure) -> list[str]:
    """Every limit of the measure's clocks, each value with the date from which it applies."""
    known = timescales.shipped()
    names = dict.fromkeys(name for clock in getattr(wanted, "clocks", ()) for name in RULES[clock].limits)
    if not names:
        return []
    out = ["| limit | what it is | since | kind | source |", "| --- | --- | --- | --- | --- |"]
    for name in names:
        limit = known[name]
        for since, value in limit.values:
            words = f"{value} {UNIT_WORDS[limit.unit]}{'' if value == 1 else 's'}"
            source = f"[{limit.source}]({limit.link})" if limit.link else limit.source
            cells = (words, limit.description, said(since), limit.kind, source)
            out.append(f"| {' | '.join(c.replace('|', '/') for c in cells)} |")
    local = any(known[name].family == "local_standards" for name in names)
    note = [
        "",
        "A local standard may be changed in `PERFBOT_HOME/local_standards.yaml`; a new value is added with its date.",
    ]
    return [*out, *(note if local else []), ""]


def _target(wanted: Measure) -> list[str]:
    plan = target_file.shipped()
    trajectory, told = plan.trajectory, plan.targets.get(wanted.slug)
    if trajectory is not None and trajectory.measure == wanted.slug:
        words = (
            f"{trajectory.wording}, from the baseline in force to a floor of {trajectory.floor_percent:g}% of it; a "
            f"team's share is by its share of the baseline ({plan.plan}, {trajectory.work_stream})."
        )
    elif told is None:
        words = "None: a volume has no colour." if wanted.good_is == "neutral" else "None."
    else:
        origin = (
            "a local default to change" if told.work_stream == "local" else f"{plan.plan}, {told.work_stream}"
        )
        steps = [f"{value:g}{percent(wanted)} from {said(since)}" for since, value in told.steps]
        by_kind = [f"{kind.replace('_', ' ')} {value:g}" for kind, value in told.by_team_kind.items()]
        parts = [told.wording, listed(steps), f"by kind of team: {listed(by_kind)}" if by_kind else ""]
        words = f"{'; '.join(p for p in parts if p)} ({origin})."
    amber = _amber(wanted) if told is not None and told.steps and wanted.good_is != "neutral" else ""
    return [f"**Target.** {words} {amber}".rstrip(), ""]


def _amber(wanted: Measure) -> str:
    """How near the target is amber."""
    near = target_file.shipped().amber
    if isinstance(wanted, Rate | Share):
        how = f"within {near.points:g} percentage points of it"
    elif isinstance(wanted, Backlog):
        how = (
            f"up to {near.backlog_percent:g}% of those it is counted of, and at least {near.backlog_least:g}"
        )
    else:
        share = {Stock: near.stock_percent, Flow: near.flow_percent}.get(type(wanted), near.average_percent)
        how = f"within {share:g}% of it"
    return f"Green meets it; amber is {how}; else red."


def _published(wanted: Measure) -> list[str]:
    told = BENCHMARKS.get(wanted.slug)
    if told is None:
        return []
    return [
        f"**Published.** {told.definition} {told.differs}".rstrip()
        + f" ({PUBLICATION}, table {told.table}.)",
        "",
    ]


def _example(wanted: Measure, examples: Sequence[Example]) -> list[str]:
    found = of_measure(wanted, examples)
    if not found:
        return ["**Worked example.** None yet.", ""]
    out = [f"**Worked example{'' if len(found) == 1 else 's'}.**", ""]
    for e in found:
        source = f"[{e.file}](../../tests/worked_cases/{e.file})"
        out.append(f"- *{e.name}* As at {said(e.as_at)}. {e.because} ({source})")
    return [*out, ""]


def _needs(wanted: Measure) -> str:
    tables = listed([f"`{name}`" for name in wanted.needs])
    if not tables:
        return "Nothing beyond the tables every extract holds."
    return f"{tables}. Without {'it' if len(wanted.needs) == 1 else 'them'} the answer is no data, never 0."


def _doubt(wanted: Measure) -> str:
    if (isinstance(wanted, Backlog) and wanted.clocks) or isinstance(wanted, Rate):
        return "Where dates are missing or impossible, the number carries its best and its worst."
    return ""
