"""Words that the pages share: kinds of measure, families, links, and why each measure matters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

from kpi_engine.measure import Average, Backlog, Flow, Measure, Rate, Share, Stock

FAMILY_TITLES = {
    "front_door": "Front door", "assessment": "Assessment", "child_in_need": "Children in need",
    "child_protection": "Child protection", "looked_after": "Children in care", "care_leavers": "Care leavers",
    "court": "Court", "private_fostering": "Private fostering", "fostering_adoption": "Fostering and adoption",
    "workforce": "Workforce", "quality": "Quality",
}  # fmt: skip
KINDS: dict[type[Measure], str] = {
    Backlog: "Backlog: what should have happened by the as-at date and has not.",
    Rate: "Rate: done in time divided by done in time, late, missed and overdue.",
    Stock: "Stock: a count on the as-at date.",
    Flow: "Flow: a count of what happened in the period.",
    Share: "Share: a proportion.",
    Average: "Average: a mean.",
}
STEMS = ("_overdue", "_in_time")


@cache
def _why() -> dict[str, Mapping[str, str]]:
    found: dict[str, Mapping[str, str]] = yaml.safe_load(
        resources.files(__package__).joinpath("why.yaml").read_text("utf-8")
    )
    return found


def why(wanted: Measure) -> Mapping[str, str]:
    """`matters` and `beware` of a measure, under its own name or its subject's. Raises KeyError if there is none."""
    known = _why()
    if wanted.slug in known:
        return known[wanted.slug]
    stem = next((wanted.slug.removesuffix(s) for s in STEMS if wanted.slug.endswith(s)), wanted.slug)
    return known[stem]


def subjects() -> set[str]:
    """Every name in why.yaml."""
    return set(_why())


def anchor(title: str) -> str:
    """The anchor that a heading gets on the page."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def percent(wanted: Measure) -> str:
    return "%" if isinstance(wanted, Rate | Share) else ""
