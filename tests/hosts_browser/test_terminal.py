"""The chat in a terminal, driven line by line over the small assistant."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.hosts.terminal import chat
from bot.hosts.terminal_cards import Choice, draw
from hosts_browser.small_assistant import SmallAssistant, SmallDirectory, drill_card
from kpi_engine.errors import Unknown

NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)


class Keyboard:
    """Types the lines in order, then ends the input; keeps the prompts it was shown."""

    def __init__(self, lines: list[str], end: type[BaseException] = EOFError) -> None:
        self.lines = lines
        self.prompts: list[str] = []
        self._end = end

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if not self.lines:
            raise self._end
        return self.lines.pop(0)


async def talk(
    *lines: str, person: str = "U-T11", place: str = "personal"
) -> tuple[str, SmallAssistant, Keyboard]:
    """What the terminal showed, the assistant that was asked, and the keyboard."""
    out, assistant, keyboard = io.StringIO(), SmallAssistant(), Keyboard(list(lines))
    console = Console(file=out, width=100, color_system=None)
    await chat(
        assistant, SmallDirectory(), person, place=place, read=keyboard, console=console, clock=lambda: NOW
    )
    return out.getvalue(), assistant, keyboard


async def test_a_question_is_asked_as_the_user_and_answered() -> None:
    shown, assistant, keyboard = await talk("hello", "/quit", "never read")
    assert "You are Amara Bell, team manager, CSWT 1. This chat is yours alone." in shown
    assert "U-T11 at personal said: hello" in shown
    turn = assistant.turns[0]
    assert (turn.text, turn.now, turn.charts, turn.executes) == ("hello", NOW, False, False)
    assert keyboard.lines == ["never read"]
    assert keyboard.prompts == ["Amara Bell, CSWT 1 > "] * 2


async def test_a_card_is_drawn_with_its_table_and_its_buttons_numbered() -> None:
    shown, _, _ = await talk("card")
    lines = [line.rstrip() for line in shown.splitlines()]
    assert "Level 0" in lines
    assert "Team    Overdue" in lines
    assert "CSWT 2  7" in lines
    assert [line for line in lines if line.startswith("[")] == ["[1] Deeper", "[2] Say it", "[3] Inner"]


async def test_a_button_is_pressed_by_its_number() -> None:
    shown, assistant, _ = await talk("card", "3", "1")
    assert [dict(t.action) if t.action else t.text for t in assistant.turns] == [
        "card",
        {"perfbot": "drill", "level": 9},
        {"perfbot": "drill", "level": 10},
    ]
    assert "Level 9" in shown
    assert "Level 10" in shown


@pytest.mark.parametrize("line", ["4", "0", "007007", "-1", "1.", "²"])
async def test_a_number_no_button_has_is_a_message(line: str) -> None:
    _, assistant, _ = await talk("card", line)
    assert (assistant.turns[1].text, assistant.turns[1].action) == (line, None)


async def test_old_buttons_cannot_be_pressed_after_the_next_answer() -> None:
    _, assistant, _ = await talk("card", "hello", "1")
    assert [t.text for t in assistant.turns] == ["card", "hello", "1"]


async def test_another_user_or_place_is_another_conversation() -> None:
    _, assistant, keyboard = await talk("a", "/as U-DIR", "b", "/in T12", "c", "/in personal", "d")
    assert [t.person_id for t in assistant.turns] == ["U-T11", "U-DIR", "U-DIR", "U-DIR"]
    assert [t.audience.kind for t in assistant.turns] == ["personal", "personal", "channel", "personal"]
    assert len({t.conversation_id for t in assistant.turns}) == 4
    assert "Jo Marsh, whole authority in T12 > " in keyboard.prompts


async def test_a_change_of_user_takes_the_buttons_away() -> None:
    _, assistant, _ = await talk("card", "/as U-AD", "1")
    assert assistant.turns[-1].action is None


@pytest.mark.parametrize("command", ["/as U-NOBODY", "/in T99", "/as", "/in"])
async def test_a_stranger_or_unknown_place_is_one_sentence_and_changes_nothing(command: str) -> None:
    shown, assistant, keyboard = await talk(command, "hello")
    assert "There is no such" in shown
    assert assistant.turns[0].person_id == "U-T11"
    assert keyboard.prompts[1] == keyboard.prompts[0]


async def test_starting_as_a_stranger_is_refused() -> None:
    with pytest.raises(Unknown, match="no such user"):
        await talk(person="U-NOBODY")


async def test_who_lists_the_users_and_their_roles() -> None:
    shown, assistant, _ = await talk("/who")
    assert "Assistant director" in shown
    assert "Analyst (no longer active)" in shown
    assert assistant.turns == []


@pytest.mark.parametrize("line", ["/help", "/nonsense"])
async def test_any_other_command_shows_the_help_and_is_not_asked(line: str) -> None:
    shown, assistant, _ = await talk(line)
    assert "/as USER" in shown
    assert assistant.turns == []


async def test_control_characters_and_markup_never_reach_the_terminal() -> None:
    shown, _, _ = await talk("a\x1b[2Jb [bold]c[/bold]\u202e")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "a[2Jb [bold]c[/bold]" in shown


async def test_a_refusal_and_a_failure_are_one_sentence_each(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        shown, _, _ = await talk("forbidden", "broken", "hello")
    assert "That is not yours to see." in shown
    assert "went wrong" in shown
    assert "C123" not in shown + caplog.text
    assert "said: hello" in shown


async def test_ctrl_c_leaves_quietly() -> None:
    out = io.StringIO()
    await chat(
        SmallAssistant(), SmallDirectory(), "U-T11",
        read=Keyboard([], KeyboardInterrupt), console=Console(file=out), notice="Invented data",
    )  # fmt: skip
    assert "Invented data" in out.getvalue()


def drawn(*body: object, **card: object) -> tuple[str, list[Choice]]:
    out = io.StringIO()
    drawing = draw({"type": "AdaptiveCard", "body": list(body), **card}, [])
    console = Console(file=out, width=80, color_system=None, highlight=False)
    for part in drawing.parts:
        console.print(part)
    return out.getvalue(), drawing.choices


def press(**data: object) -> dict[str, object]:
    return {"type": "Action.Submit", "title": "Open", "data": data}


def test_escapes_are_undone_and_links_shown_with_their_address() -> None:
    shown, _ = drawn(
        {"type": "TextBlock", "text": r"5\* of \[10\] a\_b"},
        {"type": "TextBlock", "text": r"[C1 \[x\]](https://cases.example/C1)"},
    )
    assert shown.splitlines() == ["5* of [10] a_b", "C1 [x] (https://cases.example/C1)"]


def test_cells_and_containers_that_can_be_pressed_are_numbered_in_reading_order() -> None:
    table = {
        "type": "Table",
        "rows": [
            {"cells": [{"items": [{"type": "TextBlock", "text": "Child"}]}]},
            {"cells": [{"items": [{"type": "TextBlock", "text": "C1"}], "selectAction": press(child=1)}]},
        ],
    }
    shown, choices = drawn(
        {
            "type": "Container",
            "items": [{"type": "TextBlock", "text": "Whole"}],
            "selectAction": press(a=1),
        },
        table,
        actions=[press(b=1)],
    )
    assert shown.split() == ["Whole", "[1]", "Open", "Child", "[2]", "C1", "[3]", "Open"]
    assert [c.action for c in choices] == [{"a": 1}, {"child": 1}, {"b": 1}]


def test_hidden_parts_pictures_facts_columns_and_fallbacks_are_drawn() -> None:
    shown, choices = drawn(
        {
            "type": "Container",
            "isVisible": False,
            "items": [{"type": "FactSet", "facts": [{"title": "Of", "value": "9"}]}],
        },
        {
            "type": "ColumnSet",
            "columns": [
                {"type": "Column", "items": [{"type": "TextBlock", "text": "Left"}]},
                {
                    "type": "Column",
                    "items": [
                        {"type": "TextBlock", "text": "Right"},
                        {"type": "TextBlock", "text": "Below"},
                    ],
                },
            ],
        },
        {"type": "Image", "url": "data:,", "altText": "12 now, target 10"},
        {"type": "Chart.Line", "fallback": {"type": "TextBlock", "text": "instead"}},
        {"type": "Chart.Line", "fallback": "drop"},
        {
            "type": "ActionSet",
            "actions": [{"type": "Action.ToggleVisibility", "title": "Fold", "targetElements": []}],
        },
        actions=[{"type": "Action.OpenUrl", "title": "Plan", "url": "https://example.org/"}],
    )
    assert [line.rstrip() for line in shown.splitlines()] == [
        "Of: 9", "Left  Right", "      Below", "[12 now, target 10]", "instead", "Plan: https://example.org/",
    ]  # fmt: skip
    assert choices == []


def test_a_heading_stands_apart_from_what_is_above_it() -> None:
    heading = {"type": "TextBlock", "text": "Title", "style": "heading"}
    assert drawn(heading, heading)[0].splitlines() == ["Title", "", "Title"]


def test_numbers_go_on_from_an_earlier_reply() -> None:
    choices: list[Choice] = []
    draw(drill_card("one", 0), choices)
    draw(drill_card("two", 0), choices)
    assert [c.label for c in choices] == ["Deeper", "Say it", "Inner"] * 2
