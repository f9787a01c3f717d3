"""The index: every measure on one page, and the rules they share."""

from __future__ import annotations

from kpi_engine import targets, working_days
from kpi_engine.answering.words import said
from kpi_engine.handbook.pages import GENERATED
from kpi_engine.handbook.words import FAMILY_TITLES, anchor
from kpi_engine.ledger import STATUSES
from kpi_engine.measures import CATALOGUE, FAMILIES

STATUS_WORDS = {
    "done_in_time": "done on or before the due date",
    "done_late": "done after it",
    "lapsed": "ended on or before the due date without being done: no duty arose, and no rate counts it",
    "missed": "ended after the due date without being done: counts as not in time",
    "overdue": "not done, not ended, and the due date is before the as-at date",
    "due": "not done, not ended, and the due date is the as-at date or later",
}
OPENING = "What every number means, why it matters, how it is counted and where its limits come from."
SHARED = """\
Every number has an as-at date; nothing dated after it exists. A week is Monday to Sunday. The day something starts is
day 0; ten working days end on the tenth working day after it. Working days leave out Saturdays, Sundays and the bank
holidays of England, {first} to {last}. Months are calendar months, cut to the end of a short month. A due date in days
or months that falls on a weekend stays there. A limit has the value that was in force on the day its clock started.

A child is counted once: looked after, else on a child protection plan, else in need. What is open belongs to whoever
holds the child on the as-at date, what is done to whoever held it when it fell due (or was done, if that was earlier).

Percentages and averages have one decimal, halves rounded away from nought."""


def index() -> str:
    """README.md of the handbook."""
    plan = targets.shipped()
    out = ["# Handbook", "", GENERATED, "", OPENING, ""]
    shared = SHARED.format(first=working_days.FIRST_YEAR, last=working_days.LAST_YEAR)
    out += ["## Counting", "", shared, ""]
    out += [
        "## The ledger",
        "",
        "Every duty with a date is one row. Its state on the as-at date is one of:",
        "",
    ]
    out += ["| state | meaning |", "| --- | --- |"]
    out += [f"| {name.replace('_', ' ')} | {STATUS_WORDS[name]} |" for name in STATUSES]
    out += ["", "## Targets", "", _targets(plan)]
    out += ["", "## Measures", ""]
    for family in FAMILIES:
        out += [
            f"### {FAMILY_TITLES[family]}",
            "",
            "| measure | name in the data | kind |",
            "| --- | --- | --- |",
        ]
        out += [
            f"| [{m.title}]({family}.md#{anchor(m.title)}) | `{m.slug}` | {m.kind} |"
            for m in CATALOGUE.values() if m.family == family
        ]  # fmt: skip
        out.append("")
    return "\n".join(out).rstrip() + "\n"


def _targets(plan: targets.Targets) -> str:
    words = (
        f"The targets are those of the {plan.plan}; where it gives no number there is a local default. A target "
        "applies from its date; the last one on or before the as-at date is in force."
    )
    if plan.trajectory is None:
        return words
    return f"{words} The first baseline of the CIN trajectory is {said(plan.trajectory.baselines[0])}."
