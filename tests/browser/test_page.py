"""The page itself, in Chromium, over the small assistant: what a person can see, press and type."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from hosts_browser.small_assistant import SmallAssistant, SmallDirectory
from playwright.async_api import expect

from bot.hosts.browser import BrowserChat, serving
from bot.turn import Reply
from browser.conftest import PHONE, WIDE, OpenWindow, Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
READABILITY = Path(__file__).with_name("readability.js").read_text()


class Served:
    """A chat over the small assistant, served on a port that it keeps from start to start."""

    def __init__(self, web_chat: bytes) -> None:
        self.assistant = SmallAssistant()
        self.chat = BrowserChat(self.assistant, SmallDirectory(), web_chat=web_chat)
        self.address = ""
        self._port = 0
        self._running = AsyncExitStack()

    async def start(self) -> None:
        self.address = await self._running.enter_async_context(serving(self.chat, port=self._port))
        self._port = int(self.address.rstrip("/").rsplit(":", 1)[1])

    async def stop(self) -> None:
        await self._running.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def served(web_chat: bytes) -> AsyncIterator[Served]:
    served = Served(web_chat)
    await served.start()
    yield served
    await served.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def window(served: Served, open_window: OpenWindow) -> Window:
    return await open_window(served.address, WIDE)


async def test_a_question_is_answered_without_complaint_and_without_the_outside_world(window: Window) -> None:
    await window.ask("hello")
    await window.hear("U-T11 at personal said: hello")
    await window.ask("card")
    await window.hear("Level 0")
    assert window.outside_requests() == []
    assert window.complaints == []


async def test_no_script_but_the_pages_own_is_run_and_nothing_foreign_is_fetched(window: Window) -> None:
    await window.ask("card")
    await window.hear("Level 0")
    assert window.complaints == []  # Web Chat itself keeps to the policy
    blocked = await window.page.evaluate("""async () => {
        const blocked = [];
        document.addEventListener('securitypolicyviolation', event => blocked.push(event.effectiveDirective));
        const script = document.createElement('script');
        script.textContent = 'window.foreign = 1';
        const image = new Image();
        image.src = 'https://example.invalid/x.png';
        const frame = document.createElement('iframe');
        frame.src = '/';
        document.body.append(script, image, frame);
        await fetch('https://example.invalid/').catch(() => null);
        await new Promise(done => setTimeout(done, 300));
        return [window.foreign === undefined, ...blocked.sort()];
    }""")
    assert blocked == [True, "connect-src", "frame-src", "img-src", "script-src-elem"]


async def test_a_pressed_button_replaces_the_card_where_it_stands(window: Window) -> None:
    await window.ask("card")
    await window.hear("Level 0")
    await window.ask("after")
    await window.hear("U-T11 at personal said: after")
    await window.page.get_by_role("button", name="Deeper").click()
    await window.hear("Level 1")
    assert await window.said("Level 0").count() == 0
    assert await window.page.get_by_role("button", name="Deeper").count() == 1
    card = await window.said("Level 1").bounding_box()
    after = await window.said("U-T11 at personal said: after").bounding_box()
    assert card
    assert after
    assert card["y"] < after["y"]


async def test_another_user_and_another_place_begin_a_new_conversation(
    window: Window, served: Served
) -> None:
    await window.ask("mine")
    await window.hear("U-T11 at personal said: mine")
    await window.page.get_by_role("combobox", name="You are").select_option("U-DIR")
    await window.page.locator("#briefing:enabled").wait_for()
    await window.ask("theirs")
    await window.hear("U-DIR at personal said: theirs")
    assert await window.said("U-T11 at personal said: mine").count() == 0
    await window.page.get_by_role("combobox", name="Asking in").select_option("T12")
    await window.page.locator("#briefing:enabled").wait_for()
    await window.ask("here")
    await window.hear("U-DIR at T12 said: here")
    assert len({turn.conversation_id for turn in served.assistant.turns}) == 3


async def test_the_briefing_button_and_the_example_questions(window: Window) -> None:
    await window.page.get_by_role("button", name="Send Monday’s briefing now").click()
    await window.hear("U-T11 at personal said: briefing")
    await window.page.get_by_role("button", name="What falls due this week?").click()
    await window.hear("U-T11 at personal said: What falls due this week?")


async def test_a_scheduled_post_arrives_by_itself(window: Window, served: Served) -> None:
    assert served.chat.deliver("U-T11", Reply("your Monday briefing"))
    await window.hear("your Monday briefing")


@pytest.mark.parametrize("size", [WIDE, PHONE])
async def test_a_card_taller_than_the_window_is_shown_from_its_top(
    served: Served, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    async def send_now(person_id: str) -> None:
        served.chat.deliver(person_id, Reply("tall", card=tall_card("First line")))

    served.chat.send_now = send_now
    window = await open_window(served.address, size)
    await window.page.get_by_role("button", name="Send Monday’s briefing now").click()
    await expect(window.said("First line")).to_be_in_viewport()
    await window.page.wait_for_timeout(700)  # the scrolling that would carry it away
    await expect(window.said("First line")).to_be_in_viewport()
    await expect(window.said("Line 80")).not_to_be_in_viewport()


def tall_card(title: str) -> dict[str, object]:
    lines = [title, *(f"Line {n}" for n in range(1, 81))]
    body = [{"type": "TextBlock", "text": line, "wrap": True} for line in lines]
    return {"type": "AdaptiveCard", "version": "1.5", "body": body}


async def test_a_dropped_connection_comes_back_and_brings_what_was_missed(
    served: Served, open_window: OpenWindow
) -> None:
    window = await open_window(served.address, WIDE, clock=True)
    await window.ask("hello")
    await window.hear("U-T11 at personal said: hello")
    await served.stop()
    assert served.chat.deliver("U-T11", Reply("said meanwhile"))
    await served.start()
    await window.page.clock.fast_forward(20_000)  # Web Chat waits up to 15 seconds before it tries again
    await window.hear("said meanwhile")
    await window.ask("again")
    await window.hear("U-T11 at personal said: again")
    assert await window.said("said meanwhile").count() == 1


async def test_markup_in_a_question_stays_words(window: Window) -> None:
    nasty = '<img src=x onerror="document.title=1"> **b** <script>document.title=1</script>'
    await window.ask(nasty)
    await window.hear(f"U-T11 at personal said: {nasty}")
    assert await window.page.title() == "Perfbot (invented data)"
    assert await window.page.locator("#webchat img[src=x]").count() == 0


async def test_a_screen_reader_is_told_the_text_of_a_card(window: Window) -> None:
    await window.ask("card")
    told = window.page.locator("#webchat [role=log], #webchat [aria-live=polite]").get_by_text("four overdue")
    await told.first.wait_for(state="attached")


async def test_everything_can_be_reached_and_used_by_keyboard(window: Window) -> None:
    keyboard = window.page.keyboard
    await keyboard.press("Tab")
    assert await focused(window) == "Skip to the conversation"
    reached = []
    for _ in range(3):
        await keyboard.press("Tab")
        reached.append(await window.page.evaluate("document.activeElement.id"))
    assert reached == ["person", "place", "briefing"]
    await keyboard.press("Enter")
    await window.hear("U-T11 at personal said: briefing")
    await window.page.get_by_role("textbox", name="Message input box").focus()
    await keyboard.type("card")
    await keyboard.press("Enter")
    await window.hear("Level 0")
    await window.page.get_by_role("button", name="Deeper").focus()
    await keyboard.press("Enter")
    await window.hear("Level 1")


async def focused(window: Window) -> str:
    return str(await window.page.evaluate("document.activeElement.textContent"))


@pytest.mark.parametrize("size", [WIDE, PHONE, (320, 600)])
async def test_it_fits_the_screen_and_every_word_is_readable(
    served: Served, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    window = await open_window(served.address, size)
    await window.ask("card")
    await window.hear("Level 0")
    await window.ask("hello")
    await window.hear("U-T11 at personal said: hello")
    wide, high = await window.page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert (wide, high) == size
    box = await window.page.get_by_text("Invented data: not a real authority").bounding_box()
    assert box
    assert box["y"] >= 0
    assert await window.page.evaluate(READABILITY) == []


async def test_readability_notices_pale_words(window: Window) -> None:
    await window.page.evaluate("document.querySelector('.invented').style.color = '#aaa'")
    assert "Invented data" in str(await window.page.evaluate(READABILITY))


async def test_when_the_server_is_gone_the_page_says_so(window: Window, served: Served) -> None:
    await served.stop()
    await window.page.get_by_role("combobox", name="You are").select_option("U-DIR")
    await window.page.get_by_role("status").get_by_text("Perfbot does not answer").wait_for()
    assert await window.page.locator("#briefing").is_disabled()
