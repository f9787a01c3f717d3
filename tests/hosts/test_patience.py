"""Slow, silent and swollen clients: each is refused or hung up on; others are answered meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.hosts import patience
from bot.hosts.patience import Runner


@pytest.fixture
async def port(host) -> AsyncIterator[int]:
    runner = Runner(host.app(), head_seconds=0.3)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def opened(port: int, said: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    return reader, writer


@pytest.mark.parametrize(
    "said", [b"", b"POST /api/messages HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["silent", "half a head"]
)
async def test_whoever_does_not_finish_a_head_is_hung_up_on(port, said):
    reader, _ = await opened(port, said)
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""


async def test_whoever_has_spoken_is_not(port):
    reader, writer = await opened(port, b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"404" in await reader.readline()
    await asyncio.sleep(0.5)
    writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
    async with asyncio.timeout(5):
        while b"404" not in (line := await reader.readline()):
            assert line, "the connection was closed"


async def test_a_body_that_does_not_come_is_refused_and_nothing_is_run(teams, replier, monkeypatch):
    monkeypatch.setattr(patience.body_of, "__defaults__", (0.2,))
    head = b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    reader, _ = await opened(teams.client.port, head)
    async with asyncio.timeout(5):
        assert b"408" in await reader.readline()
    assert (await teams.say())[0] == 200
    assert len(replier.turns) == 1


async def test_a_body_that_swells_when_unpacked_is_refused(teams, replier):
    packed = gzip.compress(json.dumps(teams.activity("x" * 50_000_000)).encode())
    assert len(packed) < 100_000
    assert (await teams.post(packed, headers={"Content-Encoding": "gzip"}))[0] == 413
    assert (await teams.post(b"no gzip", headers={"Content-Encoding": "gzip"}))[0] == 400
    assert replier.turns == []


async def test_every_answer_carries_the_safe_headers(teams):
    for method, path in (("POST", "/api/messages"), ("GET", "/api/messages"), ("GET", "/nowhere")):
        async with teams.client.request(method, path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
            assert answer.headers["Server"] == "perfbot"
            assert "camera=()" in answer.headers["Permissions-Policy"]
