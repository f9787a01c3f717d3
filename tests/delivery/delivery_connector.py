"""A connector over HTTP that keeps what it accepted and misbehaves to order. Runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from types import TracebackType

from aiohttp import web


@dataclass(frozen=True)
class Posted:
    """One request: which conversation, which text, and whether the connector took it."""

    conversation_id: str
    text: str
    accepted: bool
    did: str


class FakeConnector:
    """`with FakeConnector() as connector:` serves on a free loopback port.

    script: by conversation id, what to do with the next posts: "429", "412", "502", "504", "403" (not
    accepted), "drop" (accepted, then cut off), "slow" (accepted, answered after `slow_seconds`), "late"
    (answered 429 only after that), "twice" (accepted, and two answers to the one request).
    Whatever comes after them is accepted.
    """

    def __init__(self, slow_seconds: float = 0.2) -> None:
        self.history: list[Posted] = []
        self.script: dict[str, list[str]] = {}
        self.slow_seconds = slow_seconds
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    def reset(self) -> None:
        self.history.clear()
        self.script.clear()

    def accepted(self, conversation_id: str) -> list[str]:
        """The texts taken in one conversation."""
        return [p.text for p in self.history if p.accepted and p.conversation_id == conversation_id]

    def __enter__(self) -> FakeConnector:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        app = web.Application()
        app.router.add_post("/v3/conversations/{conversation}/activities", self._post)
        app.router.add_post("/v3/conversations/{conversation}/activities/{activity}", self._post)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        conversation = request.match_info["conversation"]
        body = await request.json()
        script = self.script.get(conversation)
        did = script.pop(0) if script else "accept"
        refused = did.isdigit() or did == "late"
        self.history.append(Posted(conversation, text_of(body), not refused, did))
        if did == "late":
            await asyncio.sleep(self.slow_seconds)
            return web.json_response({"error": {"code": "429"}}, status=429)
        if refused:
            return web.json_response({"error": {"code": did}}, status=int(did))
        if did == "drop":
            assert request.transport is not None
            request.transport.abort()
        if did == "slow":
            await asyncio.sleep(self.slow_seconds)
        if did == "twice":
            assert request.transport is not None
            body_ = b'{"id": "activity-of-the-first-answer"}'
            head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body_)}\r\n\r\n"
            request.transport.write(head.encode() + body_)  # type: ignore[attr-defined]
        return web.json_response({"id": f"activity-{len(self.history)}"}, status=201)


def text_of(body: dict[str, object]) -> str:
    """The words of a posted activity: its text, else what its card falls back to."""
    attachments = body.get("attachments") or []
    assert isinstance(attachments, list)
    return str(
        body.get("text") or body.get("summary") or (attachments and attachments[0]["content"]["body"][0])
    )
