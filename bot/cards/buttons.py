"""Buttons: what they carry and how they are drawn for the client.

A button carries `{"perfbot": "ask", "question": ..., "replace": bool}`, and where it matters `before` (the
questions behind the cards that were replaced), `page`, `instead_of` (a correction: the mark of the question that it
corrects) and `settles` (the doubtful word that it decides). Rights are checked when it is pressed, never here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.cards.client import DEEPEST, Client
from bot.cards.elements import Element
from bot.understanding.context import mark_of
from kpi_engine.question import Question

VERB = "perfbot"
_MOST_LETTERS = 40
_MOST_CARRIED = 6


def slim(question: Question) -> dict[str, Any]:
    """The question's JSON without its empty parts: cards are short of room, `Question.from_json` copes."""
    return {k: v for k, v in question.to_json().items() if v not in (None, [], {}, "")}


def carried(
    question: Question, *, replace: bool, before: tuple[Question, ...] = (), page: int = 0
) -> dict[str, Any]:
    """What a button carries; read back with `Question.from_json(data["question"])` and `Client.of(turn)`."""
    out: dict[str, Any] = {VERB: "ask", "question": slim(question), "replace": replace}
    if before:
        out["before"] = [slim(q) for q in before[-DEEPEST:]]
    if page:
        out["page"] = page
    return out


def action(label: str, data: Mapping[str, Any], client: Client) -> Element:
    """An action of the kind the client knows."""
    title = label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"
    if client.executes:
        return {"type": "Action.Execute", "title": title, "verb": VERB, "data": dict(data)}
    return {"type": "Action.Submit", "title": title, "data": dict(data)}


def ask(label: str, question: Question, client: Client, *, page: int = 0) -> Element:
    """A question that is answered in a new message, so that this card stays to be looked at again."""
    return action(label, carried(question, replace=False, page=page), client)


def open_(label: str, question: Question, here: Question, client: Client) -> Element:
    """A step down: the answer takes this card's place, and its Back button leads here again.

    A question of many measures is too long to carry on every line: then the answer is a new message.
    """
    if len(here.measures) > _MOST_CARRIED:
        return ask(label, question, client)
    return action(label, carried(question, replace=True, before=(*client.before, here)), client)


def instead(label: str, question: Question, asked: Question, client: Client, *, settles: str = "") -> Element:
    """Another reading of the same words, in this card's place; what was read first stays one step back.

    settles: the ambiguity that this decides for the next time.
    """
    few = len(asked.measures) <= _MOST_CARRIED
    data = carried(question, replace=True, before=(*client.before, asked) if few else client.before)
    data["instead_of"] = mark_of(asked)
    return action(label, data | ({"settles": settles} if settles else {}), client)


def choose(label: str, question: Question, client: Client, settles: str) -> Element:
    """One of the choices of a question back; settles: the ambiguity that it decides for the next time."""
    return action(label, carried(question, replace=False) | ({"settles": settles} if settles else {}), client)


def turn_page(label: str, question: Question, client: Client, page: int) -> Element:
    """Another page of the same list, in this card's place."""
    return action(label, carried(question, replace=True, before=client.before, page=page), client)


def back(client: Client) -> list[Element]:
    """The Back button, or nothing on a card that replaced none."""
    if not client.before:
        return []
    *rest, last = client.before
    return [action("Back", carried(last, replace=True, before=tuple(rest)), client)]


def privately(question: Question, client: Client) -> Element:
    """The answer goes to the person's own chat; nothing of it is shown here."""
    return action("Send it to me privately", {VERB: "private", "question": slim(question)}, client)


def help_(client: Client) -> Element:
    """The button that asks what can be asked."""
    return action("Help", {VERB: "help"}, client)


def toggle(label: str, id_: str) -> Element:
    """Shows and hides a part of the card; the client does it alone."""
    return {"type": "Action.ToggleVisibility", "title": label, "targetElements": [id_]}
