"""Deliveries: the analyst asks what went wrong with the posts, sends the failed again, settles the unknown.

    > which briefings failed?                                            (an analyst, in their own chat)
    < In the last seven days 2 failed and 1 is unknown.
    < - 12: briefing of CSWT 1 for Priya Shah, 2026-W47: failed; the person has blocked ... Ask them to unblock ...
    > resend to the failed
    < 2 are sent again, within the minute. The unknown are left alone ...
    > mark 14 as arrived
    < Recorded: 14 arrived.

Only an analyst, in a personal chat: it names who is sent what. Everything here can be done on the server, too
(`perfbot deliveries`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.deliveries import NOTICE, in_words, what_to_do
from bot.dialogs import answer_json
from bot.dialogs.room import Order, Room, Said
from bot.store.briefings import Trouble
from bot.understanding.delivery_wishes import DeliveryWish
from kpi_engine.errors import NotPermitted
from kpi_engine.question import Question

OPERATORS = frozenset({"analyst"})
AT_MOST = 30
"""Deliveries in one reply; the rest is a number."""
NOT_YOURS = "Only an analyst can see who was sent what, send it again or settle it."
PERSONALLY = "Ask me in your personal chat with me: it names who is sent what."
NONE = "Nothing failed and nothing is unknown in the last seven days."
NO_SUCH = 'There is no unknown delivery with the number {numbers}. Ask "which briefings failed?" for those there are.'


class Desk(Protocol):
    """Where deliveries are kept; the store's own is `bot.store.briefings.Briefings`."""

    async def troubles(self, since: datetime) -> list[Trouble]: ...

    async def reopen(self, identity: int, *, now: datetime, until: datetime | None = None) -> bool: ...

    async def settle_unknown(
        self, identity: int, status: Literal["sent", "failed"], because: str | None, now: datetime
    ) -> bool: ...


@dataclass(frozen=True)
class Asked:
    """A wish, and what there is to wish about: the failed and unknown of the last days."""

    wish: DeliveryWish
    troubles: Sequence[Trouble]


def hear(room: Room, said: str, asked: Asked) -> Said:
    """The answer, with the orders to be followed once it is on record."""
    wish, troubles = asked.wish, [each for each in asked.troubles if each.briefing != NOTICE]
    done: dict[str, object] = {"deliveries": wish.what, "numbers": list(wish.numbers)}
    try:
        check_can_operate(room)
    except NotPermitted as error:
        json = answer_json.in_words(said, "not_permitted", str(error), room.data)
        return Said(json, "refusal", done=done)
    failed = [each for each in troubles if each.status == "failed"]
    unknown = [each for each in troubles if each.status == "unknown"]
    if wish.what == "show":
        return _words(room, said, _shown(room, failed, unknown), done)
    if wish.what == "again":
        done["numbers"] = [each.id for each in failed]
        orders = tuple(Order("again", each.id) for each in failed)
        return _words(room, said, _again(len(failed), len(unknown)), done, orders)
    known = {each.id for each in unknown}
    numbers = wish.numbers or tuple(sorted(known))
    missing = [str(each) for each in numbers if each not in known]
    if missing or not numbers:
        text = (
            NO_SUCH.format(numbers=" or ".join(missing))
            if missing
            else "Nothing is unknown in the last seven days."
        )
        return _words(room, said, text, done)
    done["numbers"] = list(numbers)
    shown = ", ".join(str(each) for each in numbers)
    text = f"Recorded: {shown} arrived."
    if wish.what == "lost":
        text = f'Recorded: {shown} did not arrive. "Resend to the failed" sends it again.'
    return _words(room, said, text, done, tuple(Order(wish.what, each) for each in numbers))


def check_can_operate(room: Room) -> None:
    """Who may see and order this: an analyst, alone. Raises NotPermitted with the sentence."""
    if room.person.role not in OPERATORS:
        raise NotPermitted(NOT_YOURS)
    if room.audience.kind != "personal":
        raise NotPermitted(PERSONALLY)


def _shown(room: Room, failed: Sequence[Trouble], unknown: Sequence[Trouble]) -> str:
    if not failed and not unknown:
        return NONE
    lines = [
        f"In the last seven days {len(failed)} failed and {len(unknown)} "
        f"{'is' if len(unknown) == 1 else 'are'} unknown."
    ]
    every = [*failed, *unknown]
    for each in every[:AT_MOST]:
        because = f"; {each.because}" if each.because else ""
        todo = what_to_do(each.status, each.because)
        lines.append(f"- {each.id}: {in_words(each.key, room.engine)}: {each.status}{because}. {todo}")
    if len(every) > AT_MOST:
        lines.append(f"And {len(every) - AT_MOST} more: perfbot deliveries lists them all.")
    if failed:
        lines.append('"Resend to the failed" sends those again.')
    if unknown:
        lines.append(f'"Mark {unknown[0].id} as arrived", or as lost, settles one that is unknown.')
    return "\n".join(lines)


def _again(failed: int, unknown: int) -> str:
    if not failed:
        return "Nothing failed in the last seven days." + (
            f" {unknown} unknown: say what became of them, and the lost ones can be sent again."
            if unknown
            else ""
        )
    what = "1 is sent again" if failed == 1 else f"{failed} are sent again"
    left = (
        ' The unknown ones are left alone: they may have arrived ("which briefings failed?").'
        if unknown
        else ""
    )
    return f"{what} within a minute, exactly as composed.{left}"


def _words(room: Room, said: str, text: str, done: dict[str, object], orders: tuple[Order, ...] = ()) -> Said:
    question = Question("help", unit=room.person.unit, as_at=room.as_at)
    json = answer_json.in_words(said, "answered", text, room.data, question)
    return Said(json, "settings" if orders else "answer", question, done=done, orders=orders)
