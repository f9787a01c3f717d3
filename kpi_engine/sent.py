"""Figures that were sent: what a briefing or another post told, figure by figure, so that it can be told apart from
what is counted later. Numbers only: no child and no worker is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpi_engine.figures import default_period, needs_period
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Period

TOLD_BY = ("briefing", "headline")
"""Shows whose figures are statements about a closed time. What falls due next is work to come, and no such figure."""


@dataclass(frozen=True)
class SentFigure:
    """A figure as it was sent: the measure of a unit, as at a day, over a period (None = as at that day)."""

    measure: str
    unit_id: str
    as_at: date
    period: Period | None
    value: float | None
    of: float | None = None

    @property
    def key(self) -> tuple[str, str, date, date]:
        """What the figure is of, whatever its number: two posts that tell of one thing have one key."""
        if self.period is None:
            return self.measure, self.unit_id, self.as_at, self.as_at
        return self.measure, self.unit_id, self.period.first, self.period.last

    def to_json(self) -> dict[str, Any]:
        return {
            "measure": self.measure, "unit": self.unit_id, "as_at": self.as_at.isoformat(),
            "period": self.period.to_json() if self.period else None, "value": self.value, "of": self.of,
        }  # fmt: skip

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> SentFigure:
        period = Period.from_json(told["period"]) if told["period"] else None
        as_at = date.fromisoformat(told["as_at"])
        return cls(told["measure"], told["unit"], as_at, period, told["value"], told["of"])


def figures_in(answer: Mapping[str, Any]) -> tuple[SentFigure, ...]:
    """The figures of an answer JSON (contract.md) that was posted: of a whole unit, without filters; of a correction
    notice the figures as it corrects them. Empty for any other answer."""
    if "corrections" in answer:
        return tuple(SentFigure.from_json(each["now"]) for each in answer["corrections"])
    asked = answer.get("understood")
    if answer.get("outcome") != "answered" or not asked or asked["show"] not in TOLD_BY:
        return ()
    if asked["worker"] or asked["child"] or asked["filters"] or asked.get("units") or asked["by"]:
        return ()
    return tuple(_figures(answer, asked["unit"]["id"], date.fromisoformat(asked["as_at"]), asked["period"]))


def _figures(
    answer: Mapping[str, Any], unit_id: str, as_at: date, period: Mapping[str, str] | None
) -> Iterator[SentFigure]:
    for line in (answer.get("briefing") or {}).get("table") or ():
        if line["measure"] in CATALOGUE and not line.get("suppressed"):
            own = default_period(CATALOGUE[line["measure"]], as_at)
            yield SentFigure(line["measure"], unit_id, as_at, own, line["value"], line["of"])
    for part in answer.get("answers") or ():
        if (
            part["measure"] not in CATALOGUE
            or part.get("no_data")
            or part.get("elsewhere")
            or part.get("suppressed")
        ):
            continue
        told = Period.from_json(part["period"]) if part["period"] else None
        when = as_at
        if period and not needs_period(CATALOGUE[part["measure"]]):
            when = min(as_at, date.fromisoformat(period["to"]))  # a past period asked of a number of a date
        yield SentFigure(part["measure"], unit_id, when, told, part["value"], part["of"])
