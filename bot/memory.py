"""What each person's conversation is about, kept from turn to turn: in the database, a file, or this process.

A context belongs to one person in one conversation and ends after some idle minutes (asking.md, Context 3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from bot.store.choices import Choices
from bot.store.contexts import Contexts
from bot.understanding.context import EMPTY, Chosen, Context
from kpi_engine.errors import InputError

IDLE = timedelta(minutes=30)


class Memory(Protocol):
    """Loads and saves contexts. A context that is idle too long, or unreadable, is an empty one."""

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context: ...

    async def save(
        self, person_id: str, conversation_id: str, context: Context, now: datetime, before: Context = EMPTY
    ) -> None:
        """before: the context as it was loaded."""


class Forgetful:
    """Remembers as long as the process lives: one question at the command line, the terminal chat, tests."""

    def __init__(self, idle: timedelta = IDLE) -> None:
        self._idle = idle
        self._kept: dict[tuple[str, str], tuple[Context, datetime]] = {}

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context:
        context, at = self._kept.get((person_id, conversation_id), (Context(), now))
        return context if now - at <= self._idle else ended(context)

    async def save(
        self, person_id: str, conversation_id: str, context: Context, now: datetime, before: Context = EMPTY
    ) -> None:
        self._kept[person_id, conversation_id] = (context, now)


class StoreMemory:
    """Remembers in the database, encrypted there; how somebody settled doubtful words, for all their conversations."""

    def __init__(self, contexts: Contexts, choices: Choices, idle: timedelta = IDLE) -> None:
        self._contexts = contexts
        self._choices = choices
        self._idle = idle

    async def load(self, person_id: str, conversation_id: str, now: datetime) -> Context:
        saved = await self._contexts.load(person_id, conversation_id)
        chosen = {k: Chosen.from_json(v) for k, v in (await self._choices.all_of(person_id)).items()}
        if saved is None or now - saved.last_turn_at > self._idle:
            return Context(choices=chosen)
        return replace(_context(saved.context), choices=chosen)

    async def save(
        self, person_id: str, conversation_id: str, context: Context, now: datetime, before: Context = EMPTY
    ) -> None:
        await self._contexts.save(person_id, conversation_id, replace(context, choices={}).to_json(), now)
        if before.choices and not context.choices:
            await self._choices.forget(person_id)
        for key, chosen in context.choices.items():
            if before.choices.get(key) != chosen:
                await self._choices.remember(person_id, key, chosen.to_json(), now)


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

    async def save(
        self, person_id: str, conversation_id: str, context: Context, now: datetime, before: Context = EMPTY
    ) -> None:
        typed = replace(context, text="")  # a plain file: what was typed has no place in it
        kept = {"at": now.isoformat(), "context": typed.to_json()}
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
