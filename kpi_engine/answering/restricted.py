"""Restricted cases (staff's own families, adoption, high-profile): counted everywhere, their rows shown to few.

Rows of a child whom the scope may not see by name are left out of a finished answer, and how many they were is said:
the count above a list and the rows in it then differ by a number with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.question import Scope

ONE = "1 row here is of a restricted case: it is counted and not shown."
SEVERAL = "{count} rows here are of restricted cases: they are counted and not shown."


def without_restricted(answer: Answer, scope: Scope) -> Answer:
    """The answer without rows of cases that are restricted for this scope, and with a note of how many there were."""
    if not scope.restricted:
        return answer
    left_out = 0

    def kept(rows: Iterable[Row] | None) -> tuple[Row, ...] | None:
        nonlocal left_out
        if rows is None:
            return None
        every = tuple(rows)
        shown = tuple(row for row in every if not scope.restricts(row.get("child_id")))
        left_out += len(every) - len(shown)
        return shown

    def one(part: MeasureAnswer) -> MeasureAnswer:
        return replace(part, rows=kept(part.rows), came_on=kept(part.came_on), came_off=kept(part.came_off))

    answers = tuple(one(part) for part in answer.answers)
    briefing: dict[str, Any] | None = None
    if answer.briefing is not None:
        briefing = dict(answer.briefing)
        longest = kept(briefing.get("longest_overdue"))
        briefing["longest_overdue"] = None if longest is None else list(longest)
        briefing["talk_about"] = [_unnamed(item, scope) for item in briefing["talk_about"]]
    if not left_out:
        return replace(answer, answers=answers, briefing=briefing)
    said = ONE if left_out == 1 else SEVERAL.format(count=left_out)
    note = f"{answer.note} {said}" if answer.note else said
    return replace(answer, answers=answers, briefing=briefing, note=note)


def _unnamed(item: dict[str, Any], scope: Scope) -> dict[str, Any]:
    hidden = scope.restricts(item.get("child_id"))
    return {key: value for key, value in item.items() if not (hidden and key == "child_id")}
