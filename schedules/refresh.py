"""The nightly refresh: a new extract from a watched folder or the SSD database, checked, compared, kept.

    look -> is there something new (folder) or is it time (database)? -> `perfbot refresh` as a process of its
    own -> the running bot swaps to what it kept

The load is a process of its own, so that neither its memory nor its faults are the bot's. Whatever goes wrong,
the last good extract goes on answering, and the operator (log) and the analysts (chat) are told in a sentence.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from bot.settings import Settings
from bot.store import Store
from kpi_engine.errors import InputError, LoadError
from schedules.notices import Notices

SETTLED = timedelta(minutes=2)
"""A folder whose newest file is younger may still be being copied."""
TRIES, TRY_EVERY = 4, timedelta(hours=1)
"""A database that is away at its time is asked again; so is a folder whose load the process did not survive."""
SECONDS = 3600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What became of one refresh. sentences: for operator and analysts, without a child's id or a password."""

    what: Literal["loaded", "refused"]
    sentences: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"outcome": self.what, "sentences": list(self.sentences)}


def refresh(settings: Settings, now: datetime) -> Outcome:
    """Loads the source of the settings as a new extract, unless it is broken or much smaller than the last.

    A database's rows are those of the day before `now` (aware). Raises InputError when no source is set.
    """
    import kpi_engine

    source = settings.refresh_source.get_secret_value()
    if not source:
        raise InputError("PERFBOT_REFRESH_SOURCE is not set: there is nothing to refresh from.")
    day: date | None = None
    if "://" in source:
        day = now.astimezone(settings.zone).date() - timedelta(days=1)
    else:
        newest = newest_delivery(Path(source))
        if newest is None:
            return Outcome("refused", ("There is no extract in the folder of PERFBOT_REFRESH_SOURCE.",))
        source = str(newest)
    try:
        report = kpi_engine.load(
            source, day, settings.home, now.isoformat(timespec="seconds"), compare_volumes=True
        )
    except LoadError as error:
        return Outcome("refused", _for_people(error))
    return Outcome("loaded", tuple(report.warnings))


def _for_people(error: LoadError) -> tuple[str, ...]:
    """A fault may quote a cell; what was lost is numbers only, and that is what people must hear."""
    lost = tuple(fault for fault in error.faults if "% fewer than" in fault)
    if lost:
        return lost
    return (f"It has {len(error.faults)} faults: perfbot load names each.",)


def newest_delivery(folder: Path) -> Path | None:
    """The folder itself when it holds an extract's tables, else the last of its subfolders and workbooks by
    name; None when there is none."""
    if not folder.is_dir():
        return None
    if any(folder.glob("ssd_*.csv")):
        return folder
    inside = sorted(
        path for path in folder.iterdir()
        if not path.name.startswith(".")
        and (any(path.glob("ssd_*.csv")) if path.is_dir() else path.suffix.lower() in (".xlsx", ".xlsm"))
    )  # fmt: skip
    return inside[-1] if inside else None


def mark_of(delivery: Path, now: datetime) -> str | None:
    """What tells one delivery from the next (names, sizes, times); None while it may still be being copied."""
    files = (
        sorted(path for path in delivery.rglob("*") if path.is_file()) if delivery.is_dir() else [delivery]
    )
    told = [(str(path.relative_to(delivery.parent)), path.stat()) for path in files]
    newest = max((stat.st_mtime for _, stat in told), default=0.0)
    if now.timestamp() - newest < SETTLED.total_seconds():
        return None
    said = "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in told)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


class Refresh:
    """Looks for something to load; several replicas may, one of them loads.

    load: one load to its end; the product's one is `in_a_process`.  after: called when a load was kept.
    """

    def __init__(
        self, settings: Settings, store: Store, notices: Notices, *, clock: Callable[[], datetime],
        load: Callable[[Settings], Awaitable[Outcome]], after: Callable[[], Awaitable[object]],
    ) -> None:  # fmt: skip
        self._settings = settings
        self._marks = store.schedule_marks
        self._notices = notices
        self._clock = clock
        self._load = load
        self._after = after

    async def look(self) -> None:
        """Loads what is new, once."""
        source, now = self._settings.refresh_source.get_secret_value(), self._clock()
        if not source:
            return
        is_folder = "://" not in source
        if is_folder:
            name = await asyncio.to_thread(_folders_mark, Path(source), now)
            begins = (await self._marks.find(f"refresh:{name}:0") or now) if name else None
        else:
            local = now.astimezone(self._settings.zone)
            name = local.date().isoformat()
            begins = datetime.combine(local.date(), self._settings.refresh_time, self._settings.zone)
        if begins is None or not timedelta(0) <= now - begins < TRIES * TRY_EVERY:
            return
        if await self._marks.find(f"refreshed:{name}"):
            return
        if await self._marks.take(f"refresh:{name}:{(now - begins) // TRY_EVERY}", now):
            outcome = await self._load(self._settings)
            if outcome.what == "loaded" or is_folder:  # the same files would be refused again
                await self._marks.take(f"refreshed:{name}", now)
            await self._tell(outcome)

    async def _tell(self, outcome: Outcome) -> None:
        if outcome.what == "loaded":
            log.info("A new extract was loaded.")
            await self._after()
            return
        why = " ".join(outcome.sentences)
        self._notices.say(f"The new extract was not loaded; the last good one goes on answering. {why}")


def _folders_mark(folder: Path, now: datetime) -> str | None:
    try:
        newest = newest_delivery(folder)
        return mark_of(newest, now) if newest else None
    except OSError:  # being changed at this moment: the next look sees it whole
        return None


async def in_a_process(settings: Settings) -> Outcome:
    """`perfbot refresh --json` beside the bot, over the same home and database."""
    told = {
        "PERFBOT_HOME": str(settings.home),
        "PERFBOT_DATABASE_URL": settings.database_url.get_secret_value(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "refresh", "--json", env=os.environ | told,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS):
            out, _ = await process.communicate()
        value = json.loads(out)
        return Outcome(value["outcome"], tuple(value["sentences"]))
    except TimeoutError:
        return Outcome("refused", ("Loading it took longer than an hour.",))
    except (ValueError, KeyError, TypeError):
        return Outcome(
            "refused", (f"Loading it ended with status {process.returncode}: run perfbot refresh.",)
        )
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
