"""The dialogues of the weekly meetings, every reply compared word for word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_transcripts import Kept, KeptWishes, _button
from whole_replies import WHOLE, Dialogue, Said, dialogues, reply_lines, rewritten, updating

import kpi_engine
from bot import rights
from bot.assistant import Assistant
from bot.dialogs.subscribe import Posts
from bot.engines import FixedEngine
from bot.hosts.local import audience_at
from bot.memory import Forgetful
from bot.turn import Reply, Turn
from kpi_engine.engine import Engine
from kpi_engine.errors import NotPermitted

BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
CHILDREN = tuple(
    row.split(",")[0] for row in (WHOLE / "authority" / "ssd_person.csv").read_text("utf-8").split()[1:]
)


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(WHOLE / "authority")


@pytest.fixture(scope="module")
def written() -> Iterator[dict[Path, dict[int, list[str]]]]:
    """Collects what was replied; in update mode it is written into the files at the end."""
    new: dict[Path, dict[int, list[str]]] = {}
    yield new
    if updating():
        for path, replies in new.items():
            path.write_text(rewritten(path.read_text("utf-8"), replies), "utf-8")


@pytest.mark.parametrize("dialogue", dialogues(), ids=lambda dialogue: dialogue.name)
async def test_dialogue(
    dialogue: Dialogue, borough: Engine, written: dict[Path, dict[int, list[str]]]
) -> None:
    posts = Posts(KeptWishes(), ZoneInfo("Europe/London"))
    assistant = Assistant(FixedEngine(borough), Forgetful(), Kept(), posts=posts)
    card: Mapping[str, Any] | None = None
    named = ""
    now = BEGIN
    for said in dialogue.turns:
        now += timedelta(minutes=1 + said.later)
        turn = Turn(
            said.person,
            f"conversation {said.place}",
            now,
            said.said,
            _button(card, said.pressed) if said.pressed else None,
            audience_at(borough, said.place),
        )
        replies = await assistant.reply(turn)
        named += (said.said or "").upper()
        _nobody_else(turn, replies, borough, named)
        got = reply_lines([reply.text for reply in replies])
        if updating():
            written.setdefault(dialogue.path, {})[said.line] = got
        else:
            assert got == said.reply, f"to {said.said or said.pressed!r}"
        card = replies[-1].card or card


def _nobody_else(turn: Turn, replies: list[Reply], borough: Engine, named: str) -> None:
    """No child that the asker may not see here is named, unless somebody here named it first."""
    try:
        scope = rights.scope_for(rights.identify(turn.person_id, borough), turn.audience, borough)
        hidden = {c for c in CHILDREN if not scope.sees_children_of(borough.child_team(c, borough.as_at))}
    except NotPermitted:
        hidden = set(CHILDREN)
    whole = " ".join(f"{reply.text} {reply.answer} {reply.card}" for reply in replies)
    assert not [child for child in hidden if child in whole and child not in named]


def test_sixty_whole_dialogues_of_three_turns_or_more() -> None:
    whole = [each for each in dialogues() if 3 <= len(each.turns) <= 6 and all(t.reply for t in each.turns)]
    assert len(whole) >= 60
    assert len({dialogue.name for dialogue in whole}) == len(whole)


def test_a_rewritten_file_keeps_everything_but_the_replies() -> None:
    text = "# one\nas U-T11\n> CP visits\n< old\n<\n< older\na remark\n> and reviews?\n< kept\n"
    new = rewritten(text, {2: reply_lines(["new\n\nlines", "a second reply"])})
    assert new == (
        "# one\nas U-T11\n> CP visits\n< new\n<\n< lines\n<<\n< a second reply\na remark\n"
        "> and reviews?\n< kept\n"
    )
    assert rewritten(new, {}) == new


@pytest.mark.parametrize("text", ["< an orphan", "> said before any title"])
def test_a_line_that_belongs_to_nothing_is_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.md").write_text(text, "utf-8")
    with pytest.raises(IndexError):
        dialogues(tmp_path)


def test_a_dialogue_is_read_as_it_is_written(tmp_path: Path) -> None:
    text = "# one\nas U-T11 in T12\n> CP visits\n< 1\n<\n< 2\n[Back]\n< 3\n"
    (tmp_path / "one.md").write_text(text, "utf-8")
    (dialogue,) = dialogues(tmp_path)
    assert dialogue.name == "one: one"
    assert dialogue.turns == [
        Said("U-T11", "T12", 2, said="CP visits", reply=["< 1", "<", "< 2"]),
        Said("U-T11", "T12", 6, pressed="Back", reply=["< 3"]),
    ]
