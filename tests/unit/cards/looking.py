"""Looking into a card: every element, every button, every word on it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot.cards.elements import Element


def nodes(part: Any) -> Iterator[Element]:
    """Every object of a card, but not what its buttons carry."""
    if isinstance(part, dict):
        yield part
        for key, value in part.items():
            if key != "data" or not str(part.get("type", "")).startswith("Action."):
                yield from nodes(value)
    elif isinstance(part, list):
        for item in part:
            yield from nodes(item)


def actions(card: Element) -> list[Element]:
    """Every action: the buttons below and the pressable cells."""
    return [n for n in nodes(card) if str(n.get("type", "")).startswith("Action.")]


def buttons(card: Element) -> dict[str, Element]:
    """The buttons below the card by title."""
    return {a["title"]: a for a in card.get("actions", [])}


def words(card: Element) -> str:
    """Every text on the card itself (not its fallback text), one a line."""
    seen = []
    for node in nodes(card["body"]):
        if str(node.get("type", "")).startswith("Action."):
            continue
        seen += [node[key] for key in ("text", "title", "value", "altText") if isinstance(node.get(key), str)]
    return "\n".join(seen)


def questions(card: Element) -> list[dict[str, Any]]:
    """What the buttons carry."""
    return [a["data"] for a in actions(card) if "data" in a]


def shown(card: Element) -> str:
    """The card as JSON, pictures masked."""
    return json.dumps(masked(card))


def masked(part: Any) -> Any:
    """The card without its pictures' bytes: they are tested apart, and another font would change them."""
    if isinstance(part, dict):
        return {
            k: "data:image/png;base64,..." if k == "url" and str(v).startswith("data:") else masked(v)
            for k, v in part.items()
        }
    return [masked(p) for p in part] if isinstance(part, list) else part


def outline(card: Element) -> str:
    """The card as it reads from top to bottom: words, colours, tables, charts, and where buttons lead."""
    pressed = (f"[{a['title']}] {_leads_to(a)}".rstrip() for a in card.get("actions", []))
    return "\n".join([*_drawn(card["body"]), *pressed])


def _drawn(items: list[Element], indent: str = "") -> Iterator[str]:
    for item in items:
        kind = item["type"]
        if kind == "TextBlock":
            marks = " ".join(str(item[k]) for k in ("size", "weight", "color") if k in item)
            yield f"{indent}{item['text']}{f'  <{marks}>' if marks else ''}"
        elif kind == "Table":
            for line in item["rows"]:
                yield indent + " | ".join(_cell(c) for c in line["cells"])
        elif kind == "FactSet":
            yield from (f"{indent}{f['title']}: {f['value']}" for f in item["facts"])
        elif kind == "ColumnSet":
            for column in item["columns"]:
                yield from _drawn(column["items"], indent + "  ")
        elif kind == "Container":
            hidden = ", hidden" if item.get("isVisible") is False else ""
            yield f"{indent}({item.get('style', 'container')}{hidden})"
            yield from _drawn(item["items"], indent + "  ")
        else:
            yield f"{indent}{kind}: {item.get('altText') or item['fallback']['text']}"


def _cell(cell: Element) -> str:
    words_ = cell["items"][0]["text"]
    return f"[{words_}] {_leads_to(cell['selectAction'])}" if "selectAction" in cell else words_


def _leads_to(action: Element) -> str:
    question = action.get("data", {}).get("question")
    if question is None:
        return ""
    parts = [question["show"], *question.get("measures", [])[:2], question["unit"]["id"]]
    parts += [str(question[k]) for k in ("by", "worker", "child") if k in question]
    return f"-> {' '.join(parts)}{' (here)' if action['data']['replace'] else ''}"
