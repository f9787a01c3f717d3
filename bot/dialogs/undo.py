"""Undo: the person's own last change to what they are sent, follow or have posted, taken back.

    > follow overdue CP visits in CSWT 1
    < Following CP visits overdue in CSWT 1 ... "undo" takes this back ...
    > undo
    < Undone. You no longer follow CP visits overdue in CSWT 1 (it turns red).

Of a few minutes ago; later, and with nothing to take back, "undo" stays a word about the conversation. A
change to a unit's posts is taken back under the rights of this moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.dialogs import answer_json, subscribe
from bot.dialogs.room import Room, Said
from bot.follows import followed
from bot.store.subscriptions import BEFORE, Subscription, undone
from bot.wording import follows as words
from kpi_engine.errors import NotPermitted
from kpi_engine.question import Question

UNDO_FOR = timedelta(minutes=15)


def hear(room: Room, said: str, kept: Sequence[Subscription], now: datetime) -> Said | None:
    """What was taken back, with what is to be kept; None where there is nothing to take back."""
    recent = [
        each
        for each in kept
        if each.changed_by == room.person.id and BEFORE in each.wanted and now - each.changed_at <= UNDO_FOR
    ]
    last = max((each.changed_at for each in recent), default=None)
    changed = [each for each in recent if each.changed_at == last]
    if not changed:
        return None
    try:
        for each in changed:
            subscribe.check_may_change(room, each.owner)
    except NotPermitted as error:
        json = answer_json.in_words(said, "not_permitted", str(error), room.data)
        return Said(json, "refusal", done={"wish": "undo"})
    rows = tuple(undone(each, room.person.id, now) for each in changed)
    text = " ".join(["Undone.", *dict.fromkeys(_told(room, row) for row in rows)])
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    done = {"posts_of": changed[0].owner, "wish": "undo", "subjects": [each.subject for each in rows]}
    return Said(answer_json.in_words(said, "answered", text, room.data, question), "settings", question,
                done=done, wishes=rows)  # fmt: skip


def _told(room: Room, row: Subscription) -> str:
    follow = followed(row)
    if follow is not None:
        verb = "follow" if row.active else "no longer follow"
        return f"You {verb} {words.label(follow, room.names)} ({words.when(follow)})."
    if row.owner == room.person.id:
        return "What you are sent by itself is again as it was before."
    return f"What is posted to {room.names.unit(row.owner)} is again as it was before."
