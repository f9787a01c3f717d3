"""The page as it leaves the server."""

from __future__ import annotations

import re

import aiohttp

from bot.hosts.browser import BrowserChat, serving
from hosts_browser.conftest import Client
from hosts_browser.small_assistant import SmallAssistant, SmallDirectory


async def page_of(client: Client) -> tuple[str, aiohttp.typedefs.LooseHeaders]:
    async with client.http.get(client.address) as response:
        assert response.status == 200
        return await response.text(), response.headers


async def test_it_says_on_its_face_that_the_data_are_invented(client: Client) -> None:
    text, _ = await page_of(client)
    assert "Invented data: not a real authority" in text


async def test_every_user_and_place_can_be_chosen_and_names_are_escaped(client: Client) -> None:
    text, _ = await page_of(client)
    assert re.findall(r'<option value="([^"]+)">', text) == [
        "U-T11", "U-AD", "U-DIR", "U-GONE", "personal", "T11", "T12", "S1", "ALL", "group",
    ]  # fmt: skip
    assert "Rhys &lt;Owen&gt;, Family support" in text
    assert "Jo Marsh, whole authority" in text
    assert text.index("No longer active") < text.index("Pat Lane")


async def test_nothing_comes_from_outside(client: Client) -> None:
    text, headers = await page_of(client)
    assert re.findall(r'(?:src|href)="(?!/|#|data:)[^"]*"', text) == []
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert policy["connect-src"] == f"'self' ws://{client.address[7:-1]}"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_every_answer_carries_the_safe_headers_and_only_files_are_kept(client: Client) -> None:
    talker = await client.sit()
    kept = {"page.css": "no-cache", "page.js": "no-cache"}
    said = f"directline/conversations/{talker.id}/activities"
    for path in ("", "page.css", "page.js", "webchat.js", "nowhere", said):
        async with client.http.get(client.address + path, headers=talker.headers) as response:
            headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "microphone=()" in headers["Permissions-Policy"]
        assert headers["Server"] == "perfbot"
        assert headers["Cache-Control"] == kept.get(path, "no-store"), path
    _, headers = await page_of(client)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_the_nonce_is_new_every_time_and_the_same_in_page_and_policy(client: Client) -> None:
    nonces = set()
    for _ in range(2):
        text, headers = await page_of(client)
        found = re.search(r'name="webchat-nonce" content="([^"]+)"', text)
        assert found
        assert f"'nonce-{found[1]}'" in headers["Content-Security-Policy"]
        nonces.add(found[1])
    assert len(nonces) == 2


async def test_its_files_are_served_and_web_chat_is_the_one_given(client: Client) -> None:
    for name, start in [("page.css", "/*"), ("page.js", "//"), ("webchat.js", "/* stands for Web Chat */")]:
        async with client.http.get(client.address + name) as response:
            assert response.status == 200
            assert (await response.text()).startswith(start)


async def test_without_web_chat_the_page_names_the_terminal_and_the_endpoint_still_works() -> None:
    assistant = SmallAssistant()
    chat = BrowserChat(assistant, SmallDirectory(), web_chat=None)
    async with serving(chat, port=0) as address, aiohttp.ClientSession() as http:
        client = Client(address, http, assistant, chat)
        text, _ = await page_of(client)
        assert "perfbot chat</code> in the terminal" in text
        assert "<script" not in text
        async with http.get(address + "webchat.js") as response:
            assert response.status == 404
        talker = await client.sit()
        async with talker.listen() as heard:
            await talker.say("hi")
            await heard.next_message()
