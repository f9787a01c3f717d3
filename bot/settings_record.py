"""Changes of settings on record (rights.md 9): targets, standards, timetable, restricted cases, groups, people.

Settings are files, the environment and the extract's people; nobody has to tell the bot of a change. Whoever answers
looks whether any of them is not as last recorded, and records what it is now before it counts in an answer. What a
file says is kept with the record, so that two records show what changed; of e-mail addresses only that they changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.audit import Recorder, server_entry
from bot.settings import Settings
from bot.store.audit import Audit
from kpi_engine.users import Users

SETTINGS = "settings"
"""The event of a changed setting."""
WHAT, DIGEST = "changed", "sha256"
PEOPLE, ENVIRONMENT = "people", "environment"
ENDINGS = frozenset({".yaml", ".csv"})
WITHOUT_CONTENT = frozenset({"emails.yaml"})
LARGEST = 200_000

Mark = tuple[tuple[str, int, int], ...]


class SettingsOnRecord:
    """One process's look at the settings. A look at settings that have not changed costs a listing of the folder.

    environment: whether this process's own settings are the bot's (`serve`), not those of somebody's one command.
    """

    def __init__(
        self, settings: Settings, audit: Audit, recorder: Recorder, *, environment: bool = False
    ) -> None:
        self._settings, self._audit, self._recorder = settings, audit, recorder
        self._environment = environment
        self._known: dict[str, str] | None = None
        self._seen: tuple[Mark, Users] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def look(self, users: Users, now: datetime) -> None:
        """Records whatever is not as last recorded. Raises when it cannot be kept: then nothing is answered."""
        async with self._one_at_a_time:
            mark = await asyncio.to_thread(self._mark)
            if self._seen is not None and self._seen[0] == mark and self._seen[1] is users:
                return
            if self._known is None:
                self._known = await self._recorded()
            found = await asyncio.to_thread(lambda: dict(self._all(users)))
            files = {what for what in self._known if Path(what).suffix in ENDINGS}
            gone = {what: None for what in files if what not in found and self._known[what]}
            for what, content in {**found, **gone}.items():
                await self._keep(what, content, now)
            self._seen = (mark, users)

    async def _keep(self, what: str, content: Any, now: datetime) -> None:
        assert self._known is not None
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        digest = "" if content is None else hashlib.sha256(text.encode()).hexdigest()
        if self._known.get(what, "") == digest:
            return
        kept = None if what in WITHOUT_CONTENT or len(text) > LARGEST else content
        await self._recorder.keep(server_entry(now, SETTINGS, {WHAT: what, DIGEST: digest, "now": kept}))
        self._known[what] = digest

    async def _recorded(self) -> dict[str, str]:
        """The digest of everything as it was last recorded, "" for a file that had gone."""
        return {
            str(record.entry.understood[WHAT]): str(record.entry.understood[DIGEST])
            async for record in self._audit.records(event=SETTINGS)
            if WHAT in record.entry.understood and DIGEST in record.entry.understood
        }

    def _files(self) -> list[Path]:
        home = self._settings.home
        if not home.is_dir():
            return []
        return sorted(path for path in home.iterdir() if path.suffix in ENDINGS and path.is_file())

    def _mark(self) -> Mark:
        stats = [(path.name, path.stat()) for path in self._files()]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def _all(self, users: Users) -> Iterator[tuple[str, Any]]:
        for path in self._files():
            yield path.name, path.read_bytes().decode("utf-8", errors="replace")
        if self._environment:
            yield ENVIRONMENT, {name: value for name, value, _ in self._settings.listing()}
        if not users.otherwise:  # people of groups are not known to have gone while nobody can look them up
            yield PEOPLE, _people(users)


def _people(users: Users) -> Mapping[str, Any]:
    return {
        user.user_id: {
            "role": user.role, "unit": user.unit_id, "active": user.active, "also_sees": sorted(user.also_sees),
            "source": user.source,
        }
        for user in users.values()
    }  # fmt: skip
