"""The whole product in Chromium: `perfbot demo` from an empty folder, Monday's briefing, and five questions.

The questions are those of a managers' meeting. What the page shows is compared with what `perfbot ask --json`
says of the same extract.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.hosts.webchat.fetch import LICENCE_NAME, SCRIPT_NAME, folder_in
from browser.conftest import PHONE, WIDE, OpenWindow, Window

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AS_AT = "2026-11-15"
MILLISECONDS = 60_000


@dataclass
class Demo:
    """A running demo: its page's address and the folder it keeps its extract in."""

    address: str
    home: Path

    async def ask(self, person: str, *questions: str) -> list[dict[str, Any]]:
        """The same questions on the command line, each by itself."""
        lines = [json.dumps({"as": person, "in": "personal", "text": text}) for text in questions]
        batch = self.home / "questions.jsonl"
        batch.write_text("\n".join(lines), encoding="utf-8")
        process = await perfbot(self.home / "demo", "ask", "--batch", str(batch))
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return [json.loads(line) for line in out.splitlines()]


async def perfbot(home: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        env={**os.environ, "PERFBOT_HOME": str(home)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo(web_chat: bytes, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    home = tmp_path_factory.mktemp("demo")
    folder = folder_in(home)
    folder.mkdir()
    (folder / SCRIPT_NAME).write_bytes(web_chat)
    (folder / LICENCE_NAME).write_text("not fetched again")
    process = await perfbot(home, "demo", "--port", "0", "--at", AS_AT)
    assert process.stdout
    assert process.stderr
    said = ""
    while not (found := re.search(r"http://127\.0\.0\.1:\d+/", said)):
        line = (await process.stdout.readline()).decode()
        assert line, f"the demo ended early: {said}{(await process.stderr.read()).decode()}"
        said += line
    yield Demo(found.group(), home)
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert "Traceback" not in err.decode()
    assert process.returncode == 0


async def sit_as(window: Window, role: str, unit: str = "", place: str = "Personal chat") -> str:
    """Becomes the first person of that role and unit; gives their user id."""
    people = window.page.locator(f"#person optgroup[label='{role}'] option").filter(has_text=unit)
    person = await people.first.get_attribute("value")
    assert person
    await window.page.get_by_role("combobox", name="You are").select_option(person)
    await window.page.get_by_role("combobox", name="Asking in").select_option(label=place)
    await window.page.locator("#briefing:enabled").wait_for()
    return person


async def answer_to(window: Window, words: str) -> str:
    """Asks in the page, waits for the bot, and gives the text of its last card."""
    cards = window.page.locator("#webchat [role=feed] .ac-adaptiveCard")
    before = await cards.count()
    await window.ask(words)
    await expect(cards).to_have_count(before + 1, timeout=MILLISECONDS)
    return await cards.last.inner_text()


def rows_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for each in answer["answers"] for row in each["rows"]]


async def test_mondays_briefing_and_a_meetings_questions(
    demo: Demo, open_window: OpenWindow, screenshots: Path
) -> None:
    window = await open_window(demo.address, (1200, 1100))
    person = await sit_as(window, "Assistant director", "Children's Social Work")
    overdue, in_team_2, most, due = await demo.ask(
        person,
        "which CP conferences are overdue",
        "which CP conferences are overdue in CSWT 2",
        "who has the most overdue visits?",
        "what falls due this week?",
    )
    await window.page.get_by_role("button", name="Send Monday’s briefing now").click()
    briefing = window.page.locator("#webchat [role=feed] .ac-adaptiveCard").first
    await expect(briefing).to_contain_text("Monday", timeout=MILLISECONDS)
    await expect(briefing).to_contain_text("To talk about")
    await picture(window, screenshots / "browser-briefing.png")

    shown = await answer_to(window, "which CP conferences are overdue")
    assert [a["measure"] for a in overdue["answers"]] == [
        "initial_conferences_overdue", "review_conferences_overdue",
    ]  # fmt: skip
    assert rows_of(overdue), "an invented authority without one overdue conference shows nothing"
    for each in overdue["answers"]:
        assert f"{each['value']:g} of {each['of']:g}" in shown
    assert rows_of(overdue)[0]["child_id"] in shown
    await picture(window, screenshots / "browser-answer.png")

    shown = await answer_to(window, "and in CSWT 2?")
    first = rows_of(in_team_2)[0]
    assert "CSWT 2" in shown
    assert first["child_id"] in shown

    shown = await answer_to(window, "why is the first one on there?")
    assert first["child_id"] in shown
    assert str(first["days_overdue"]) in shown

    shown = await answer_to(window, "who has the most overdue visits?")
    assert most["understood"]["by"] == "worker"
    assert most["answers"][0]["groups"][0]["name"] in shown

    shown = await answer_to(window, "what falls due this week?")
    assert due["understood"]["show"] == "coming_up"
    assert "Mon 16 Nov to Sun 22 Nov 2026" in shown
    assert window.outside_requests() == []
    assert window.complaints == []


async def picture(window: Window, path: Path) -> None:
    """A screenshot, once the scrolling has come to rest and no button is under the pointer."""
    await window.page.mouse.move(0, 0)
    await window.page.wait_for_timeout(700)
    await window.page.screenshot(path=path)


async def test_a_card_opens_step_by_step_in_its_own_place(demo: Demo, open_window: OpenWindow) -> None:
    window = await open_window(demo.address, WIDE)
    await sit_as(window, "Director")
    await answer_to(window, "CP visits overdue by service")
    cards = window.page.locator("#webchat [role=feed] .ac-adaptiveCard")
    before, first = await cards.count(), await cards.last.inner_text()
    await cards.last.locator("tr, [role=row]").nth(1).locator(".ac-selectable").first.click()
    await expect(cards.last.get_by_role("button", name="Back")).to_be_visible(timeout=MILLISECONDS)
    assert await cards.count() == before
    await cards.last.get_by_role("button", name="Back").click()
    await expect(cards.last.get_by_role("button", name="Back")).to_have_count(0, timeout=MILLISECONDS)
    assert await cards.last.inner_text() == first


async def test_rights_can_be_seen_working(demo: Demo, open_window: OpenWindow) -> None:
    window = await open_window(demo.address, PHONE)
    child = re.compile(r"\bC\d{3,}\b")
    asked = "list the children on CP plans overdue a visit"
    await sit_as(window, "Director")
    everything = child.findall(await answer_to(window, asked))
    assert everything
    await sit_as(window, "Director", place="Group chat of no unit")
    assert child.findall(await answer_to(window, asked)) == []
