"""`perfbot bench`: how long loading and answering take on this machine, and how much memory, as JSON.

An invented authority is made and loaded; then each stage runs in a process of its own, so that its peak memory is its
own. The machine is named by its number of cores only.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from bot.commands import bench_duckdb, bench_stages, common

AS_AT = "2026-11-15"
"""A fixed date, so that two runs measure the same authority."""
GOALS = {
    "load_and_check_seconds": 5.0, "ledger_seconds": 1.0, "answers_max_ms": 100.0, "peak_memory_mb": 500.0,
    "cold_ask_seconds": 3.0, "history_seconds": 10.0,
}  # fmt: skip
"""At 3,000 open children and six years of records, on two quiet cores."""
GOALS_FOR = 3000

group = typer.Typer(invoke_without_command=True)
"""`perfbot bench` and what stands above the bot adds to it."""


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.add_typer(group, name="bench")


@group.callback()
def bench(
    context: typer.Context,
    children: Annotated[int, typer.Option("--children", min=1, help="Open children.")] = GOALS_FOR,
) -> None:
    """Makes an invented authority, loads it, asks everything of it; seconds, milliseconds and megabytes."""
    if context.invoked_subcommand is not None:
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(Path(folder), children)
    common.record_operator("bench", {"children": children})
    common.say_json(figures)


def measured(folder: Path, children: int) -> dict[str, Any]:
    """Every figure of one run, stage by stage."""
    home, data = folder / "home", folder / "data"
    environment = os.environ | {"PERFBOT_HOME": str(home), "PERFBOT_DATABASE_URL": ""}
    made = _command(["make-data", str(data), "--children", str(children), "--as-at", AS_AT], environment)
    figures: dict[str, Any] = {"children": children, "cores": os.cpu_count(), "make_data_seconds": made}
    figures |= _alone(bench_stages.load, data, home)
    figures |= _alone(bench_stages.ledger, home)
    figures |= _alone(bench_stages.answers, home)
    user = figures.pop("user")
    figures["cold_ask_seconds"] = _command(["ask", "how are we doing", "--as", user], environment)
    figures |= _alone(bench_stages.reading, home)
    figures |= _alone(bench_stages.history, home)
    figures |= _alone(bench_stages.export, home, folder / "ledger.csv")
    figures["duckdb"] = _alone(bench_duckdb.twin, data, home, folder / "twin")
    if children == GOALS_FOR:
        figures["goals"] = {
            name: {"goal": goal, "met": bool(figures[name] <= goal)} for name, goal in GOALS.items()
        }
    return figures


def _alone(stage: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
    """One stage in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(stage, *arguments).result()


def _command(arguments: list[str], environment: dict[str, str]) -> float:
    """The seconds that one command takes as a process of its own."""
    start = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return round(perf_counter() - start, 3)
