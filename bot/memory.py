"""What each person's conversation is about, kept from turn to turn: in the database, a file, or this process.

A context belongs to one person in one conversation and ends after some idle minutes (asking.md, Context 3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.store.contexts import Contexts
from bot.understanding.context import Context
from kpi_engine.errors import InputError

IDLE = timedelta(minutes=30)


class Memory(Protocol):
    """Loads and saves contexts. A context that is idle too long, or unreadable, is an empty one."""

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context: ...

    async def save(self, person_id: str, conversation_id: str, context: Context, now: datetime) -> None: ...


class Forgetful:
    """Remembers as long as the process lives: one question at the command line, the terminal chat, tests."""

    def __init__(self, idle: timedelta = IDLE) -> None:
        self._idle = idle
        self._kept: dict[tuple[str, str], tuple[Context, datetime]] = {}

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context:
        context, at = self._kept.get((person_id, conversation_id), (Context(), now))
        return context if now - at <= self._idle else ended(context)

    async def save(self, person_id: str, conversation_id: str, context: Context, now: datetime) -> None:
        self._kept[person_id, conversation_id] = (context, now)


class StoreMemory:
    """Remembers in the database, encrypted there."""

    def __init__(self, contexts: Contexts, idle: timedelta = IDLE) -> None:
        self._contexts = contexts
        self._idle = idle

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context:
        saved = await self._contexts.load(person_id, conversation_id)
        if saved is None:
            return Context()
        context = _context(saved.context)
        return context if now - saved.last_turn_at <= self._idle else ended(context)

    async def save(self, person_id: str, conversation_id: str, context: Context, now: datetime) -> None:
        await self._contexts.save(person_id, conversation_id, context.to_json(), now)


class SessionFile:
    """Remembers in one file, from call to call (`perfbot ask --session FILE`)."""

    def __init__(self, path: Path, idle: timedelta = IDLE) -> None:
        self._path = path
        self._idle = idle

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context:
        kept = self._read().get(_key(person_id, conversation_id))
        if kept is None:
            return Context()
        try:
            context, at = _context(kept["context"]), datetime.fromisoformat(kept["at"])
        except (KeyError, TypeError, ValueError):
            return Context()
        return context if now - at <= self._idle else ended(context)

    async def save(self, person_id: str, conversation_id: str, context: Context, now: datetime) -> None:
        kept = {"at": now.isoformat(), "context": context.to_json()}
        whole = self._read() | {_key(person_id, conversation_id): kept}
        partly = self._path.with_name(self._path.name + ".new")
        try:
            partly.touch(mode=0o600)  # it names children: for its owner alone
            partly.write_text(json.dumps(whole, sort_keys=True), encoding="utf-8")
            partly.replace(self._path)
        except OSError as error:
            raise InputError(f"The session file {self._path} cannot be written: {error.strerror}.") from None

    def _read(self) -> dict[str, Any]:
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError):
            raise InputError(f"The session file {self._path} cannot be read.") from None
        try:
            whole = json.loads(text) if text.strip() else {}
        except ValueError:
            whole = None
        if not isinstance(whole, dict):
            raise InputError(f"{self._path} is not a session file of perfbot ask: name another file.")
        return whole


def ended(context: Context) -> Context:
    """What outlives a conversation that has been idle too long: how somebody settled a doubtful word."""
    return Context(choices=context.choices)


def _key(person_id: str, conversation_id: str) -> str:
    return json.dumps([person_id, conversation_id])


def _context(saved: Mapping[str, Any]) -> Context:
    """The context, or an empty one when it was saved by a version that wrote it otherwise."""
    try:
        return Context.from_json(saved)
    except (KeyError, TypeError, ValueError):
        return Context()
