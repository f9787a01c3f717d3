"""The whole bot behind its real endpoint, and a client that sends it one body after another on one connection.

The assistant, its rights, its seals and its record are the real ones, over the small borough. After every body the
rig looks at what came back and at what was posted to the connector: a status that was meant, no fault in between, no
post elsewhere, and no child in a conversation where it may not be told.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import random
import re
import resource
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import perf_counter, time
from typing import Any

from . import fuzz_bodies as bodies
from .conftest import APP_ID, KEY_ID, OTHER_KEY, TENANT, Teams
from .connector import Call, Connector
from .fuzz_places import HELD, OWN, PLACES, Chats, here

MEANT = frozenset({200, 202, 400, 401, 403, 413, 501})
PEOPLE = [*OWN, "U-T21", "U-OFF", "33333333-3333-3333-3333-333333333333"]
TEXTS = [
    "which CP visits are overdue?", "everything overdue", "briefing", "list the children on CP plans",
    "and in CSWT 2?", "who has the most overdue visits?", "overdue in CSWT 1", "why is the first one on there?",
    "help", "just the number", "what falls due this week?", "show more", "this channel is CSWT 1's", "stop",
    "send us the briefing on Tuesdays at 9",
    "which of the children aged under 5 have overdue visits in CSWT 2?", "as the director, show me all", "💥", "\u202e",
    "caseloads by worker", "what is wrong with our data?", "trend of CP visits overdue", "compare CSWT 1 and CSWT 2",
]  # fmt: skip
QUESTION = {
    "show": "list",
    "measures": ["cp_visits_overdue"],
    "unit": {"kind": "team", "id": "T12"},
    "as_at": "2026-11-15",
}
ADMITTED = frozenset({200, 202, 501})
CHILD = re.compile(rf"\b(?:{'|'.join(HELD)})\b", re.IGNORECASE)
SHOWN = ("text", "attachments", "summary", "speak", "value", "channelData", "entities")
"""The parts of a post that a reader sees; the rest echoes the sender's own ids."""
GOOD_TOKENS = 0.3
A_DAY = 24 * 60 * 60
BUTTONS_KEPT = 40
MOST_FAULTS = 100
FORGED_SEALS = ["", "0" * 32, "f" * 32, None, True, 5, [], {}, "0" * 64, "é" * 32, "0" * 31 + "g"]


NO_FAULT = ("Error handling request from",)
"""What aiohttp writes of a head that is no HTTP."""


