"""The commands that need the timetable, added to the command line by an entry point of pyproject.toml
(`perfbot.commands`): the arrow goes from here to the bot, and nothing in the bot names this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from bot.commands.bench import group as bench_group
from kpi_engine.errors import InputError
from schedules import bench, running

if TYPE_CHECKING:
    from bot.store import Delivery
    from schedules.outlook import Coming


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    bench_group.command("delivery")(bench.delivery)
    app.command("demo")(running.demo)
    app.command("serve")(running.serve)
    app.command("refresh")(refresh)
    app.command("timetable")(timetable)
    app.command("deliveries")(deliveries)


def refresh(as_json: common.AsJson = False) -> None:
    """Loads a new extract from PERFBOT_REFRESH_SOURCE, unless it is much smaller than the last."""
    from schedules.refresh import refresh as refresh_now

    outcome = refresh_now(common.settings(), common.now())
    common.record_operator("load", outcome.to_json())
    if as_json:
        common.say_json(outcome.to_json())
        return
    if outcome.what == "refused":
        raise InputError("\n".join([*outcome.sentences, "Nothing was loaded."]))
    for sentence in outcome.sentences:
        common.say(f"Note: {sentence}")
    common.say("A new extract was loaded.")


def timetable(
    days: Annotated[int, typer.Option("--next", "--days", min=1, max=366, help="How many days ahead.")] = 14,
    as_json: common.AsJson = False,
) -> None:
    """What goes out when, and to whom."""

    async def gather() -> list[Coming]:
        from schedules.outlook import outlook

        config = common.settings()
        engine = common.open_engine(config.home)
        async with common.opened_store(config) as store:
            return await outlook(config, store, engine, common.now(), days)

    coming = common.run(gather())
    if as_json:
        common.say_json([_as_json(each) for each in coming])
        return
    for each in coming:
        if each.recipients:
            to = ", ".join(recipient.id for recipient in each.recipients)
            common.say(f"{each.at:%a %Y-%m-%d %H:%M %Z}  {each.due.post:<11} {each.due.unit_id:<8} to {to}")
    nobody = sorted({each.due.unit_id for each in coming if not each.recipients})
    if nobody:
        common.say(
            f"Nobody to send to: {', '.join(nobody)}. No active manager of local_users belongs there, or they stopped "
            "their posts, and no channel does: perfbot users review, perfbot channels."
        )
    if not coming:
        common.say(f"Nothing goes out in the next {days} days.")


def _as_json(coming: Coming) -> dict[str, Any]:
    return {
        "at": coming.at.isoformat(timespec="minutes"),
        "post": coming.due.post,
        "unit": coming.due.unit_id,
        "period": coming.due.period,
        "recipients": [recipient.id for recipient in coming.recipients],
    }


def deliveries(
    again: Annotated[
        str | None,
        typer.Option(
            "--again", metavar="DATE", help="Send again what failed since then (never what is unknown)."
        ),
    ] = None,
    as_json: common.AsJson = False,
) -> None:
    """What was sent to whom, what failed, and of what nobody can tell."""
    since = common.parse_date(again, "--again")

    async def gather() -> Sequence[Delivery]:
        from schedules.delivery import send_failed_again

        async with common.opened_store(common.settings()) as store:
            if since is None:
                return await store.briefings.list()
            return await send_failed_again(store, common.now(), common.midnight(since))

    rows = [
        {
            "briefing": each.briefing,
            "recipient": each.recipient,
            "period": each.period,
            "status": each.status,
            "tries": each.tries,
            "changed_at": each.changed_at.isoformat(timespec="seconds"),
            "because": each.because,
        }
        for each in common.run(gather())
    ]
    if since is not None:
        common.record_operator("settings", {"deliveries_again": len(rows)})
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        because = f"  ({row['because']})" if row["because"] else ""
        common.say(
            f"{row['changed_at']}  {row['status']:<8} {row['briefing']} to {row['recipient']}, "
            f"{row['period']}{because}"
        )
    if not rows:
        common.say("Nothing to show.")
