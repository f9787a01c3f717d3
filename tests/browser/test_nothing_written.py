"""A whole session of the demo in Chromium, bugs included: no child, no question and no token in anything that was
written beside the answers: logs, a monitor's pages, other files, the browser's console (issue: secrets and privacy).
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Request, Response

import kpi_engine
from bot.hosts.webchat.fetch import LICENCE_NAME, SCRIPT_NAME, folder_in
from browser.conftest import WIDE, OpenWindow, Window
from browser.test_demo import MILLISECONDS, answer_to, sit_as

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
AS_AT = date.fromisoformat("2026-11-15")
CHILD = re.compile(r"\bC\d{3,}\b", re.IGNORECASE)
WORD = "zanzibarish"
"""Stands in a question, and in nothing that the program says of its own accord."""
BROKEN = Path(__file__).with_name("broken_demo.py")
KEPT_ON_PURPOSE = ("perfbot.sqlite3", "extracts", "second.jsonl")
"""Where children and questions belong: the database (questions encrypted), the extracts, the record's second copy."""
QUESTIONS = (
    "list the children on CP plans overdue a visit", "why is the first one on there?", "which CIN visits are overdue",
    "and by worker?", "who has the most overdue visits?", "what falls due this week?", "trend of CIN cases",
    "compare the teams on CP visits", "everything overdue", "CP visits overdue", "what is wrong with our data?",
)  # fmt: skip


@dataclass
class Session:
    """A running demo; everything it wrote to its streams, and the tokens it gave out."""

    address: str
    home: Path
    temporary: Path
    process: asyncio.subprocess.Process
    streams: list[Path]
    tokens: set[str] = field(default_factory=set)
    console: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(loop_scope="session")
async def session(web_chat: bytes, tmp_path: Path) -> AsyncIterator[Session]:
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    folder = folder_in(home)
    folder.mkdir(parents=True)
    (folder / SCRIPT_NAME).write_bytes(web_chat)
    (folder / LICENCE_NAME).write_text("not fetched again")
    kpi_engine.make_authority(tmp_path / "data", children=200, as_at=AS_AT, seed=1)
    kpi_engine.load(str(tmp_path / "data"), AS_AT, home / "demo", "2026-11-16T06:00:00+00:00")
    streams = [tmp_path / "stdout", tmp_path / "stderr"]
    with streams[0].open("wb") as out, streams[1].open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(BROKEN), "demo", "--port", "0", "--at", AS_AT.isoformat(), stdout=out, stderr=err,
            env={**os.environ, "PERFBOT_HOME": str(home), "TMPDIR": str(temporary), "PERFBOT_LOG_LEVEL": "DEBUG",
                 "PERFBOT_AUDIT_LINES": str(home / "second.jsonl"), "PYTHONPATH": str(BROKEN.parents[2])},
        )  # fmt: skip
        async with asyncio.timeout(120):
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/", streams[0].read_text())):
                assert process.returncode is None, streams[1].read_text()
                await asyncio.sleep(0.2)
        yield Session(found.group(), home, temporary, process, streams)
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.wait()


def listened(window: Window, session: Session) -> None:
    """Keeps everything the page writes to its console, and the tokens it is given."""

    async def token(response: Response) -> None:
        if response.url.endswith("tokens/generate"):
            session.tokens.add((await response.json())["token"])

    def asked(request: Request) -> None:
        if found := re.search(r"[?&]t=([^&]+)", request.url):
            session.tokens.add(found.group(1))

    window.page.on("console", lambda message: session.console.append(message.text))
    window.page.on("pageerror", lambda error: session.console.append(str(error)))
    window.page.on("response", token)
    window.page.on("request", asked)


async def test_nothing_of_a_session_is_written_beside_its_answers(
    session: Session, open_window: OpenWindow
) -> None:
    window = await open_window(session.address, WIDE)
    listened(window, session)
    await sit_as(window, "Director")
    shown = [await answer_to(window, question) for question in QUESTIONS]
    assert sum(bool(CHILD.search(each)) for each in shown) >= 3, (
        "the session showed no child: nothing was tried"
    )
    child = CHILD.findall(shown[0])[0]
    await window.ask(f"{WORD} {child}")
    await window.page.locator("#briefing").click()
    await window.ask("how are CP visits counted?")
    await window.page.get_by_text("Something went wrong here").last.wait_for(timeout=MILLISECONDS)
    await sit_as(window, "Team manager", place="Group chat of no unit")
    await answer_to(window, "CP visits overdue")
    broke = await window.page.request.post(f"{session.address}directline/tokens/refresh")
    assert broke.status == 500
    served = [await broke.text()]
    for page in ("metrics", "healthz", "readyz", "nowhere"):
        served.append(await (await window.page.request.get(session.address + page)).text())
    assert "perfbot" in served[1]
    session.process.send_signal(signal.SIGINT)
    await session.process.wait()
    written = {f"page {number}": text for number, text in enumerate(served)}
    written |= {stream.name: stream.read_text() for stream in session.streams}
    written |= {"console": "\n".join(session.console)}
    written |= files_under(session.temporary) | files_under(session.home)
    assert "RuntimeError at " in written["stderr"], "the bug in the answer was not logged at all"
    assert written["stderr"].count("Error at ") >= 3, "a bug of the server or of its task was not logged"
    assert session.tokens
    for name, text in written.items():
        assert not CHILD.search(text), f"a child's id was written to {name}"
        assert WORD not in text, f"a question was written to {name}"
        assert "overdue a visit" not in text, f"a question was written to {name}"
        assert not [token for token in session.tokens if token in text], f"a token was written to {name}"


def files_under(folder: Path) -> dict[str, str]:
    """Every file that is not meant to hold what is asked and answered, by path; Web Chat's own is not ours."""
    return {
        str(path.relative_to(folder)): path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file() and path.name != SCRIPT_NAME
        and not any(part.startswith(KEPT_ON_PURPOSE) for part in path.relative_to(folder).parts)
    }  # fmt: skip
