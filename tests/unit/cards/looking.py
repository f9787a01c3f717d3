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