class Listener(logging.Handler):
    """What was written as an error: a fault that was only papered over."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        self.leaked = False

    def emit(self, record: logging.LogRecord) -> None:
        said = self.format(record)
        self.leaked = self.leaked or "Bearer" in said or bool(CHILD.search(said))
        if not said.startswith(NO_FAULT):
            self.said.append(said)


class Rig:
    """One connection to the bot at `port`, one stream of bodies from `seed`."""

    def __init__(self, teams: Teams, connector: Connector, port: int, seed: int) -> None:
        self._teams = teams
        self._connector = connector
        self._port = port
        self.seed = seed
        self._chance = random.Random(seed)
        self._odd = [
            *bodies.ODD, *PEOPLE, *PLACES, TENANT, f"28:{APP_ID}", connector.url, {"id": TENANT}, *TEXTS[:4], *HELD,
        ]  # fmt: skip
        self._good = f"Bearer {teams.token(exp=int(time()) + A_DAY)}".encode()
        self._forged = [header.encode("latin-1", "replace") for header in self._forgeries()]
        self._pressed: list[dict[str, Any]] = []
        self._chats = Chats()
        self._opened = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.statuses: Counter[int] = Counter()
        self.posts = self.turns_with_children = self.sent = 0
        self.faults: list[str] = []
        self.listener = Listener()

    def _forgeries(self) -> Iterator[str]:
        teams = self._teams
        yield from (
            "",
            " ",
            "Bearer",
            "Bearer x",
            "Basic dXNlcjpwYXNz",
            f"bearer {teams.token()}",
            teams.token(),
        )
        yield f"Bearer {teams.token(OTHER_KEY)}"
        yield f"Bearer {teams.token(key_id='nobody')}"
        yield f"Bearer {teams.token(aud='another-app')}"
        yield f"Bearer {teams.token(iss='https://evil.example')}"
        yield f"Bearer {teams.token(serviceurl='https://smba.example/')}"
        yield f"Bearer {teams.token(exp=1)}"
        yield f"Bearer {teams.token(exp=None)}"
        yield f"Bearer {teams.token()[:-4]}AAAA"
        yield f"Bearer {teams.token(headers={'kid': KEY_ID, 'jku': 'https://evil.example/keys'}, key=OTHER_KEY)}"
        yield "Bearer " + "A" * 20_000

    # Bodies ---------------------------------------------------------------------------------------------

    def _base(self) -> dict[str, Any]:
        chance, person = self._chance, self._chance.choice(PEOPLE)
        place = chance.choice(("personal", "personal", *PLACES))
        body: dict[str, Any] = {
            "type": "message",
            "id": f"{self.seed}-{self.sent}",
            "channelId": "msteams",
            "serviceUrl": self._connector.url,
            "from": {"id": f"29:{person}", "name": "Somebody", "aadObjectId": person},
            "recipient": {"id": f"28:{APP_ID}", "name": "perfbot"},
            "conversation": {"id": f"a:{person}", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
        }
        if place != "personal":
            body["conversation"] |= {"id": f"{place};messageid=1", "conversationType": "channel"}
            named = chance.choice((*[place] * 9, *PLACES))
            body["channelData"] |= {"channel": {"id": named}, "team": {"id": "19:team"}}
        return self._said(body)

    def _said(self, body: dict[str, Any]) -> dict[str, Any]:
        chance, what = self._chance, self._chance.random()
        if what < 0.4:
            body["text"] = chance.choice(TEXTS)
            mention = {"type": "mention", "text": "<at>p</at>", "mentioned": {"id": f"28:{APP_ID}"}}
            if chance.random() < 0.3:
                body |= {"entities": [mention], "text": f"<at>p</at> {body['text']}"}
        elif what < 0.6:
            body |= {"value": self._button(), "replyToId": "card"}
        elif what < 0.8:
            action = {
                "type": "Action.Execute",
                "verb": chance.choice(("ask", "", "why")),
                "data": self._button(),
            }
            body |= {"type": "invoke", "name": chance.choice(bodies.INVOKES[:1] * 5 + bodies.INVOKES),
                     "value": {"action": action, "trigger": "manual"}}  # fmt: skip
        elif what < 0.9:
            joined = [{"id": body["from"]["id"]}, {"id": f"28:{APP_ID}"}]
            body |= {"type": "conversationUpdate", "membersAdded": joined}
        else:
            body |= {
                "type": chance.choice(bodies.KINDS),
                "action": chance.choice(("add", "remove", "add-upgrade")),
            }
        return body

    def _button(self) -> dict[str, Any]:
        """What a button carries: ours and somebody's, changed, or with a seal made up."""
        chance = self._chance
        if self._pressed and chance.random() < 0.6:
            data: dict[str, Any] = bodies.copied(chance.choice(self._pressed))
        else:
            data = {"perfbot": "ask", "question": bodies.copied(QUESTION), "replace": False, "until": "2026-12-14",
                    "seal": chance.choice(FORGED_SEALS)}  # fmt: skip
        return bodies.bend(data, chance, self._odd) if chance.random() < 0.5 else data

    # Sending --------------------------------------------------------------------------------------------

    async def run(self, count: int) -> None:
        """Sends so many bodies; faults are collected, the first hundred of them."""
        for name in ("bot", "aiohttp", "asyncio"):
            logging.getLogger(name).addHandler(self.listener)
        try:
            for _ in range(count):
                await self._one()
                self.sent += 1
                if len(self.faults) >= MOST_FAULTS:
                    return
        finally:
            for name in ("bot", "aiohttp", "asyncio"):
                logging.getLogger(name).removeHandler(self.listener)
            if self._streams:
                self._streams[1].close()

    async def _one(self) -> None:
        chance = self._chance
        body = self._base()
        if chance.random() < 0.95:
            body = bodies.bend(body, chance, self._odd)
        if isinstance(body.get("text"), str) and chance.random() < 0.003:
            body["text"] = "x" * chance.choice((70_000, 300_000))
        data = bodies.encoded(body, chance, self._odd)
        good = chance.random() < GOOD_TOKENS
        header = self._good if good else chance.choice(self._forged)
        kind = "application/json" if chance.random() < 0.98 else chance.choice(bodies.CONTENT_TYPES)
        status, answer = await self._post(data, header, kind)
        self.statuses[status] += 1
        self._look(status, answer, data, good)

    async def _post(self, data: bytes, header: bytes, kind: str) -> tuple[int, bytes]:
        head = b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % len(data)
        head += b"Content-Type: %s\r\n" % kind.encode() if kind else b""
        head += b"Authorization: %s\r\n\r\n" % header if header else b"\r\n"
        for again in (True, False):
            try:
                if self._streams is None:
                    self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
                reader, writer = self._streams
                writer.write(head + data)
                async with asyncio.timeout(60):
                    answered = await reader.readuntil(b"\r\n\r\n")
                    lines = answered.decode("latin-1").lower()
                    found = re.search(r"content-length: (\d+)", lines)
                    content = await reader.readexactly(int(found[1])) if found else b""
                if "connection: close" in lines:
                    writer.close()
                    self._streams = None
                return int(answered[9:12]), content
            except (ConnectionError, asyncio.IncompleteReadError):
                self._streams = None
                if not again:
                    raise
        raise AssertionError("unreachable")

    # Looking --------------------------------------------------------------------------------------------

    def _look(self, status: int, answer: bytes, data: bytes, good: bool) -> None:
        calls, self._connector.calls = self._connector.calls, []
        self._connector.accepted = []
        opened = self._connector.opened[self._opened :]
        self.posts += len(calls)
        if status not in MEANT:
            self._fault(f"status {status}")
        if not good and (calls or opened or status == 200):
            self._fault("a forged token was believed")
        if self.listener.leaked:
            self._fault("a token or a child was logged")
        if self.listener.said:
            self._fault(f"logged: {self.listener.said[:3]}")
            self.listener.said.clear()
        if status in ADMITTED and good:
            claimed = json.loads(data)
            self._chats.told(claimed)
            for each in opened:
                self._opened += 1
                self._chats.opened(f"a:opened-{self._opened}", each, claimed)
            self._judge(claimed, answer, calls)
        elif CHILD.search(answer.decode()):
            self._fault("a refusal names a child")
        if calls and self._chance.random() < 0.2:
            self._pressed += list(buttons([call.body for call in calls]))
            del self._pressed[:-BUTTONS_KEPT]

    def _judge(self, claimed: Mapping[str, Any], answer: bytes, calls: Sequence[Call]) -> None:
        """What came back here, and every post, by the conversation that it went to and who is told there."""
        told = [(here(claimed), answer.decode())]
        told += [
            (call.conversation_id, json.dumps({name: call.body.get(name) for name in SHOWN}))
            for call in calls
        ]
        said = json.dumps({"text": claimed.get("text"), "value": claimed.get("value")}).upper()
        any_shown = False
        for place, text in told:
            may_see = self._chats.may_see(place, claimed)
            if may_see is None:
                self._fault(
                    "something was posted to a conversation that is neither this one nor the sender's own"
                )
            shown = {one.upper() for one in CHILD.findall(text)}
            any_shown = any_shown or bool(shown)
            echoed = {one for one in shown if one in said} if place == here(claimed) else set[str]()
            hidden = {one for one in shown - echoed if HELD[one] not in (may_see or ())}
            if hidden:
                self._fault(f"{len(hidden)} children were shown to somebody who may not see them")
        self.turns_with_children += any_shown

    def _fault(self, what: str) -> None:
        self.faults.append(f"seed {self.seed}, body {self.sent}: {what}")


def buttons(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "perfbot" in part and "seal" in part:
            yield part
        for each in part.values():
            yield from buttons(each)
    elif isinstance(part, list):
        for each in part:
            yield from buttons(each)


class Held:
    """What the process holds: resident megabytes and open descriptors."""

    def __init__(self) -> None:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.megabytes = pages * resource.getpagesize() / 1e6
        self.descriptors = len(os.listdir("/proc/self/fd"))


class Stretch:
    """Times a stretch of a run."""

    def __init__(self) -> None:
        self._begun = perf_counter()

    @property
    def seconds(self) -> float:
        return perf_counter() - self._begun
