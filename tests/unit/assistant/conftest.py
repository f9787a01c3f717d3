"""The small authority with a handful of overdue visits, and rooms in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "rights"))

from small_engine import SmallEngine

from bot import rights
from bot.cards import Client
from bot.dialogs.room import Room
from bot.turn import PERSONAL, Audience
from bot.wording import Names


@pytest.fixture
def engine() -> SmallEngine:
    return SmallEngine()


@pytest.fixture
def room(engine: SmallEngine) -> Callable[..., Room]:
    def enter(who: str = "u-t11", audience: Audience = PERSONAL) -> Room:
        person = rights.identify(who, engine)
        scope = rights.scope_for(person, audience, engine)
        names, client = Names.of(engine, scope), Client()
        return Room(engine, person, audience, scope, engine.as_at, names, client)

    return enter
