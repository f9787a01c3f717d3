"""`perfbot bench`: how long loading and answering take on this machine, and how much memory, as JSON."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common

if TYPE_CHECKING:
    from kpi_engine.engine import Engine
    from kpi_engine.question import Question

AS_AT = "2026-11-15"
"""A fixed date, so that two runs measure the same authority."""
SLOWEST = 5


group = typer.Typer(invoke_without_command=True)
"""`perfbot bench` and what stands above the bot adds to it."""


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.add_typer(group, name="bench")


@group.callback()
def bench(
    context: typer.Context,
    children: Annotated[int, typer.Option("--children", min=1, help="Open children.")] = 3000,
) -> None:
    """Makes an invented authority, loads it, asks everything of it; times in seconds."""
    if context.invoked_subcommand is not None:
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        data = Path(folder) / "data"
        environment = os.environ | {"PERFBOT_HOME": str(home), "PERFBOT_DATABASE_URL": ""}
        made = _process(["make-data", str(data), "--children", str(children), "--as-at", AS_AT], environment)
        figures = _measured(data, home)
        cold = _process(["ask", "how are we doing", "--as", figures.pop("user")], environment)
    common.record_operator("bench", {"children": children})
    common.say_json({"children": children, "make_data_seconds": made, **figures, "cold_ask_seconds": cold})


def _process(arguments: list[str], environment: dict[str, str]) -> float:
    """The seconds that one command takes as a process of its own."""
    start = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return _rounded(perf_counter() - start)


def _measured(data: Path, home: Path) -> dict[str, Any]:
    import kpi_engine
    from kpi_engine.question import EVERYTHING

    load = _timed(lambda: kpi_engine.load(str(data), None, home, common.now().isoformat()))
    engine: list[Engine] = []
    opened = _timed(lambda: engine.append(kpi_engine.open_current(home)))
    times = {
        name: _timed(lambda question=question: engine[0].ask(question, EVERYTHING))  # type: ignore[misc]
        for name, question in _questions(engine[0]).items()
    }
    served = _peak_memory()
    ledger = _timed(lambda: engine[0].ledger_rows(engine[0].as_at))
    by_time = sorted(times.values())
    return {
        "load_seconds": load,
        "open_seconds": opened,
        "ledger_export_seconds": ledger,
        "answers": len(times),
        "answer_seconds": {
            "median": by_time[len(by_time) // 2],
            "95_percent": by_time[int(len(by_time) * 0.95)],
            "slowest": by_time[-1],
        },
        "slowest_answers": dict(sorted(times.items(), key=lambda item: -item[1])[:SLOWEST]),
        "peak_memory_mb": served,
        "peak_memory_with_ledger_export_mb": _peak_memory(),
        "user": next(user.user_id for user in engine[0].users.values() if user.active),
    }


def _questions(engine: Engine) -> dict[str, Question]:
    """Every measure as a headline, and the heavier shows of every backlog, of the whole authority."""
    from kpi_engine.measures import CATALOGUE
    from kpi_engine.question import Period, Question

    week = Period(engine.as_at + timedelta(days=1), engine.as_at + timedelta(days=7))
    found = {"briefing": Question("briefing", as_at=engine.as_at)}
    for slug, measure in CATALOGUE.items():
        base = Question("headline", (slug,), as_at=engine.as_at)
        found[f"headline {slug}"] = base
        found[f"trend {slug}"] = base.but(show="trend", by="week")
        if measure.kind == "Backlog":
            found[f"list {slug}"] = base.but(show="list", order="worst")
            found[f"compare {slug}"] = base.but(show="compare", by="team")
            found[f"coming up {slug}"] = base.but(show="coming_up", period=week)
    return found


def _timed(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return _rounded(perf_counter() - start)


def _rounded(seconds: float) -> float:
    return round(seconds, 4)


def _peak_memory() -> float:
    """The most memory this process has held, in megabytes."""
    import resource

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
