"""A question, exactly as the contract's `understood` JSON holds it.

A Question says what is asked and nothing about who asks: rights travel apart, in a Scope.
It is frozen and hashable, so the same question is the same key everywhere (cache, record, button).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args

Show = Literal[
    "headline", "list", "trend", "compare", "coming_up", "forecast", "explain", "why",
    "briefing", "benchmark", "changes", "quality", "contract", "help",
]  # fmt: skip
UnitKind = Literal["team", "service", "authority"]
By = Literal["team", "service", "worker", "week", "month"]
Order = Literal["worst", "best", "oldest", "newest"]

SHOWS: tuple[Show, ...] = get_args(Show)
ALL = "ALL"
"""The id of the authority as a unit (contract: `unit`)."""


@dataclass(frozen=True, order=True)
class Period:
    """First and last day, both included."""

    first: date
    last: date

    def to_json(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> Period:
        return cls(date.fromisoformat(value["from"]), date.fromisoformat(value["to"]))


@dataclass(frozen=True)
class UnitRef:
    """A team, a service (a department with teams below it) or the whole authority (`ALL`)."""

    kind: UnitKind
    id: str

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id}


AUTHORITY = UnitRef("authority", ALL)

FILTER_NAMES = (
    "days_overdue_min", "days_overdue_max", "age_min", "age_max",
    "case_type", "category", "legal_status", "placement_type",
)  # fmt: skip
CHARACTERISTIC_FILTERS = frozenset({"age_min", "age_max", "category", "legal_status", "placement_type"})
"""Filters on a child's characteristics: small numbers of other units are suppressed (rights.md 4)."""


@dataclass(frozen=True)
class Question:
    """One question to the engine.

    measures: slugs in catalogue order; every leg of an umbrella word is named.
    unit: whose number; `units` beside it when several are compared (ids).
    worker / child: professional id / person id.
    filters: pairs of the names in FILTER_NAMES and int or code, sorted by name.
    """

    show: Show
    measures: tuple[str, ...] = ()
    unit: UnitRef = AUTHORITY
    as_at: date = date.min
    units: tuple[str, ...] = ()
    worker: str | None = None
    child: str | None = None
    period: Period | None = None
    filters: tuple[tuple[str, int | str], ...] = ()
    by: By | None = None
    order: Order | None = None
    limit: int | None = None

    def but(self, **changes: Any) -> Question:
        """The same question with some parts changed."""
        return replace(self, **changes)

    @property
    def filter_map(self) -> dict[str, int | str]:
        return dict(self.filters)

    def to_json(self) -> dict[str, Any]:
        """The contract's `understood`."""
        out: dict[str, Any] = {
            "show": self.show,
            "measures": list(self.measures),
            "unit": self.unit.to_json(),
        }
        if self.units:
            out["units"] = list(self.units)
        out |= {
            "worker": self.worker,
            "child": self.child,
            "as_at": self.as_at.isoformat(),
            "period": self.period.to_json() if self.period else None,
            "filters": dict(self.filters),
            "by": self.by,
            "order": self.order,
            "limit": self.limit,
        }
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Question:
        """The reverse of `to_json`; raises KeyError or ValueError on anything malformed."""
        if value["show"] not in SHOWS:
            raise ValueError(f"unknown show {value['show']!r}")
        unit = value["unit"]
        return cls(
            show=value["show"],
            measures=tuple(value["measures"]),
            unit=UnitRef(unit["kind"], unit["id"]),
            units=tuple(value.get("units") or ()),
            worker=value.get("worker"),
            child=value.get("child"),
            as_at=date.fromisoformat(value["as_at"]),
            period=Period.from_json(value["period"]) if value.get("period") else None,
            filters=make_filters(value.get("filters") or {}),
            by=value.get("by"),
            order=value.get("order"),
            limit=value.get("limit"),
        )


def make_filters(values: Mapping[str, int | str]) -> tuple[tuple[str, int | str], ...]:
    """Filters as a sorted tuple; raises ValueError for a name that is none of FILTER_NAMES."""
    unknown = sorted(set(values) - set(FILTER_NAMES))
    if unknown:
        raise ValueError(f"unknown filter {unknown[0]!r}")
    return tuple(sorted(values.items()))


@dataclass(frozen=True)
class Scope:
    """What the asker and the audience together may see (rights.md). Needed for every answer.

    Numbers of every unit are open to every active user; rows are not.
    child_units: unit ids whose rows (children, why) may be shown; None = all, also "no team".
    worker_units: unit ids whose named workers may be shown; None = all.
    own_units: unit ids whose small numbers under characteristic filters need no suppression; None = all.
    restricted: ids (without regard to case) of children whose rows may not be shown, wherever they are held.
    staff_named: named workers' supervision, appraisal and caseload (personal chat only).
    """

    child_units: frozenset[str] | None = frozenset()
    worker_units: frozenset[str] | None = frozenset()
    own_units: frozenset[str] | None = frozenset()
    staff_named: bool = False
    restricted: frozenset[str] = frozenset()

    def restricts(self, child_id: str | None) -> bool:
        return child_id is not None and child_id.casefold() in self.restricted

    def sees_children_of(self, team_id: str | None) -> bool:
        return self.child_units is None or (team_id is not None and team_id in self.child_units)

    def sees_workers_of(self, team_id: str | None) -> bool:
        return self.worker_units is None or (team_id is not None and team_id in self.worker_units)


EVERYTHING = Scope(child_units=None, worker_units=None, own_units=None, staff_named=True)
"""The operator's scope on the server (rights.md 11)."""
