"""The frame every card has, and what keeps a card under 25 KB: it is built again, smaller, until it fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.cards.elements import Element, text
from bot.wording.plain import shorten

VERSION = "1.5"
LIMIT = 25_000
"""Bytes of card JSON. Teams' own limit differs between its documents; this is below all of them."""
_MOST_FALLBACK = 700
_MOST_PLAIN = 5_000
_MOST_ACTIONS = 6
_BUTTON = '"perfbot": "'
_ABOUT = ('"child": "', '"worker": "', '"filters": {')
_VEIL = 128
"""Bytes that a veil takes in the place of one of these, where several people get the card."""
_SEAL = len(', "until": "2026-12-14", "seal": "0123456789abcdef0123456789abcdef"')


@dataclass(frozen=True)
class Room:
    """How much a card may show. rows: rows of a preview in all."""

    rows: int


ROOMS = tuple(Room(rows) for rows in (15, 12, 10, 8, 6, 5, 3, 1))


@dataclass(frozen=True)
class Parts:
    """What one show puts into the frame."""

    title: str
    subtitle: str = ""
    body: list[Element] = field(default_factory=list)
    actions: list[Element] = field(default_factory=list)
    footer: Sequence[str] = ()


def size(card: Element) -> int:
    """Bytes on the wire: every non-ASCII letter as an escape, a seal on every button and its veils (bot.seals)."""
    wire = json.dumps(card)
    return len(wire) + _SEAL * wire.count(_BUTTON) + _VEIL * sum(wire.count(name) for name in _ABOUT)


def fitted(build: Callable[[Room], Parts], words: str, label: Callable[[], list[Element]] = list) -> Element:
    """The fullest card that fits.

    words: the same answer as text, for old clients and for an answer beyond all room.
    label: the actions kept even on a card that had to give up its body.
    """
    for room in ROOMS:
        card = framed(build(room), words)
        if size(card) < LIMIT:
            return card
    plain = Parts(
        title=shorten(words.split("\n", 1)[0], 300), body=[text(shorten(words, _MOST_PLAIN))], actions=label()
    )
    return framed(plain, words)


def framed(parts: Parts, words: str) -> Element:
    """Title, reading line, body, footer and buttons as an Adaptive Card."""
    body: list[Element] = [text(parts.title, size="Large", heading=True)]
    if parts.subtitle:
        body.append(text(parts.subtitle, subtle=True, spacing="None"))
    body += parts.body
    for number, line in enumerate(p for p in parts.footer if p):
        body.append(text(line, size="Small", subtle=True, spacing="None" if number else "Medium"))
    card: dict[str, Any] = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "fallbackText": shorten(words, _MOST_FALLBACK),
        "msteams": {"width": "Full"},
        "body": body,
    }
    if parts.actions:
        card["actions"] = parts.actions[:_MOST_ACTIONS]
    return card
