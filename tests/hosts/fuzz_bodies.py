"""Activity bodies bent in every way: a structure that is right, and then changes where it hurts.

Every body comes from a seed; nothing here knows what the bot should answer.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

ODD: list[Any] = [
    None, True, False, 0, -1, 1.5, 1e308, 10**400, "", " ", "\x00", "\u202e", "a\nb", "\ud800", "💥" * 50, "x" * 3_000,
    "../../etc/passwd", "<at>perfbot</at>", "${jndi:ldap://x}", "' OR 1=1 --", "*", "null", "{{7*7}}", "%s%n",
    "personal", "channel", "groupChat", [], {}, [[]], [None], {"": ""}, {"id": {}}, {"id": []}, {"id": None},
    {"id": "x"}, {"id": True}, [1] * 50, "msteams", "message", "invoke", "adaptiveCard/action",
    {"action": {"verb": "x", "data": {"perfbot": "why"}}}, {"action": {"data": None}}, {"action": []},
    {"tenant": {"id": "x"}}, {"perfbot": "ask"}, {"__proto__": {"admin": True}}, "\u0000\u0001", "٣", "e\u0301" * 40,
]  # fmt: skip
"""What takes the place of any value, among more that a run brings (people, conversations, tenants)."""
NAMES = [
    "type", "id", "name", "channelId", "serviceUrl", "conversation", "from", "recipient", "text", "value", "tenant",
    "channelData", "membersAdded", "entities", "replyToId", "action", "aadObjectId", "tenantId", "conversationType",
    "deliveryMode", "callerId", "relatesTo", "localTimestamp", "timestamp", "attachments", "verb", "data", "question",
    "replace", "before", "page", "until", "seal", "perfbot", "channel", "team", "mentioned", "__proto__", "",
]  # fmt: skip
INVOKES = [
    "adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/query", "fileConsent/invoke",
    "signin/verifyState", "signin/tokenExchange", "application/search", "adaptiveCard/Action", "", "x" * 2_000,
]  # fmt: skip
KINDS = [
    "message", "invoke", "conversationUpdate", "installationUpdate", "event", "typing", "messageReaction",
    "messageUpdate", "messageDelete", "endOfConversation", "handoff", "trace", "command", "MESSAGE", "",
]  # fmt: skip
CONTENT_TYPES = [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "",
    "application/json; charset=utf-7", "application/json; charset=utf-16", "application/JSON", "text/json", "*/*",
]  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    found = [here] if here else []
    if isinstance(value, dict):
        for name, each in value.items():
            found += paths(each, (*here, name))
    elif isinstance(value, list):
        for number, each in enumerate(value[:20]):
            found += paths(each, (*here, number))
    return found


def copied(value: Any) -> Any:
    """A JSON value of its own; much faster than copy.deepcopy."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    return [copied(each) for each in value] if isinstance(value, list) else value


def bend(body: dict[str, Any], chance: random.Random, odd: list[Any]) -> dict[str, Any]:
    """One to four changes anywhere: another value, a name removed, added or moved, a part nested deep."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        places = paths(body)
        if not places:
            return body
        *way, last = chance.choice(places)
        parent: Any = body
        for step in way:
            parent = parent[step]
        what = chance.random()
        if what < 0.5:
            parent[last] = copied(chance.choice(odd))
        elif what < 0.65:
            del parent[last]
        elif what < 0.7:
            parent[last] = nested(parent[last], chance.choice((3, 30, 45, 200)), chance.random() < 0.5)
        elif isinstance(parent, dict):
            parent[chance.choice(NAMES)] = copied(chance.choice((chance.choice(odd), parent[last])))
    return body


def nested(value: Any, depth: int, lists: bool) -> Any:
    """The value inside so many lists or objects."""
    for _ in range(depth):
        value = [value] if lists else {"a": value}
    return value


def break_bytes(data: bytes, chance: random.Random) -> bytes:
    """The same with some bytes changed, gone or doubled."""
    bent = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        if not bent:
            break
        place = chance.randrange(len(bent))
        what = chance.random()
        if what < 0.4:
            bent[place] = chance.randrange(256)
        elif what < 0.7:
            del bent[place : place + chance.randint(1, 20)]
        else:
            bent[place:place] = bytes(chance.choices(b'{}[]",:\\u0\xff\x00', k=chance.randint(1, 9)))
    return bytes(bent)


def doubled(body: Mapping[str, Any], chance: random.Random, odd: list[Any]) -> bytes:
    """JSON in which one name stands twice, with two values: the second wins, in Python."""
    text = json.dumps(body)
    name = chance.choice(list(body) or ["type"])
    value = body.get(name) if chance.random() < 0.5 else chance.choice(odd)
    extra = json.dumps({name: value})[1:-1]
    return (f"{{{extra}, {text[1:]}" if chance.random() < 0.5 else f"{text[:-1]}, {extra}}}").encode()


def encoded(body: Mapping[str, Any], chance: random.Random, odd: list[Any]) -> bytes:
    """The body as bytes: mostly JSON as it should be, at times with a name twice, broken, or in another coding."""
    what = chance.random()
    if what < 0.06:
        return doubled(body, chance, odd)
    data = json.dumps(body).encode()
    if what < 0.16:
        return break_bytes(data, chance)
    if what < 0.17:
        return json.dumps(body, ensure_ascii=False).encode("utf-16", "surrogatepass")
    if what < 0.18:
        return b"\xef\xbb\xbf" + data
    return data
