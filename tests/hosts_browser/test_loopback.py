"""Nobody but this machine reaches the browser chat."""

from __future__ import annotations

import socket

import aiohttp
import pytest
from aiohttp import web

from bot.hosts.browser import BrowserChat, serving
from bot.hosts.webchat.loopback import loopback_host
from hosts_browser.conftest import Client
from hosts_browser.small_assistant import SmallAssistant, SmallDirectory
from kpi_engine.errors import InputError

OUTSIDE = ["0.0.0.0", "::", "", "192.168.1.4", "10.0.0.1", "example.org", "127.0.0.1.example.org", "8.8.8.8"]


@pytest.mark.parametrize("host", OUTSIDE)
async def test_an_outside_address_is_refused_before_anything_listens(host: str) -> None:
    chat = BrowserChat(SmallAssistant(), SmallDirectory(), web_chat=None)
    with pytest.raises(InputError, match=r"this machine alone"):
        async with serving(chat, host=host, port=0):
            pass


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "::1"])
def test_loopback_addresses_are_taken(host: str) -> None:
    assert loopback_host(host) == host


async def test_served_by_something_else_on_an_outside_address_it_still_refuses() -> None:
    own = outside_address()
    chat = BrowserChat(SmallAssistant(), SmallDirectory(), web_chat=None)
    runner = web.AppRunner(chat.app())
    await runner.setup()
    try:
        await web.TCPSite(runner, own, 0).start()
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://{own}:{runner.addresses[0][1]}/", headers={"Host": "localhost"}) as response,
        ):
            assert response.status == 403
    finally:
        await runner.cleanup()


def outside_address() -> str:
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "[", ""])
async def test_a_foreign_host_name_is_refused(client: Client, host: str) -> None:
    async with client.http.get(client.address, headers={"Host": host}) as response:
        assert response.status in (400, 403)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_page_cannot_call_in(client: Client, origin: str) -> None:
    talker = await client.sit()
    headers = {**talker.headers, "Origin": origin}
    async with client.http.post(
        talker.url("/activities"), json={"type": "message", "text": "hi"}, headers=headers
    ) as response:
        assert response.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await client.http.ws_connect(talker.stream_url, headers={"Origin": origin})
    assert client.assistant.turns == []


async def test_our_own_page_can(client: Client) -> None:
    talker = await client.sit()
    headers = {**talker.headers, "Origin": client.address.rstrip("/")}
    async with client.http.post(
        talker.url("/activities"), json={"type": "message", "text": "hi"}, headers=headers
    ) as response:
        assert response.status == 200


async def test_a_port_that_is_taken_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        chat = BrowserChat(SmallAssistant(), SmallDirectory(), web_chat=None)
        with pytest.raises(InputError, match=f"Port {port} .* --port"):
            async with serving(chat, port=port):
                pass
