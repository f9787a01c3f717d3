"""Real Chromium on the real page. Skipped, with the reason, where Chromium or Web Chat's file is missing.

PERFBOT_TEST_SCREENSHOTS=FOLDER keeps the screenshots there (the README's come from `docs`); otherwise they
go to the test's own folder.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from bot.hosts.webchat.fetch import folder_in, read_script
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, PHONE = (1200, 900), (390, 844)


@dataclass
class Window:
    """A page in a window of its own, and everything it complained about or asked the network for."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Loads the page and waits until the conversation is there."""
        await self.page.goto(self.address)
        await self.page.get_by_role("textbox", name="Message input box").wait_for()
        await self.page.locator("#briefing:enabled").wait_for()

    async def ask(self, words: str) -> None:
        box = self.page.get_by_role("textbox", name="Message input box")
        await box.fill(words)
        await box.press("Enter")

    async def hear(self, words: str) -> None:
        """Waits until the conversation shows the words."""
        await self.said(words).last.wait_for()

    def said(self, words: str):  # type: ignore[no-untyped-def]
        """The elements of the conversation that show exactly these words."""
        return self.page.locator("#webchat [role=feed]").get_by_text(words, exact=True)

    def outside_requests(self) -> list[str]:
        own = (self.address, self.address.replace("http:", "ws:"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture(scope="session")
def web_chat() -> bytes:
    home = load_settings().home
    script = read_script(folder_in(home if home.is_absolute() else ROOT / home))
    if script is None:
        pytest.skip("Web Chat's file is not there: run `make webchat` (it needs npm)")
    return script


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not on this machine: install the package chromium")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=LAUNCH)
        yield chromium
        await chromium.close()


OpenWindow = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(loop_scope="session")
async def open_window(browser: Browser) -> AsyncIterator[OpenWindow]:
    """Opens windows on an address at a size, `clock` with a time that can be put forward; all are closed."""
    contexts = []

    async def open_at(address: str, size: tuple[int, int], clock: bool = False) -> Window:
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        contexts.append(context)
        window = Window(await context.new_page(), address)
        window.page.on("console", lambda m: window.complaints.append(m.text) if m.type == "error" else None)
        window.page.on("pageerror", lambda e: window.complaints.append(str(e)))
        window.page.on("request", lambda r: window.requests.append(r.url))
        window.page.on("websocket", lambda s: window.requests.append(s.url))
        if clock:
            await window.page.clock.install()
        await window.open()
        return window

    yield open_at
    for context in contexts:
        await context.close()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    kept = os.environ.get("PERFBOT_TEST_SCREENSHOTS")
    folder = Path(kept) if kept else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
