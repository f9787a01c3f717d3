"""An assistant small enough to see through, for tests of the hosts: it says what reached it."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from bot.turn import Reply, Turn
from kpi_engine.engine import Unit, User
from kpi_engine.errors import NotPermitted


class SmallDirectory:
    """Two teams under a service under the authority, and four people, one of whom has left."""

    units: ClassVar = {
        "ALL": Unit("ALL", "Northmoor", "authority", None),
        "S1": Unit("S1", "Family support", "service", "ALL"),
        "T11": Unit("T11", "CSWT 1", "team", "S1"),
        "T12": Unit("T12", "CSWT 2", "team", "S1"),
    }
    users: ClassVar = {
        "U-T11": User("U-T11", "Amara Bell", "team_manager", "T11", True),
        "U-AD": User("U-AD", "Rhys <Owen>", "assistant_director", "S1", True),
        "U-DIR": User("U-DIR", "Jo Marsh", "director", None, True),
        "U-GONE": User("U-GONE", "Pat Lane", "analyst", None, False),
    }


def drill_card(text: str, level: int) -> dict[str, Any]:
    """A card with a button that replaces it, one that does not, and one hidden in a second card."""
    return {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [
            {"type": "TextBlock", "text": text, "weight": "bolder", "wrap": True},
            {
                "type": "Table",
                "columns": [{"width": 2}, {"width": 1}],
                "firstRowAsHeaders": True,
                "rows": [cells("Team", "Overdue"), cells("CSWT 1", "4"), cells("CSWT 2", "7")],
            },
        ],
        "actions": [
            {
                "type": "Action.Submit",
                "title": "Deeper",
                "data": {"perfbot": "drill", "level": level + 1},
            },
            {"type": "Action.Submit", "title": "Say it", "data": {"perfbot": "say"}},
            {
                "type": "Action.ShowCard",
                "title": "More",
                "card": {
                    "type": "AdaptiveCard",
                    "body": [],
                    "actions": [
                        {
                            "type": "Action.Submit",
                            "title": "Inner",
                            "data": {"perfbot": "drill", "level": 9},
                        }
                    ],
                },
            },
        ],
    }


def cells(*texts: str) -> dict[str, Any]:
    return {
        "type": "TableRow",
        "cells": [{"type": "TableCell", "items": [{"type": "TextBlock", "text": t}]} for t in texts],
    }


class SmallAssistant:
    """Keeps every turn; answers by the words of it."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.release = asyncio.Event()  # what "slow" waits for

    async def reply(self, turn: Turn) -> list[Reply]:
        self.turns.append(turn)
        if turn.action is not None:
            if turn.action.get("perfbot") == "drill":
                level = turn.action["level"]
                return [Reply(f"level {level}", card=drill_card(f"Level {level}", level), replaces=True)]
            return [Reply(f"pressed {sorted(turn.action)}")]
        match turn.text:
            case "card":
                return [Reply("four overdue", card=drill_card("Level 0", 0))]
            case "two":
                return [Reply("first"), Reply("second")]
            case "slow":
                await self.release.wait()
                return [Reply("slow done")]
            case "forbidden":
                raise NotPermitted("That is not yours to see.")
            case "broken":
                raise RuntimeError("child C123 has no plan")
        where = turn.audience.unit.id if turn.audience.unit else turn.audience.kind
        return [Reply(f"{turn.person_id} at {where} said: {turn.text}")]
