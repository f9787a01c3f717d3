"""The conversations of the browser chat: who sits in each, what was said, and who is listening.

Everything lives in memory and ends with the process: the browser chat is for trying the bot out. An activity
is a plain dict of the Bot Framework's protocol.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.turn import Audience, Reply

Activity = Mapping[str, Any]
Frame = Mapping[str, Any]
"""What goes to a listener: `{"activities": [...], "watermark": "7"}`."""

CONVERSATIONS_KEPT = 200
WAITING_KEPT = 20
"""Each reload of the page begins a conversation; beyond this many the one longest unused is forgotten."""


@dataclass(frozen=True)
class Seat:
    """Who asks and who listens; bound to the conversation's token, never read from a message."""

    person_id: str
    audience: Audience


@dataclass
class Conversation:
    """One conversation. `log` holds every message in order; a watermark is a number of log entries seen.

    A card that is replaced is logged again under its old id, so that whoever reconnects gets its newest form.
    """

    id: str
    token: str
    seat: Seat
    clock: Callable[[], datetime]
    log: list[Activity] = field(default_factory=list)
    turns: asyncio.Lock = field(default_factory=asyncio.Lock)  # one turn at a time, in the order they came
    _listeners: set[asyncio.Queue[Frame | None]] = field(default_factory=set)
    _sent_ids: dict[str, str] = field(default_factory=dict)  # the client's id of a message -> ours
    _places: dict[str, tuple[int, str]] = field(default_factory=dict)  # id -> its place and time in the talk

    @property
    def watermark(self) -> int:
        return len(self.log)

    def id_given_to(self, client_id: str) -> str | None:
        """Our id of a message the client sent before: a repeated send is answered once."""
        return self._sent_ids.get(client_id)

    def new_id(self, client_id: str | None = None) -> str:
        """An id for the next activity, remembered under the client's own id when there is one."""
        activity_id = f"{self.id}|{secrets.token_hex(6)}"
        if client_id is not None:
            self._sent_ids[client_id] = activity_id
        return activity_id

    def holds(self, activity_id: str) -> bool:
        return activity_id in self._places

    def say(self, activity: Activity) -> None:
        """Logs the activity and sends it to every listener. An id that is there keeps its old place."""
        place, said_at = self._places.setdefault(
            activity["id"], (len(self._places) + 1, self.clock().isoformat())
        )
        channel_data = {**activity.get("channelData", {}), "webchat:sequence-id": place}
        whole = {
            **activity,
            "timestamp": said_at,
            "channelId": "directline",
            "conversation": {"id": self.id},
            "channelData": channel_data,
        }
        self.log.append(whole)
        self._send({"activities": [whole], "watermark": str(self.watermark)})

    def hint(self, activity: Activity) -> None:
        """Sends to those who listen now and keeps nothing: for typing signs."""
        whole = {**activity, "channelId": "directline", "conversation": {"id": self.id}}
        self._send({"activities": [whole], "watermark": str(self.watermark)})

    def since(self, watermark: int) -> Frame:
        """Everything said after the watermark; of an activity that was replaced, only its newest form."""
        newest = {activity["id"]: activity for activity in self.log[watermark:]}
        return {"activities": list(newest.values()), "watermark": str(self.watermark)}

    @contextmanager
    def listening(self, watermark: int | None) -> Iterator[asyncio.Queue[Frame | None]]:
        """A queue of frames, begun with what was said since the watermark; None on it = the end."""
        queue: asyncio.Queue[Frame | None] = asyncio.Queue()
        if self.log[watermark or 0 :]:
            queue.put_nowait(self.since(watermark or 0))
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    @property
    def is_listened_to(self) -> bool:
        return bool(self._listeners)

    def close(self) -> None:
        for queue in self._listeners:
            queue.put_nowait(None)

    def _send(self, frame: Frame) -> None:
        for queue in self._listeners:
            queue.put_nowait(frame)


class Conversations:
    """All of them, by token and by id."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._by_token: OrderedDict[str, Conversation] = OrderedDict()
        self._waiting: dict[Seat, list[Reply]] = {}

    def wait(self, seat: Seat, reply: Reply) -> None:
        """Keeps a reply until the seat's next conversation begins: the page shows one conversation at a time."""
        self._waiting[seat] = [*self._waiting.get(seat, []), reply][-WAITING_KEPT:]

    def waited(self, seat: Seat) -> list[Reply]:
        """What waited for the seat; it waits no more."""
        return self._waiting.pop(seat, [])

    def begin(self, seat: Seat) -> Conversation:
        """A new conversation with a token nobody can guess."""
        conversation = Conversation(secrets.token_hex(8), secrets.token_urlsafe(32), seat, self._clock)
        self._by_token[conversation.token] = conversation
        while len(self._by_token) > CONVERSATIONS_KEPT:
            self._by_token.popitem(last=False)[1].close()
        return conversation

    def with_token(self, token: str) -> Conversation | None:
        conversation = self._by_token.get(token)
        if conversation is not None:
            self._by_token.move_to_end(token)
        return conversation

    def newest_of(self, seat: Seat) -> Conversation | None:
        """The seat's conversation that was used last."""
        return next((c for c in reversed(self._by_token.values()) if c.seat == seat), None)

    def newest_for(self, audience: Audience) -> Conversation | None:
        """The audience's conversation that was used last, whoever sits in it."""
        return next((c for c in reversed(self._by_token.values()) if c.seat.audience == audience), None)

    def close(self) -> None:
        for conversation in self._by_token.values():
            conversation.close()
