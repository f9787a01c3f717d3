"""Bot Framework activities in and out: what Web Chat posts becomes a Turn, a Reply becomes what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cards.charts import drawn
from bot.hosts.webchat.conversations import Activity, Conversation
from bot.turn import Reply, Turn
from kpi_engine.errors import InputError

BOT = {"id": "perfbot", "name": "Perfbot", "role": "bot"}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
ON_CARD = "perfbotCard"
"""Key in a button's data that names the activity the button is on: Web Chat does not say it by itself, and a
card that replaces itself must know which one it is."""

BRIEFING_BUTTON = {"browserChat": "briefing"}
"""What the page's own button "Send Monday's briefing now" carries."""


@dataclass(frozen=True)
class Posted:
    """What a person sent: words, or what a button carries; `card_id` = the activity the button was on."""

    text: str | None
    action: Mapping[str, Any] | None
    card_id: str | None
    client_id: str | None
    channel_data: Mapping[str, Any]


def read_posted(body: object) -> Posted | None:
    """A posted activity; None for signs that need no answer (typing, events). InputError if malformed."""
    if not isinstance(body, dict):
        raise InputError("An activity is a JSON object.")
    if body.get("type") in ("typing", "event"):
        return None
    if body.get("type") != "message":
        raise InputError("Only activities of type message, typing and event are taken.")
    text, value = body.get("text"), body.get("value")
    channel_data = body.get("channelData") or {}
    if not (text is None or isinstance(text, str)):
        raise InputError("The text of a message is a string.")
    if not (value is None or isinstance(value, dict)):
        raise InputError("The value of a message is a JSON object.")
    if not isinstance(channel_data, dict):
        raise InputError("The channelData of a message is a JSON object.")
    if value is None and not (text or "").strip():
        raise InputError("A message holds text or the value of a button.")
    client_id, card_id = channel_data.get("clientActivityID"), (value or {}).get(ON_CARD)
    return Posted(
        text=text if value is None else None,
        action={k: v for k, v in value.items() if k != ON_CARD} if value is not None else None,
        card_id=card_id if isinstance(card_id, str) else None,
        client_id=client_id if isinstance(client_id, str) else None,
        channel_data=channel_data,
    )


def as_turn(posted: Posted, conversation: Conversation, now: datetime) -> Turn:
    """The turn as the bot sees it; who asks and where come from the conversation's seat alone."""
    return Turn(
        person_id=conversation.seat.person_id,
        conversation_id=conversation.id,
        now=now,
        text=posted.text,
        action=posted.action,
        audience=conversation.seat.audience,
        charts=False,
        executes=False,
        sends_privately=conversation.seat.audience.kind != "personal",
    )


def echo(posted: Posted, conversation: Conversation, activity_id: str) -> Activity:
    """The person's own message as the conversation shows it; it tells Web Chat that the message arrived."""
    activity: dict[str, Any] = {
        "type": "message",
        "id": activity_id,
        "from": {"id": conversation.seat.person_id, "role": "user"},
        "channelData": posted.channel_data,
        "textFormat": "plain",
    }
    if posted.text is not None:
        activity["text"] = posted.text
    if posted.action is not None:
        activity["value"] = posted.action
    return activity


def message(reply: Reply, activity_id: str, reply_to: str | None) -> Activity:
    """A reply as a message: its card if it has one (screen readers are told the text), else its text."""
    activity: dict[str, Any] = {"type": "message", "id": activity_id, "from": BOT}
    if reply_to is not None:
        activity["replyToId"] = reply_to
    if reply.card is None:
        return activity | {"text": reply.text, "textFormat": "plain"}
    return activity | {
        "attachments": [{"contentType": CARD_TYPE, "content": for_web_chat(reply.card, activity_id)}],
        "channelData": {"webchat:fallback-text": reply.text},
    }


def typing() -> Activity:
    return {"type": "typing", "from": BOT}


def for_web_chat(part: Any, activity_id: str) -> Any:
    """The card with the activity's id in the data of every button, however deep it lies.

    A scheduled post is composed for Teams: its Action.Execute, which Web Chat does not know, becomes the
    Action.Submit that carries the same, and its charts become pictures.
    """
    if isinstance(part, Mapping):
        if str(part.get("type", "")).startswith("Chart."):
            return drawn(part)
        out = {key: for_web_chat(value, activity_id) for key, value in part.items()}
        if part.get("type") == "Action.Execute":
            out["type"] = "Action.Submit"
            out.pop("verb", None)
        if out.get("type") == "Action.Submit" and isinstance(part.get("data", {}), Mapping):
            out["data"] = {**part.get("data", {}), ON_CARD: activity_id}
        return out
    if isinstance(part, list | tuple):
        return [for_web_chat(value, activity_id) for value in part]
    return part
