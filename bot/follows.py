"""A measure that a person follows: what is asked, when they are told, and on which side it was last seen.

Kept as a wish of bot.store.subscriptions (kind "follow", subject = measure, unit and condition): a measure is
told of when it crosses the condition, and once more when it is back, never in between. What was seen is the
extract's id, whose order is the order of extracts, so that an older one never undoes what a newer one said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.store.subscriptions import Subscription
from kpi_engine.answer import MeasureAnswer
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import Question, UnitRef, make_filters

FOLLOW = "follow"
COLOURS = ("red", "amber", "green")
VALUES = ("above", "at_least", "below", "at_most")


@dataclass(frozen=True)
class Follow:
    """measure: a slug.  when: a colour ("amber": amber or red) or one of VALUES, which has a value.

    is_over: whether the condition held when it was last seen.  seen: the id of the extract it was seen in, ""
    for one that was never looked at.
    """

    measure: str
    unit: UnitRef
    when: str
    value: float | None = None
    worker: str | None = None
    filters: tuple[tuple[str, int | str], ...] = ()
    is_over: bool = False
    seen: str = ""

    @property
    def subject(self) -> str:
        """What tells one thing followed from another: one person follows it once."""
        parts = [self.measure, self.unit.id, self.when]
        if self.value is not None:
            parts.append(f"{self.value:g}")
        if self.worker:
            parts.append(f"worker={self.worker}")
        parts += [f"{name}={value}" for name, value in self.filters]
        return " ".join(parts)

    def question(self, as_at: date) -> Question:
        """What is asked of an extract to see where the measure stands."""
        return Question(
            "headline", (self.measure,), unit=self.unit, as_at=as_at, worker=self.worker, filters=self.filters
        )

    def holds(self, part: MeasureAnswer) -> bool | None:
        """Whether the condition holds for the measure's answer; None where nobody can tell."""
        if part.no_data or part.elsewhere or part.suppressed or part.withheld:
            return None
        if self.when in COLOURS:
            if part.rag is None:
                return None
            return part.rag == self.when or (self.when == "amber" and part.rag == "red")
        if part.value is None or self.value is None:
            return None
        return {
            "above": part.value > self.value,
            "at_least": part.value >= self.value,
            "below": part.value < self.value,
            "at_most": part.value <= self.value,
        }[self.when]

    def seeing(self, is_over: bool, extract: str) -> Follow:
        """The same, seen in an extract."""
        return replace(self, is_over=is_over, seen=extract)

    def to_json(self) -> dict[str, Any]:
        return {
            "measure": self.measure, "unit": self.unit.to_json(), "when": self.when, "value": self.value,
            "worker": self.worker, "filters": dict(self.filters), "is_over": self.is_over, "seen": self.seen,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Follow:
        """The reverse of to_json; raises KeyError, TypeError or ValueError for what is none."""
        unit = value["unit"]
        found = cls(
            measure=value["measure"], unit=UnitRef(unit["kind"], unit["id"]), when=value["when"],
            value=value.get("value"), worker=value.get("worker"), filters=make_filters(value.get("filters") or {}),
            is_over=bool(value.get("is_over")), seen=value.get("seen") or "",
        )  # fmt: skip
        if found.measure not in CATALOGUE or found.when not in (*COLOURS, *VALUES):
            raise ValueError(json.dumps(found.subject))
        return found


def followed(wish: Subscription) -> Follow | None:
    """What a wish follows; None for a wish of another kind and for one that cannot be followed any more."""
    if wish.kind != FOLLOW:
        return None
    try:
        return Follow.from_json(wish.wanted)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
