"""Data-quality findings: what is wrong in an extract, never silently mended (rules 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong, and whose work it is to put it right.

    rule: in words, e.g. "end before start".  table, key: the row; key columns joined by "+".
    child_id, team_id: whom it concerns and who holds it, where known.  detail: one sentence.
    row: its line in the source file (the header is line 1), 0 where it has none.
    """

    rule: str
    table: str
    key: str
    detail: str
    child_id: str | None = None
    team_id: str | None = None
    row: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule, "table": self.table, "key": self.key, "child_id": self.child_id,
            "team_id": self.team_id, "detail": self.detail, "row": self.row or None,
        }  # fmt: skip
