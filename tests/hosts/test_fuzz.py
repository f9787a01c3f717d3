"""Activities bent in every way: each gets a status that was meant, and nobody is mistaken for another.

A small run by default; PERFBOT_FUZZ_BODIES=1000000 makes it a long one, PERFBOT_FUZZ_SEED another one.
"""

from __future__ import annotations

import copy
import json
import os
import random
from typing import Any

from .conftest import APP_ID, PERSON, TENANT

BODIES = int(os.environ.get("PERFBOT_FUZZ_BODIES", "250"))
SEED = int(os.environ.get("PERFBOT_FUZZ_SEED", "20261116"))
MEANT = {200, 202, 400, 401, 403, 413, 501}

ODD: list[Any] = [
    None, True, False, 0, -1, 1e308, 10**400, "", " ", "\x00", "\u202e", "a\nb", "\ud800", "💥" * 50, "x" *
    3_000, "../../etc/passwd", "<at>perfbot</at>", "${jndi:ldap://x}", "' OR 1=1 --", "*", "null",
    "personal", "channel", [], {}, [[]], [None], {"": ""}, {"id": {}}, {"id": []}, {"id": None}, {"id":
    "x"}, {"id": True}, [1] * 500, "29:user", PERSON, TENANT, f"28:{APP_ID}", "msteams", "message",
    "invoke", "adaptiveCard/action", {"action": {"verb": "x", "data": {"perfbot": "why"}}}, {"action":
    {"data": None}}, {"action": []},
]  # fmt: skip
NAMES = [
    "type", "id", "name", "channelId", "serviceUrl", "conversation", "from", "recipient", "text", "value",
    "tenant", "channelData", "membersAdded", "entities", "replyToId", "action", "aadObjectId", "tenantId",
    "conversationType", "deliveryMode", "callerId", "relatesTo", "localTimestamp", "timestamp",
    "attachments", "__proto__", "",
]  # fmt: skip


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here] if here else []
    if isinstance(value, dict):
        for name, each in value.items():
            found += paths(each, (*here, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            found += paths(each, (*here, number))
    return found


def bend(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """One to four changes anywhere: another value, a name removed, added, or moved."""
    for _ in range(chance.randint(1, 4)):
        places = paths(body)
        if not places:
            return body
        *way, last = chance.choice(places)
        parent: Any = body
        for step in way:
            parent = parent[step]
        what = chance.random()
        if what < 0.5:
            parent[last] = copy.deepcopy(chance.choice(ODD))
        elif what < 0.7:
            del parent[last]
        elif isinstance(parent, dict):
            parent[chance.choice(NAMES)] = copy.deepcopy(chance.choice([*ODD, parent[last]]))
    return body


def break_bytes(data: bytes, chance: random.Random) -> bytes:
    bent = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(bent))
        what = chance.random()
        if what < 0.4:
            bent[place] = chance.randrange(256)
        elif what < 0.7:
            del bent[place : place + chance.randint(1, 20)]
        else:
            bent[place:place] = bytes(chance.choices(b'{}[]",:\\u0\xff\x00', k=chance.randint(1, 9)))
        if not bent:
            break
    return bytes(bent)


def bases(teams: Any) -> list[dict[str, Any]]:
    press = {"action": {"type": "Action.Execute", "verb": "open", "data": {"perfbot": "drill"}}}
    mention = {"type": "mention", "text": "<at>p</at>", "mentioned": {"id": "x"}}
    joined = [{"id": "29:user"}, {"id": f"28:{APP_ID}"}]
    return [
        teams.activity("overdue?", entities=[mention]),
        teams.activity(None, value={"perfbot": "drill"}, replyToId="card"),
        teams.activity(None, type="invoke", name="adaptiveCard/action", value=press),
        teams.activity(None, type="conversationUpdate", membersAdded=joined),
        teams.activity(None, type="installationUpdate", action="add"),
    ]


async def test_bent_activities_never_break_the_bot(teams, replier, connector):
    chance = random.Random(SEED)
    header = f"Bearer {teams.token()}"
    seen: set[int] = set()
    for number in range(BODIES):
        body = bend(copy.deepcopy(chance.choice(bases(teams))) | {"id": f"activity-{number}"}, chance)
        data = json.dumps(body).encode()
        if chance.random() < 0.2:
            data = break_bytes(data, chance)
        turns = len(replier.turns)
        status, _ = await teams.post(data, header=header)
        assert status in MEANT, (SEED, number)
        seen.add(status)
        for turn in replier.turns[turns:]:
            claimed = json.loads(data)
            assert turn.person_id == claimed["from"]["aadObjectId"].replace("\x00", ""), (SEED, number)
    assert {200, 400, 401, 403} <= seen
    assert all(call.conversation_id for call in connector.calls)
