"""A browser chat over the small assistant, served for real on a free loopback port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.hosts.browser import BrowserChat, serving
from hosts_browser.small_assistant import SmallAssistant, SmallDirectory


@dataclass
class Client:
    """Speaks Direct Line over HTTP, as Web Chat would."""

    address: str
    http: aiohttp.ClientSession
    assistant: SmallAssistant
    chat: BrowserChat

    def url(self, path: str) -> str:
        return f"{self.address}directline/{path}"

    async def sit(self, person: str = "U-T11", place: str = "personal") -> Talker:
        async with self.http.post(
            self.url("tokens/generate"), json={"person": person, "place": place}
        ) as response:
            assert response.status == 200, await response.text()
            token = (await response.json())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.post(self.url("conversations"), json={}, headers=headers) as response:
            assert response.status == 201
            begun = await response.json()
        return Talker(self, begun["conversationId"], token, begun["streamUrl"])


@dataclass
class Talker:
    """One conversation, after the line that begins it (watermark 1)."""

    client: Client
    id: str
    token: str
    stream_url: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def url(self, tail: str = "") -> str:
        return self.client.url(f"conversations/{self.id}{tail}")

    async def post(self, activity: Any, **more: Any) -> tuple[int, Any]:
        async with self.client.http.post(
            self.url("/activities"), json=activity, headers=self.headers, **more
        ) as response:
            text = await response.text()
            return response.status, (await response.json() if response.status == 200 else text)

    async def say(self, text: str, **more: Any) -> str:
        status, body = await self.post({"type": "message", "text": text, **more})
        assert status == 200, body
        return str(body["id"])

    async def press(self, data: dict[str, Any]) -> str:
        status, body = await self.post({"type": "message", "value": data, "channelData": {"postBack": True}})
        assert status == 200, body
        return str(body["id"])

    async def since(self, watermark: int = 1) -> dict[str, Any]:
        async with self.client.http.get(
            self.url(f"/activities?watermark={watermark}"), headers=self.headers
        ) as response:
            assert response.status == 200, await response.text()
            return dict(await response.json())

    def listen(self, watermark: int | None = 1) -> Listener:
        """Listens to what was said after the watermark; None = the stream address as it was given."""
        address = self.stream_url if watermark is None else f"{self.stream_url}&watermark={watermark}"
        return Listener(self.client.http.ws_connect(address))


class Listener:
    """The WebSocket, read one activity at a time."""

    def __init__(self, connecting: Any) -> None:
        self._connecting = connecting
        self._waiting: list[dict[str, Any]] = []
        self.watermark = ""

    async def __aenter__(self) -> Listener:
        self._socket = await self._connecting
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._socket.close()

    async def next(self) -> dict[str, Any]:
        while not self._waiting:
            frame = await self._socket.receive_json(timeout=10)
            self._waiting, self.watermark = list(frame["activities"]), frame["watermark"]
        return self._waiting.pop(0)

    async def next_message(self) -> dict[str, Any]:
        """The next message of the bot; echoes and typing signs are passed over."""
        while True:
            activity = await self.next()
            if activity["type"] == "message" and activity["from"]["id"] == "perfbot":
                return activity

    async def closed(self) -> bool:
        return (await self._socket.receive(timeout=10)).type in (
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.CLOSING,
            aiohttp.WSMsgType.CLOSED,
        )


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    assistant = SmallAssistant()
    chat = BrowserChat(assistant, SmallDirectory(), web_chat=b"/* stands for Web Chat */")
    async with serving(chat, port=0) as address, aiohttp.ClientSession() as http:
        yield Client(address, http, assistant, chat)
