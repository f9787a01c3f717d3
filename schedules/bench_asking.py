"""The bot's side of `perfbot bench delivery --people`: the whole of it, as `perfbot serve` runs it, and what it holds.

The people are a process of their own (bench_people.py): they do not slow the bot down except by the cores they use.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from bot.commands import common
from schedules.bench_people import Load, people

SAMPLE_SECONDS = 5.0


def asked(folder: Path, data: Path, number: int, minutes: float, reading: float) -> dict[str, Any]:
    """`number` people ask the bot over HTTP for so many minutes, each reading an answer for `reading` seconds."""
    import kpi_engine

    who = _hire(data, number)
    home = folder / "asking"
    kpi_engine.load(str(data), None, home, "2026-11-16T06:00:00+00:00")
    figures = common.run(_asked(home, who, minutes, reading))
    return {"people": number, "minutes": minutes, "reading_seconds": reading, **figures}


def _hire(data: Path, number: int) -> list[str]:
    """So many managers more, over the teams in turn: their ids."""
    path = data / "local_users.csv"
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    teams = [row["unit_id"] for row in rows if row["role"] == "team_manager" and row["unit_id"]]
    new = [f"U-BENCH{n}" for n in range(number)]
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        for n, user_id in enumerate(new):
            row = {"user_id": user_id, "name": f"Manager {n}", "role": "team_manager",
                   "unit_id": teams[n % len(teams)], "active": "Y"}  # fmt: skip
            writer.writerow(dict.fromkeys(names, "") | row)
    return new


async def _asked(home: Path, who: list[str], minutes: float, reading: float) -> dict[str, Any]:
    from bot.engines import settle
    from bot.hosts.botbuilder import TeamsHost, serving
    from bot.hosts.teams import practice
    from bot.hosts.teams.talk import SORRY

    config = common.settings(
        home=home, database_url="", local_mode=False, port=0, host="127.0.0.1", app_id=practice.APP_ID,
        app_password="practice", app_tenant_id=practice.TENANT, allowed_tenants=practice.TENANT,
    )  # fmt: skip
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    crowd = multiprocessing.get_context("spawn").Process(
        target=people, args=(theirs, Load(who, minutes * 60, reading, SORRY)), daemon=True
    )
    crowd.start()
    try:
        url = await asyncio.to_thread(ours.recv)
        async with common.desk(config=config, remember=True) as desk:
            desk.engine.warm()  # all this as `perfbot serve` does
            await desk.assistant.warm()
            settle()
            host = TeamsHost(
                config, desk.assistant, desk.store, credentials=practice.credentials_of(config, url)
            )
            async with serving(host) as address:
                ours.send(address)
                burst = await _figures(ours, "burst")
                held = _Held()
                steady = await held.while_(_figures(ours, "steady"))
            verdict = await desk.store.audit.verify()
        return {"burst": burst, "steady": steady, **held.figures(), "records": verdict.records,
                "record_whole": verdict.whole}  # fmt: skip
    finally:
        await asyncio.to_thread(crowd.join, 10)


async def _figures(pipe: Connection, name: str) -> dict[str, Any]:
    told, figures = await asyncio.to_thread(pipe.recv)
    assert told == name
    return dict(figures)


class _Held:
    """What the bot's process holds and uses over a stretch of time."""

    def __init__(self) -> None:
        self._memory: list[float] = []
        self._descriptors: list[int] = []
        self._busy = 0.0

    async def while_(self, work: Any) -> dict[str, Any]:
        task = asyncio.ensure_future(work)
        begun, worked = perf_counter(), process_time()
        while not task.done():
            await asyncio.wait({task}, timeout=SAMPLE_SECONDS)
            self._memory.append(_resident())
            self._descriptors.append(len(os.listdir("/proc/self/fd")))
        self._busy = (process_time() - worked) / (perf_counter() - begun)
        result: dict[str, Any] = await task
        return result

    def figures(self) -> dict[str, Any]:
        """Megabytes and descriptors after a fifth of the time, at most, and at the end; how busy one core was."""
        gc.collect()
        fifth = len(self._memory) // 5
        return {
            "memory_mb": {"after_a_fifth": self._memory[fifth], "most": max(self._memory), "end": self._memory[-1]},
            "descriptors": {"after_a_fifth": self._descriptors[fifth], "most": max(self._descriptors)},
            "busy_cores": round(self._busy, 2),
        }  # fmt: skip


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)
