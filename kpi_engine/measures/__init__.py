"""The catalogue: every measure, in the order of spec/measures.md.

One file per family; families never import each other.
"""

from __future__ import annotations

from dataclasses import replace

from kpi_engine.errors import Unknown
from kpi_engine.measure import Measure
from kpi_engine.measures import (
    assessment,
    care_leavers,
    child_in_need,
    child_protection,
    court,
    fostering_adoption,
    front_door,
    looked_after,
    private_fostering,
    quality,
    workforce,
)  # fmt: skip

FAMILIES = {
    "front_door": front_door, "assessment": assessment, "child_in_need": child_in_need,
    "child_protection": child_protection, "looked_after": looked_after, "care_leavers": care_leavers,
    "court": court, "private_fostering": private_fostering, "fostering_adoption": fostering_adoption,
    "workforce": workforce, "quality": quality,
}  # fmt: skip

CATALOGUE: dict[str, Measure] = {
    measure.slug: replace(measure, family=family)
    for family, module in FAMILIES.items()
    for measure in module.MEASURES
}
"""Every measure by slug, in catalogue order."""

ORDER = {slug: place for place, slug in enumerate(CATALOGUE)}


def measure(slug: str) -> Measure:
    """The measure of that slug; raises Unknown, naming it, if there is none."""
    try:
        return CATALOGUE[slug]
    except KeyError:
        raise Unknown(f"There is no measure called {slug!r}.") from None


def in_catalogue_order(slugs: object) -> tuple[str, ...]:
    """The slugs, each once, in catalogue order."""
    return tuple(sorted(set(slugs), key=ORDER.__getitem__))  # type: ignore[call-overload]
