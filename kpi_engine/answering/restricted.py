"""Restricted cases (staff's own families, adoption, high-profile): counted everywhere, named to few.

A row of a child whom the scope may not see by name stays in a finished answer as a restricted row: that there is one,
and in which team, but no id, worker, clock or date. So a list stays as long as its count. Restricted rows stand after
all others: their place among the longest overdue would tell how long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kpi_engine.answer import Answer, MeasureAnswer, Row
from kpi_engine.question import Scope

ONE = "1 row here is restricted: who it is, is shown to those named for the case alone."
SEVERAL = "{count} rows here are restricted: who they are, is shown to those named for the cases alone."
RESTRICTED = "restricted"
"""What stands in place of a child's id in a file."""


def masked(row: Row) -> Row:
    """What is left of a restricted row."""
    return {"child_id": None, "restricted": True, "team_id": row.get("team_id"), "worker_id": None}


def ledger_row(row: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """A row of the ledger as this scope may have it in a file: a restricted one is its clock and team alone."""
    if not scope.restricts(row.get("child_id")):
        return dict(row)
    kept = {"clock": row.get("clock"), "child_id": RESTRICTED, "team_id": row.get("team_id")}
    return dict.fromkeys(row) | kept


def ledger_rows(rows: Iterable[Mapping[str, Any]], scope: Scope) -> list[dict[str, Any]]:
    """The rows of a file of the ledger. The restricted ones stand last, by clock and team: the file is in the order of
    ids, and their place in it would tell between which two theirs lies."""
    every = list(rows)
    shown = [dict(row) for row in every if not scope.restricts(row.get("child_id"))]
    held = [ledger_row(row, scope) for row in every if scope.restricts(row.get("child_id"))]
    return shown + sorted(held, key=lambda row: (row["clock"], row["team_id"] or ""))


def without_restricted(answer: Answer, scope: Scope) -> Answer:
    """The answer with its restricted rows masked, and with a note of how many they are."""
    if not scope.restricted:
        return answer
    hidden = 0

    def kept(rows: Iterable[Row] | None) -> tuple[Row, ...] | None:
        nonlocal hidden
        if rows is None:
            return None
        every = tuple(rows)
        shown = tuple(row for row in every if not scope.restricts(row.get("child_id")))
        held = tuple(masked(row) for row in every if scope.restricts(row.get("child_id")))
        hidden += len(held)
        return (*shown, *held)

    def one(part: MeasureAnswer) -> MeasureAnswer:
        return replace(part, rows=kept(part.rows), came_on=kept(part.came_on), came_off=kept(part.came_off))

    answers = tuple(one(part) for part in answer.answers)
    briefing: dict[str, Any] | None = None
    if answer.briefing is not None:
        briefing = dict(answer.briefing)
        longest = kept(briefing.get("longest_overdue"))
        briefing["longest_overdue"] = None if longest is None else list(longest)
        briefing["talk_about"] = [_unnamed(item, scope) for item in briefing["talk_about"]]
    if not hidden:
        return replace(answer, answers=answers, briefing=briefing)
    said = ONE if hidden == 1 else SEVERAL.format(count=hidden)
    note = f"{answer.note} {said}" if answer.note else said
    return replace(answer, answers=answers, briefing=briefing, note=note)


def _unnamed(item: dict[str, Any], scope: Scope) -> dict[str, Any]:
    hidden = scope.restricts(item.get("child_id"))
    return {key: value for key, value in item.items() if not (hidden and key == "child_id")}
