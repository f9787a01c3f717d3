"""A Reply as Teams wants it: a message, or the body that answers a pressed Action.Execute."""

from __future__ import annotations

from typing import Any

from botbuilder.schema import Activity, ActivityTypes, Attachment

from bot.turn import Reply

CARD = "application/vnd.microsoft.card.adaptive"
INVOKE_MESSAGE = "application/vnd.microsoft.activity.message"
ANSWERED_BELOW = "The answer is below."
LONGEST_SUMMARY = 200


def message(reply: Reply) -> Activity:
    """A card with its first line as the notification's text; without a card, the text."""
    if reply.card is None:
        return Activity(type=ActivityTypes.message, text=reply.text, text_format="plain")
    return Activity(
        type=ActivityTypes.message,
        summary=reply.text.partition("\n")[0][:LONGEST_SUMMARY],
        attachments=[Attachment(content_type=CARD, content=dict(reply.card))],
    )


def typing() -> Activity:
    return Activity(type=ActivityTypes.typing)


def invoke_body(reply: Reply) -> dict[str, Any]:
    """The answer to Action.Execute: a card in the place of the one pressed, or a sentence beside it."""
    if reply.replaces and reply.card is not None:
        return {"statusCode": 200, "type": CARD, "value": dict(reply.card)}
    return {"statusCode": 200, "type": INVOKE_MESSAGE, "value": reply.text}


def invoke_note(sentence: str) -> dict[str, Any]:
    return {"statusCode": 200, "type": INVOKE_MESSAGE, "value": sentence}
