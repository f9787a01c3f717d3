"""The commands that need the timetable, added to the command line by an entry point of pyproject.toml
(`perfbot.commands`): the arrow goes from here to the bot, and nothing in the bot names this package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
    app.add_typer(deliveries_group, name="deliveries")


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


deliveries_group = typer.Typer(
    help="What was sent to whom, what failed, of what nobody can tell, and what to do.",
    invoke_without_command=True, no_args_is_help=False,
)  # fmt: skip


@deliveries_group.callback()
def deliveries(
    context: typer.Context,
    again: Annotated[
        str | None,
        typer.Option(
            "--again", metavar="DATE", help="Send again what failed since then (never what is unknown)."
        ),
    ] = None,
    trouble: Annotated[
        bool, typer.Option("--trouble", help="Only what failed, is unknown or waits.")
    ] = False,
    as_json: common.AsJson = False,
) -> None:
    """What was sent to whom, what failed, of what nobody can tell, and what to do."""
    if context.invoked_subcommand is not None:
        return
    since = common.parse_date(again, "--again")

    async def gather() -> Sequence[Delivery]:
        from bot.deliveries import send_failed_again

        async with common.opened_store(common.settings()) as store:
            if since is None:
                return await store.briefings.list()
            return await send_failed_again(store.briefings, common.now(), common.midnight(since))

    found = common.run(gather())
    if since is not None:
        common.record_operator("settings", {"deliveries_again": [each.id for each in found]})
    rows = [_row(each) for each in found if not trouble or each.status != "sent"]
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        because = f"  ({row['because']})" if row["because"] else ""
        common.say(
            f"{row['id']:>6}  {row['changed_at']}  {row['status']:<8} {row['briefing']} to {row['recipient']}, "
            f"{row['period']}{because}"
        )
        if row["to_do"]:
            common.say(f"        {row['to_do']}")
    if since is not None:
        common.say(f"{len(rows)} will be sent again within a minute, if the bot runs." if rows else
                   "Nothing failed since then.")  # fmt: skip
    else:
        _sum_up(rows)


def _row(each: Delivery) -> dict[str, Any]:
    from bot.deliveries import what_to_do

    return {
        "id": each.id,
        "briefing": each.briefing,
        "recipient": each.recipient,
        "period": each.period,
        "status": each.status,
        "tries": each.tries,
        "changed_at": each.changed_at.isoformat(timespec="seconds"),
        "because": each.because,
        "to_do": what_to_do(each.status, each.because),
    }


def _sum_up(rows: Sequence[dict[str, Any]]) -> None:
    """How many of each, and the two commands that follow from it."""
    if not rows:
        common.say("Nothing to show.")
        return
    counts = Counter(row["status"] for row in rows)
    common.say(", ".join(f"{counts[status]} {status}" for status in sorted(counts)) + ".")
    failed = [row["changed_at"] for row in rows if row["status"] == "failed"]
    if failed:
        common.say(f"To send the failed ones again: perfbot deliveries --again {min(failed)[:10]}")
    unknown = [row["id"] for row in rows if row["status"] == "unknown"]
    if unknown:
        common.say(f"To settle an unknown one: perfbot deliveries settle {unknown[0]} arrived (or lost)")


@deliveries_group.command("settle")
def settle(
    numbers: Annotated[
        list[str], typer.Argument(help="The numbers of unknown deliveries, then arrived or lost.")
    ],
) -> None:
    """Says what became of unknown deliveries, after somebody looked: `settle 12 14 arrived`, `settle 15 lost`."""
    *ids, how = numbers
    if how not in ("arrived", "lost") or not ids or not all(each.isdecimal() for each in ids):
        raise InputError(
            "Say the numbers and what became of them: perfbot deliveries settle 12 arrived (or lost)."
        )

    async def change() -> list[str]:
        from bot.audit import server_entry
        from bot.deliveries import LOST

        config = common.settings()
        async with common.opened_store(config) as store:
            now = common.now()
            unknown = {str(each.id) for each in await store.briefings.list(status="unknown")}
            if missing := [each for each in ids if each not in unknown]:
                raise InputError(
                    f"{' and '.join(missing)}: there is no unknown delivery of that number; nothing was changed. "
                    "perfbot deliveries --trouble lists them."
                )
            done = {"deliveries": how, "numbers": [int(each) for each in ids]}
            await common.recorder(config, store).keep(server_entry(now, "settings", done))
            settled = []
            for each in ids:
                status: Literal["sent", "failed"] = "sent" if how == "arrived" else "failed"
                if await store.briefings.settle_unknown(
                    int(each), status, LOST if how == "lost" else None, now
                ):
                    settled.append(each)
            return settled

    settled = common.run(change())
    if how == "arrived":
        common.say(f"Recorded: {', '.join(settled)} arrived.")
    else:
        today = common.now().date()
        common.say(
            f"Recorded: {', '.join(settled)} did not arrive. To send again: perfbot deliveries --again {today}"
        )
