"""A number beside the published ones: England, Outer London, statistical neighbours."""

from __future__ import annotations

from kpi_engine.answer import Answer, MeasureAnswer
from kpi_engine.answering.asked import Asked
from kpi_engine.measure import Measure


def benchmark(asked: Asked) -> Answer:
    """The headline with the published figures of the same thing beside it."""
    return asked.answer(_one(asked, m) for m in asked.measures)


def _one(asked: Asked, wanted: Measure) -> MeasureAnswer:
    found = asked.headline(wanted)
    if found.no_data or found.elsewhere:
        return found
    return MeasureAnswer(
        wanted.slug,
        unit=wanted.counts,
        no_data=f"Nothing is published that {wanted.title} could be set beside.",
    )
