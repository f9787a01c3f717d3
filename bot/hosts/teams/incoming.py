"""What Teams posted, read with suspicion before any SDK sees it.

Only what the bot uses is kept, every piece of it checked; the SDK is later given an activity made from these
pieces.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_ID = 1_024
LONGEST_URL = 2_048
DEEPEST = 40
SPEAKS = frozenset({"message", "invoke"})
"""Kinds of activity behind which a person must stand."""


class Refused(Exception):
    """An activity that is not worked on. status: 400 malformed, 401 not authentic, 403 not allowed here."""

    def __init__(self, status: int, because: str) -> None:
        super().__init__(because)
        self.status = status
        self.because = because


@dataclass(frozen=True)
class Incoming:
    """One checked activity.

    conversation_id: with the thread, as Teams wants it back. place_id: the channel, chat or person's chat, without
    the thread: where an answer is heard. tenants: every tenant the activity names, in lower case. value: what a
    button carries; None without one.
    """

    type: str
    id: str
    name: str
    channel_id: str
    service_url: str
    conversation_id: str
    conversation_type: str
    place_id: str
    tenants: frozenset[str]
    user_id: str
    aad_id: str
    bot_id: str
    text: str
    value: Mapping[str, Any] | None
    reply_to_id: str
    action: str
    members_added: tuple[str, ...]
    members_removed: tuple[str, ...] = ()
    team_id: str = ""

    @property
    def is_personal(self) -> bool:
        return self.conversation_type == "personal"

    @property
    def key(self) -> str:
        """Names this activity among all; empty for one without an id, whose repeats cannot be known."""
        return f"{self.channel_id}|{self.conversation_id}|{self.id}" if self.id else ""


def read_incoming(body: bytes) -> Incoming:
    """Raises Refused: 400 for what is no activity, 401 where nothing says which channel vouches for it."""
    try:
        raw = _clean(json.loads(body, parse_constant=_no_constant))
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON that can be read") from None
    if not isinstance(raw, dict):
        raise Refused(400, "the body is not a JSON object")
    kind = _word(raw, "type")
    if not kind:
        raise Refused(400, "the activity has no type")
    # The token vouches for a channel and a service address: without them nothing vouches for the activity.
    channel_id = _word(raw, "channelId")
    service_url = _word(raw, "serviceUrl", LONGEST_URL)
    if not channel_id or not service_url:
        raise Refused(401, "the activity names no channel or no service address")
    conversation = _object(raw, "conversation")
    sender = _object(raw, "from")
    conversation_id = _word(conversation, "id")
    user_id = _word(sender, "id")
    if not conversation_id or not user_id:
        raise Refused(400, "the activity names no conversation or no sender")
    channel_data = _object(raw, "channelData")
    recipient = _object(raw, "recipient")
    channel = _word(_object(channel_data, "channel"), "id")
    bot_id = _word(recipient, "id")
    return Incoming(
        type=kind,
        id=_word(raw, "id"),
        name=_word(raw, "name"),
        channel_id=channel_id,
        service_url=service_url,
        conversation_id=conversation_id,
        conversation_type=_word(conversation, "conversationType"),
        place_id=_place(kind, conversation, channel),
        tenants=frozenset(
            tenant.lower()
            for tenant in (_word(_object(channel_data, "tenant"), "id"), _word(conversation, "tenantId"))
            if tenant
        ),
        user_id=user_id,
        aad_id=_word(sender, "aadObjectId"),
        bot_id=bot_id,
        text=_text(raw, bot_id),
        value=_value(raw),
        reply_to_id=_word(raw, "replyToId"),
        action=_word(raw, "action"),
        members_added=_ids(raw, "membersAdded"),
        members_removed=_ids(raw, "membersRemoved"),
        team_id=_word(_object(channel_data, "team"), "id"),
    )


def _place(kind: str, conversation: Mapping[str, Any], channel: str) -> str:
    """The conversation without its thread. Whoever is answered is answered there, so that alone says who hears it; a
    channel named beside it counts only where nobody is answered (one was made, the bot was added)."""
    if channel and kind not in SPEAKS and _word(conversation, "conversationType") != "personal":
        return channel
    return _word(conversation, "id").partition(";messageid=")[0]


def _ids(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_word(member, "id") for member in _list(raw, name) if isinstance(member, dict))


def pressed_action(incoming: Incoming) -> Mapping[str, Any]:
    """What the button of an Action.Execute carries: its data, and `verb`. Raises Refused (400)."""
    action = (incoming.value or {}).get("action")
    if not isinstance(action, dict):
        raise Refused(400, "the pressed button carries no action")
    data = action.get("data", {})
    verb = action.get("verb", "")
    if not isinstance(data, dict) or not isinstance(verb, str):
        raise Refused(400, "the pressed button carries no data that can be read")
    return {"verb": verb, **data} if verb else data


def _text(raw: Mapping[str, Any], bot_id: str) -> str:
    """The words, without the mention of the bot that a channel message must begin with."""
    text = raw.get("text")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise Refused(400, "the text is no text")
    for entity in _list(raw, "entities"):
        if isinstance(entity, dict) and entity.get("type") == "mention":
            said = entity.get("text")
            if isinstance(said, str) and said and _object(entity, "mentioned").get("id") == bot_id:
                text = text.replace(said, " ")
    return html.unescape(text).replace("\xa0", " ").strip()


def _value(raw: Mapping[str, Any]) -> Mapping[str, Any] | None:
    value = raw.get("value")
    if value is None or isinstance(value, dict):
        return value
    raise Refused(400, "the value is not a JSON object")


def _object(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Refused(400, f"{name} is not a JSON object")
    return value


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused(400, f"{name} is not a list")
    return value


def _word(raw: Mapping[str, Any], name: str, longest: int = LONGEST_ID) -> str:
    """A short string of printable ASCII, as all of Teams' ids and names are; "" when absent."""
    value = raw.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not (value.isascii() and value.isprintable()):
        raise Refused(400, f"{name} is not a short text")
    return value


def _clean(value: Any, depth: int = 0) -> Any:
    """The same JSON without NULs, which no database takes. Raises ValueError for half characters and endless
    depth.
    """
    if depth > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate (UnicodeEncodeError is a ValueError)
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {_clean(name, depth + 1): _clean(each, depth + 1) for name, each in value.items()}
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
