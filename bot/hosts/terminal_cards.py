"""An Adaptive Card drawn in a terminal: the same words, tables and buttons, the buttons numbered.

It knows the elements of schema 1.5 that the bot's cards use. Of an element that it does not know, the
`fallback` is drawn, as other clients do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

COLOURS = {"good": "green", "warning": "yellow", "attention": "red", "accent": "cyan"}
_ESCAPED = re.compile(r"\\([\\`*\[\]<>~_.)+#-])")
_LINK = re.compile(r"(?<!\\)\[((?:[^\]\\]|\\.)*)\]\(([^)\s]+)\)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Choice:
    """A numbered button: its words, and what it carries."""

    label: str
    action: Mapping[str, Any]


@dataclass
class Drawing:
    """What to print, top to bottom, and the buttons by number (the first is 1)."""

    parts: list[RenderableType] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    def number(self, label: str, action: Mapping[str, Any]) -> int:
        self.choices.append(Choice(label, action))
        return len(self.choices)


def plain(words: str) -> str:
    """Text safe to print: no control characters, so that a question's echo cannot steer the terminal."""
    return _CONTROL.sub("", words)


def unmarked(words: str) -> str:
    """A card's markdown as plain words: escapes undone, a link as its words and its address."""
    return plain(_ESCAPED.sub(r"\1", _LINK.sub(r"\1 (\2)", words)))


def marker(number: int) -> str:
    """A button's number in brackets, so that it is never read as a count of what follows it."""
    return f"[{number}]"


def draw(card: Mapping[str, Any], choices: list[Choice]) -> Drawing:
    """The whole card; parts that a button would unfold are drawn open.

    choices: the buttons on the screen already; the card's own are numbered on from them and added.
    """
    drawing = Drawing(choices=choices)
    _draw_body(card, drawing)
    return drawing


def _draw_body(card: Mapping[str, Any], drawing: Drawing) -> None:
    for element in card.get("body", ()):
        _draw_element(element, drawing)
    _draw_actions(card.get("actions", ()), drawing)


def _draw_element(element: Mapping[str, Any], drawing: Drawing) -> None:
    match element.get("type"):
        case "TextBlock":
            if element.get("style") == "heading" and drawing.parts:
                drawing.parts.append(Text())
            drawing.parts.append(_text(element))
        case "FactSet":
            drawing.parts.extend(
                Text(f"{unmarked(str(f['title']))}: {unmarked(str(f['value']))}") for f in element["facts"]
            )
        case "Container" | "Column":
            for part in element.get("items", ()):
                _draw_element(part, drawing)
            _draw_press(element, drawing)
        case "ColumnSet":
            drawing.parts.append(_side_by_side(element, drawing))
            _draw_press(element, drawing)
        case "Table":
            drawing.parts.append(_table(element, drawing))
        case "Image":
            drawing.parts.append(Text(f"[{plain(str(element.get('altText', 'picture')))}]", style="dim"))
        case "ActionSet":
            _draw_actions(element.get("actions", ()), drawing)
        case _ if isinstance(element.get("fallback"), Mapping):
            _draw_element(element["fallback"], drawing)


def _text(element: Mapping[str, Any]) -> Text:
    styles = []
    if str(element.get("weight", "")).lower() == "bolder":
        styles.append("bold")
    if element.get("isSubtle"):
        styles.append("dim")
    if colour := COLOURS.get(str(element.get("color", "")).lower()):
        styles.append(colour)
    return Text(unmarked(str(element.get("text", ""))), style=" ".join(styles))


def _side_by_side(element: Mapping[str, Any], drawing: Drawing) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    columns = []
    for column in element.get("columns", ()):
        inner = Drawing(choices=drawing.choices)
        _draw_element(column, inner)
        columns.append(Group(*inner.parts))
        grid.add_column()
    grid.add_row(*columns)
    return grid


def _table(element: Mapping[str, Any], drawing: Drawing) -> Table:
    """The first row as headings; a cell that can be pressed shows its number before its words."""
    rows = [[_cell(cell, drawing) for cell in row.get("cells", ())] for row in element.get("rows", ())]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    heading = rows.pop(0) if rows and element.get("firstRowAsHeader", True) else []
    for place in range(max([len(heading), *(len(row) for row in rows)], default=0)):
        table.add_column(heading[place].plain if place < len(heading) else "")
    for row in rows:
        table.add_row(*row)
    return table


def _cell(cell: Mapping[str, Any], drawing: Drawing) -> Text:
    inner = Drawing()
    for item in cell.get("items", ()):
        _draw_element(item, inner)
    words = Text(" ").join([part for part in inner.parts if isinstance(part, Text)])
    data = _carried(cell.get("selectAction"))
    if data is None:
        return words
    return Text.assemble(marker(drawing.number(words.plain, data)), " ", words)


def _draw_press(element: Mapping[str, Any], drawing: Drawing) -> None:
    """A whole part of the card that can be pressed."""
    action = element.get("selectAction")
    data = _carried(action)
    if data is not None and isinstance(action, Mapping):
        _draw_button(str(action.get("title", "Open")), data, drawing)


def _draw_actions(actions: Sequence[Mapping[str, Any]], drawing: Drawing) -> None:
    for action in actions:
        title = str(action.get("title", ""))
        data = _carried(action)
        if data is not None:
            _draw_button(title, data, drawing)
        elif action.get("type") == "Action.OpenUrl":
            drawing.parts.append(Text(f"{plain(title)}: {plain(str(action.get('url', '')))}"))
        elif action.get("type") == "Action.ShowCard" and isinstance(action.get("card"), Mapping):
            drawing.parts.append(Text(plain(title), style="bold"))
            _draw_body(action["card"], drawing)


def _draw_button(label: str, data: Mapping[str, Any], drawing: Drawing) -> None:
    number = drawing.number(plain(label), data)
    drawing.parts.append(Text(f"{marker(number)} {plain(label)}", style="bold"))


def _carried(action: object) -> Mapping[str, Any] | None:
    """What a button sends when pressed; None for actions that the client does alone."""
    if not isinstance(action, Mapping) or action.get("type") not in ("Action.Submit", "Action.Execute"):
        return None
    data = action.get("data")
    return data if isinstance(data, Mapping) else None
