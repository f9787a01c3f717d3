"""The record of answers (rights.md 9): one entry for everything the bot said to anybody, before it is said.

An entry holds who, when, where, the understood question, the ids of the children whose rows were shown, and
the outcome. The words that somebody typed are never in it. Where it is kept is bot.store.audit's business
(append-only, each record chained to the one before); if it cannot be kept, nothing is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.audit_lines import AuditLines
from bot.store.audit import Audit, Entry
from bot.turn import Audience

OPERATOR = "operator"
"""Who acts on the server without `--as` (rights.md 11)."""
SERVER = "server"
"""The place of what is done at the command line."""

BREAK_GLASS = "break_glass"
"""The event of a restricted case opened by somebody who is not on its list, with the reason."""


class Recorder(Protocol):
    """Keeps one entry; raises when it cannot be kept."""

    async def keep(self, entry: Entry) -> None: ...


class StoreRecorder:
    """The product's recorder: the chained record in the database, and behind it, where one is set, its second
    copy."""

    def __init__(self, audit: Audit, lines: AuditLines | None = None) -> None:
        self._audit = audit
        self._lines = lines

    async def keep(self, entry: Entry) -> None:
        await self._audit.append(entry)
        if self._lines is not None:
            await self._lines.ship()


def entry(
    *, at: datetime, person_id: str, channel: str, audience: Audience, event: str, answer: Mapping[str, Any],
    asked: Mapping[str, Any] | None, opens: str | None = None,
) -> Entry:  # fmt: skip
    """The entry for one answer JSON.

    asked: the question as it was understood, also where the answer says nothing of it (a refusal).
    opens: the restricted case that this opens.
    """
    return Entry(
        at=at,
        person_id=person_id,
        channel=channel,
        audience=audience_name(audience) + OUTSIDERS[audience.outsiders],
        event=event,
        outcome=str(answer.get("outcome", "")),
        understood=asked or {},
        child_ids=(opens,) if opens else children_shown(answer),
    )


def server_entry(
    at: datetime, event: str, done: Mapping[str, Any], person_id: str | None = None, outcome: str = "answered",
    children: Iterable[str | None] = (),
) -> Entry:  # fmt: skip
    """What was done on the server: by the operator, or, with `--as`, by that person (rights.md 11).

    children: the ids of those whose rows were shown or written.
    """
    shown = tuple(sorted({child for child in children if child}))
    return Entry(at, person_id or OPERATOR, SERVER, "none", event, outcome, done, shown)


OUTSIDERS = {"": "", "some": ", with guests", "unknown": ", nobody knows who listens"}
"""What the record says of an audience beside its unit."""


def audience_name(audience: Audience) -> str:
    """ "personal", the id of the conversation's unit, or "none" for a conversation of no unit."""
    if audience.kind == "personal":
        return "personal"
    return audience.unit.id if audience.unit else "none"


def children_shown(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Every child id that stands in an answer, wherever it stands, sorted."""
    shown = set(_child_ids({key: part for key, part in answer.items() if key not in ("also", "question")}))
    if answer.get("outcome") == "answered" and answer.get("understood"):
        child = answer["understood"].get("child")
        if child:
            shown.add(child)
    return tuple(sorted(shown))


def _child_ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("child_id"), str):
            yield value["child_id"]
        for part in value.values():
            yield from _child_ids(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _child_ids(part)
