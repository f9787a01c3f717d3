"""A connector for tests: what Teams' service would be, recording every call and answering as told."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

TENANT = "22222222-2222-2222-2222-222222222222"


def member(name: str, **changed: Any) -> dict[str, Any]:
    """A member of a conversation as Teams lists one."""
    told = {
        "id": f"29:{name}", "name": name, "aadObjectId": f"aad-{name}", "objectId": f"aad-{name}",
        "tenantId": TENANT, "userRole": "user", "userPrincipalName": f"{name}@example.org",
    }  # fmt: skip
    return {key: value for key, value in (told | changed).items() if value is not None}


@dataclass(frozen=True)
class Call:
    """verb: POST (new message) or PUT (replaced). authorization: the header it came with."""

    verb: str
    conversation_id: str
    activity_id: str
    body: dict[str, Any]
    authorization: str


class Connector:
    """answers: statuses for the next calls, in order (200 when used up); "drop": take it, then hang up; "page": the
    page of a proxy instead of Teams' own answer.

    gate: while cleared, calls wait before they are answered.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.accepted: list[Call] = []
        self.answers: deque[int | str] = deque()
        self.retry_after: str | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._arrived = asyncio.Condition()
        self._transports: set[asyncio.BaseTransport] = set()
        self.members: dict[str, list[dict[str, Any]] | int] = {}
        self.rosters_read: list[str] = []
        self.opened: list[dict[str, Any]] = []
        app = web.Application()
        app.router.add_get("/v3/conversations/{conversation}/pagedmembers", self._paged_members)
        app.router.add_post("/v3/conversations", self._open)
        for path in (
            "/v3/conversations/{conversation}/activities",
            "/v3/conversations/{conversation}/activities/{activity}",
        ):
            app.router.add_post(path, self._take)
            app.router.add_put(path, self._take)
        self._server = TestServer(app)

    async def start(self) -> None:
        await self._server.start_server()

    async def close(self) -> None:
        self.gate.set()
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("")).rstrip("/")

    async def until(self, count: int, kind: str = "message") -> list[Call]:
        """The accepted calls of that kind, once there are `count` of them."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    @property
    def connections(self) -> int:
        """How many connections of the bot are open."""
        return sum(not transport.is_closing() for transport in self._transports)

    def of(self, kind: str = "message") -> list[Call]:
        return [call for call in self.accepted if call.body["type"] == kind]

    async def _paged_members(self, request: web.Request) -> web.Response:
        """The roster of `members` two at a time, or a status; nobody told: one colleague."""
        conversation = request.match_info["conversation"]
        token = request.query.get("continuationToken", "")
        if not token:
            self.rosters_read.append(conversation)
        found = self.members.get(conversation, [member("someone")])
        if isinstance(found, int):
            return web.json_response({"error": {"code": "x", "message": "x"}}, status=found)
        first = int(token or 0)
        page: dict[str, Any] = {"members": found[first : first + 2]}
        if first + 2 < len(found):
            page["continuationToken"] = str(first + 2)
        return web.json_response(page)

    async def _open(self, request: web.Request) -> web.Response:
        """A person's own chat is opened for the bot."""
        self.opened.append(await request.json())
        answer = self.answers.popleft() if self.answers else 201
        return web.json_response({"id": f"a:opened-{len(self.opened)}"}, status=int(answer))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        call = Call(
            request.method,
            request.match_info["conversation"],
            request.match_info.get("activity", ""),
            await request.json(),
            request.headers.get("Authorization", ""),
        )
        self.calls.append(call)
        assert request.transport is not None
        self._transports.add(request.transport)
        await self.gate.wait()
        answer = self.answers.popleft() if self.answers else 200
        if answer in (200, 201, "drop"):
            async with self._arrived:
                self.accepted.append(call)
                self._arrived.notify_all()
        if answer == "drop":
            request.transport.abort()
            return web.Response()
        if answer == "page":
            return web.Response(text="<html>Bad gateway</html>", content_type="text/html", status=502)
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        if answer in (301, 302, 307, 308):
            headers["Location"] = f"{self.url}/v3/conversations/elsewhere/activities"
        return web.json_response({"id": f"sent-{len(self.accepted)}"}, status=int(answer), headers=headers)
