"""What the person's client can draw, and where they stand in a drill-down. Both come from the Turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.turn import Turn
from kpi_engine.question import Question

DEEPEST = 4
"""Steps that Back can undo: authority, service, team, worker, child."""


@dataclass(frozen=True)
class Client:
    """charts: draws Teams chart elements.  executes: knows Action.Execute.  sends_privately: the host can take an
    answer to the person's own chat.

    before: the questions whose cards this one replaced, oldest first.
    page: 0 = the preview; 1, 2, ... = a page of the whole list.
    """

    charts: bool = True
    executes: bool = True
    before: tuple[Question, ...] = ()
    page: int = 0
    sends_privately: bool = False

    @classmethod
    def of(cls, turn: Turn) -> Client:
        """The client behind a turn; what a pressed button says of the way here is read with distrust."""
        action = turn.action or {}
        return cls(turn.charts, turn.executes, _before(action), _page(action), turn.sends_privately)


def _before(action: Mapping[str, Any]) -> tuple[Question, ...]:
    """The trail on a button, or none when it is malformed: a Back button is a convenience, never a right."""
    trail = action.get("before")
    if not isinstance(trail, list):
        return ()
    try:
        return tuple(Question.from_json(q) for q in trail[-DEEPEST:])
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()


def _page(action: Mapping[str, Any]) -> int:
    page = action.get("page")
    return page if isinstance(page, int) and not isinstance(page, bool) and 0 <= page < 10_000 else 0
