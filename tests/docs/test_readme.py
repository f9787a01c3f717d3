"""What the pages say is so: commands, settings and link targets exist, and the README's conversation is fresh."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.__main__ import app
from bot.turn import PERSONAL, Turn

from .conversation import BEGIN, PERSON, QUESTIONS, assistant_in, conversation
from .pages import PACKAGE_ONLY, PAGES, ROOT, commands, headings, links, named_variables, variables

COMMAND: Any = typer.main.get_command(app)
README = ROOT / "README.md"
TRANSCRIPT = re.compile(r"(?<=<!-- transcript -->\n```text\n).*?(?=\n```\n<!-- transcript -->)", re.DOTALL)
REWRITE = "PERFBOT_TEST_README"
"""Set to write: the README's conversation is put right instead of compared."""

SHOWS = {
    "a number": {"headline"},
    "a list": {"list"},
    "a comparison or a trend": {"compare", "trend"},
    "what is coming": {"coming_up"},
    "why": {"why", "changes", "trend"},
    "by what rule": {"explain"},
    "how sure": {"quality"},
}
"""What an example of a row of the README's table is answered with."""


def names(page: Path) -> str:
    return str(page.relative_to(ROOT))


async def test_the_conversation_is_what_the_bot_says(tmp_path: Path) -> None:
    said = await conversation(tmp_path)
    text = README.read_text("utf-8")
    found = TRANSCRIPT.search(text)
    assert found, "README.md has no conversation between <!-- transcript --> markers"
    if os.environ.get(REWRITE) == "write":
        README.write_text(text[: found.start()] + said + text[found.end() :], encoding="utf-8")
        return
    assert found.group() == said, f"Put it right with: {REWRITE}=write pytest tests/docs"
    assert [line[2:] for line in said.splitlines() if line.startswith("> ")] == list(QUESTIONS)


async def test_every_example_is_answered_as_what_it_stands_for(tmp_path: Path) -> None:
    assistant = assistant_in(tmp_path)
    wrong = []
    for kind, shows in SHOWS.items():
        examples = re.findall(rf"^\| {kind} \| (.+) \|$", README.read_text("utf-8"), flags=re.MULTILINE)
        for question in re.findall(r'"([^"]+)"', *examples):
            reply = (await assistant.reply(Turn(PERSON, question, BEGIN, question, audience=PERSONAL)))[
                0
            ].answer
            if reply["outcome"] != "answered" or reply["understood"]["show"] not in shows:
                wrong.append(f"{question}: {reply['outcome']}")
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        to = page.parent / path if path else page
        if not to.exists() or (anchor and to.suffix == ".md" and anchor not in headings(to)):
            lost.append(target)
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_variable_is_a_setting(page: Path) -> None:
    assert named_variables(page.read_text("utf-8")) <= variables() | PACKAGE_ONLY


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_every_command_exists(page: Path) -> None:
    faults = [fault for words in commands(page.read_text("utf-8")) if (fault := wrong_with(words))]
    assert not faults


def test_every_command_is_in_the_readme() -> None:
    shown = {words[1] for words in commands(README.read_text("utf-8"))}
    assert set(COMMAND.commands) <= shown


def test_a_wrong_command_is_noticed() -> None:
    assert wrong_with(["perfbot", "fly"])
    assert wrong_with(["perfbot", "load", "X", "--fast"])
    assert wrong_with(["perfbot", "audit", "burn"])
    assert not wrong_with(["perfbot", "audit", "verify", "--head", "1:2"])


def wrong_with(words: list[str]) -> str | None:
    """Why this line is no command of ours, or None. words: perfbot, a command, perhaps a second, options."""
    command, rest = COMMAND, words[1:]
    while rest and hasattr(command, "commands") and not rest[0].startswith(("-", "[")):
        if rest[0] not in command.commands:
            return f"{' '.join(words)}: there is no {rest[0]}"
        command, rest = command.commands[rest[0]], rest[1:]
    known = {"--help", *(option for each in command.params for option in each.opts)}
    for option in re.findall(r"(?<![\w-])--[a-z-]+", " ".join(rest)):
        if option not in known:
            return f"{' '.join(words)}: there is no {option}"
    return None
