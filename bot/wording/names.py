"""Names for the ids in an answer: units, permitted workers, and where a child's case opens.

Children have no names here: an id is all that enters the system (rights.md 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from kpi_engine.question import ALL, Scope, UnitRef

if TYPE_CHECKING:  # the engine brings pandas: words must not wait for it
    from kpi_engine.engine import Engine, Unit


@dataclass(frozen=True)
class Names:
    """What the words and cards may call things, for one asker in one audience.

    units: every unit by id (unit names are open to everybody).
    workers: professional id -> name, the permitted ones alone.
    scope: decides which drill-downs are offered; the default offers none below the numbers.
    case_link: a URL with `{child_id}` in it that opens the case system, or None.
    """

    units: Mapping[str, Unit] = field(default_factory=dict)
    workers: Mapping[str, str] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    case_link: str | None = None

    @classmethod
    def of(cls, engine: Engine, scope: Scope, case_link: str | None = None) -> Names:
        """The names that this scope permits."""
        seen = {w.id: w.name for w in engine.workers.values() if scope.sees_workers_of(w.team_id)}
        return cls(units=engine.units, workers=seen, scope=scope, case_link=case_link)

    def unit(self, unit_id: str | None) -> str:
        """The unit's name; "no team" for none; an unknown id as it is."""
        if unit_id is None:
            return "no team"
        if unit_id in self.units:
            return self.units[unit_id].name
        return "the whole authority" if unit_id == ALL else unit_id

    def ref(self, unit_id: str) -> UnitRef | None:
        """The unit as a question holds it, or None if nobody knows it."""
        return self.units[unit_id].ref if unit_id in self.units else None

    def worker(self, worker_id: str | None) -> str:
        """The worker's name; "no worker" for none; "a worker of another team" where it is not permitted."""
        if worker_id is None:
            return "no worker"
        return self.workers.get(worker_id, "a worker of another team")

    @property
    def personal(self) -> bool:
        """Whether the asker alone sees the answer (rights.md 4)."""
        return self.scope.staff_named

    def child_link(self, child_id: str) -> str | None:
        """The address of the child's case, or None when no template is set."""
        return self.case_link.format(child_id=quote(child_id, safe="")) if self.case_link else None

    def sees_rows(self, unit_id: str) -> bool:
        """Whether rows of this unit may be offered as the next step."""
        return self.scope.child_units is None or unit_id in self.scope.child_units

    def sees_workers(self, unit_id: str) -> bool:
        """Whether named workers of this unit may be offered as the next step."""
        return self.scope.worker_units is None or unit_id in self.scope.worker_units
