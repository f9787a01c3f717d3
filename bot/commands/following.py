"""`perfbot follow`: what people are told of when it turns red or passes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from bot.commands.guard import REFUSED
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from bot.store import Subscription
    from bot.turn import Reply


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("follow")(follow)


def follow(
    words: Annotated[
        str | None,
        typer.Argument(
            help='"overdue CP visits in CSWT 1", "open CIN cases go above 900", "stop following ..."'
        ),
    ] = None,
    as_: common.As = None,
    as_json: common.AsJson = False,
) -> None:
    """Follows a measure for somebody, as they would say it in chat; without words, what everybody follows."""
    if words is None:
        _list(as_, as_json)
        return
    if as_ is None:
        raise InputError("--as USER_ID is missing: who shall be told?")
    reply = common.run(_say(words, as_))
    outcome = reply.answer["outcome"]
    if outcome == "not_understood":
        raise InputError(reply.text)
    if as_json:
        common.say_json(reply.answer)
    else:
        common.say(reply.text)
    if outcome == "not_permitted":
        raise typer.Exit(REFUSED)


async def _say(words: str, as_: str) -> Reply:
    from bot.turn import Turn
    from bot.understanding.follow_wishes import read_follow_wish

    said = next(
        (each for each in (words, f"tell me when {words}", f"follow {words}") if read_follow_wish(each)),
        words,
    )
    async with common.desk() as desk:
        return (await desk.assistant.reply(Turn(as_, "terminal", common.now(), said)))[0]


def _list(as_: str | None, as_json: bool) -> None:
    rows = common.run(_followed(as_))
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        value = "" if row["value"] is None else f" {row['value']:g}"
        state = "crossed" if row["is_over"] else "normal"
        who = (
            row["person"]
            if row["is_known"]
            else f"{row['person']} (not in local_users, or not active: gets none)"
        )
        common.say(f"{who}: {row['measure']} in {row['unit']}, {row['when']}{value}  ({state}; seen in "
                   f"{row['seen'] or 'no extract yet'})")  # fmt: skip
    if not rows:
        common.say('Nobody follows anything: perfbot follow "overdue CP visits in CSWT 1" --as USER_ID.')


async def _followed(as_: str | None) -> list[dict[str, Any]]:
    config = common.settings()
    users = common.open_engine(config.home).users
    async with common.opened_store(config) as store:
        wishes = await store.subscriptions.all()
    active = {user.user_id for user in users.values() if user.active}
    return [row for wish in wishes if as_ in (None, wish.owner) and (row := _row(wish, active))]


def _row(wish: Subscription, active: set[str]) -> dict[str, Any] | None:
    from bot.follows import followed

    found = followed(wish)
    if found is None or not wish.active:
        return None
    return {
        "person": wish.owner, "measure": found.measure, "unit": found.unit.id, "when": found.when,
        "value": found.value, "worker": found.worker, "filters": dict(found.filters), "is_over": found.is_over,
        "seen": found.seen, "is_known": wish.owner in active, "set_by": wish.changed_by,
    }  # fmt: skip
