"""The few Adaptive Card elements the bot uses, all of schema 1.5. Text is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kpi_engine.answer import Rag

Element = dict[str, Any]
Colour = Literal["default", "good", "warning", "attention", "accent"]
Align = Literal["left", "center", "right"]
RAG_COLOURS: dict[Rag, Colour] = {"green": "good", "amber": "warning", "red": "attention"}
_MARKS = re.compile(r"[\\`*\[\]<>~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_LIST_MARKS = re.compile(r"^(\s*)([-+#]|\d+[.)])(?=\s)", re.MULTILINE)


def escaped(text: str) -> str:
    """Text that a client's markdown shows as it is: no links, emphasis, lists or date functions."""
    safe = _MARKS.sub(lambda m: "\\" + m.group(), text)
    safe = _LIST_MARKS.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", safe)
    return safe.replace("{{", "{ {")


def text(words: str, *, bold: bool = False, size: str = "", colour: Colour = "default", subtle: bool = False,
         spacing: str = "", align: Align = "left", heading: bool = False) -> Element:  # fmt: skip
    """A wrapping TextBlock; `heading` gives it the role that screen readers jump between."""
    out: Element = {"type": "TextBlock", "text": escaped(words), "wrap": True}
    if bold or heading:
        out["weight"] = "Bolder"
    if size:
        out["size"] = size
    if colour != "default":
        out["color"] = colour
    if subtle:
        out["isSubtle"] = True
    if spacing:
        out["spacing"] = spacing
    if align != "left":
        out["horizontalAlignment"] = align
    if heading:
        out["style"] = "heading"
    return out


def link(words: str, url: str) -> Element:
    """A TextBlock that is one link; the address is the settings' own template, quoted."""
    return {"type": "TextBlock", "text": f"[{escaped(words)}]({url})", "wrap": True}


@dataclass(frozen=True)
class Cell:
    """One cell of a table. `press` makes it a button: an action from `buttons`."""

    words: str
    colour: Colour = "default"
    bold: bool = False
    subtle: bool = False
    press: Element | None = None


@dataclass(frozen=True)
class Column:
    """A column: its heading, how wide in parts, which side its text keeps to."""

    heading: str
    width: int = 1
    align: Align = "left"


def table(columns: Sequence[Column], rows: Sequence[Sequence[Cell | str]], spacing: str = "Small") -> Element:
    """A Table with a header row, and the same lines as text for clients older than 1.5."""
    cells = [[c if isinstance(c, Cell) else Cell(c) for c in row] for row in rows]
    body = [
        {"type": "TableRow", "cells": [_cell(c, columns[n].align) for n, c in enumerate(row)]}
        for row in cells
    ]
    head = {"type": "TableRow", "cells": [_cell(Cell(c.heading, bold=True), c.align) for c in columns]}
    return {
        "type": "Table",
        "spacing": spacing,
        "firstRowAsHeader": True,
        "showGridLines": False,
        "columns": [{"width": c.width} for c in columns],
        "rows": [head, *body],
        "fallback": _as_lines(columns, cells),
    }


def _cell(cell: Cell, align: Align) -> Element:
    colour: Colour = "accent" if cell.press and cell.colour == "default" else cell.colour
    block = text(cell.words or "–", bold=cell.bold, colour=colour, subtle=cell.subtle, align=align)
    out: Element = {"type": "TableCell", "items": [block]}
    if cell.press:
        out["selectAction"] = cell.press
    return out


def _as_lines(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Element:
    """A table as text: the first cell leads, the others follow under their headings."""
    lines = []
    for first, *rest in rows:
        named = [
            f"{column.heading.lower()} {cell.words}".strip()
            for column, cell in zip(columns[1:], rest, strict=True)
            if cell.words
        ]
        lines.append(f"{first.words}: {', '.join(named)}" if named else first.words)
    return {"type": "TextBlock", "text": "\n\n".join(escaped(line) for line in lines), "wrap": True}


def facts(pairs: Sequence[tuple[str, str]]) -> list[Element]:
    """A FactSet of label and value; no element at all when there is nothing to say."""
    if not pairs:
        return []
    return [{"type": "FactSet", "facts": [{"title": escaped(k), "value": escaped(v)} for k, v in pairs]}]


def container(items: Sequence[Element], *, style: str = "", spacing: str = "", separator: bool = False,
              id_: str = "", hidden: bool = False) -> Element:  # fmt: skip
    """A Container; `hidden` ones are opened by a toggle."""
    out: Element = {"type": "Container", "items": list(items)}
    if style:
        out["style"] = style
    if spacing:
        out["spacing"] = spacing
    if separator:
        out["separator"] = True
    if id_:
        out["id"] = id_
    if hidden:
        out["isVisible"] = False
    return out


def columns(parts: Sequence[tuple[str | int, Sequence[Element]]], spacing: str = "Default") -> Element:
    """A ColumnSet of (width, items)."""
    made = [
        {"type": "Column", "width": width, "items": list(items), "verticalContentAlignment": "Center"}
        for width, items in parts
    ]
    return {"type": "ColumnSet", "columns": made, "spacing": spacing}


def picture(data_uri: str, alt: str) -> Element:
    """An Image from a data URI; `alt` says what it shows, numbers included."""
    return {"type": "Image", "url": data_uri, "altText": alt}
