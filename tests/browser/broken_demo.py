"""`perfbot demo`, with bugs put into it: what they say quotes a child and the question. Arguments: perfbot's own."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bot.__main__ import app
from bot.commands.guard import guarded
from bot.hosts.webchat.direct_line import DirectLine
from kpi_engine.engine import Engine

ask = Engine.ask


def broken(engine: Engine, question: Any, scope: Any) -> Any:
    """Answers everything but "how is it counted"; there a row is in hand when it goes wrong."""
    if question.show == "explain":
        row = engine.ledger_rows(engine.as_at, "cp_visit")[0]
        raise RuntimeError(f"{row} while answering {question}")
    return ask(engine, question, scope)


async def refresh(*_: Any) -> Any:
    """A fault in the page's own server, and one in a task that nobody waits for."""

    async def lost() -> None:
        raise KeyError("C1001 in a task")

    asyncio.get_running_loop().create_task(lost())
    await asyncio.sleep(0)
    raise RuntimeError("C1001 in a handler")


Engine.ask = broken  # type: ignore[method-assign]
DirectLine.refresh = refresh  # type: ignore[method-assign]
sys.exit(guarded(app))
