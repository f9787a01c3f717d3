"""People and places: `perfbot users review`, `perfbot channels`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from kpi_engine.errors import Unknown

if TYPE_CHECKING:
    from bot.store import Store
    from kpi_engine.engine import Engine, User

users = typer.Typer(help="Who may use the bot.", no_args_is_help=False)
channels = typer.Typer(help="Which unit a channel or group chat belongs to.", invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Adds these groups."""
    app.add_typer(users, name="users")
    app.add_typer(channels, name="channels")


@users.callback()
def _users() -> None:
    """Who may use the bot."""


@users.command("review")
def review(as_json: common.AsJson = False) -> None:
    """Everybody who may use the bot: where that is written, what they can see, and when they last asked."""

    async def gather() -> list[dict[str, Any]]:
        from bot.engines import FixedEngine

        config = common.settings()
        engines = common.with_groups(config, FixedEngine(common.open_engine(config.home)))
        await engines.renew()
        engine = engines.current()
        if engine.users.otherwise:
            typer.echo("Entra groups cannot be read now: people of groups are missing below.", err=True)
        async with common.opened_store(config) as store:
            last = await _last_use(store)
        return [
            _reviewed(user, engine, last.get(user.user_id.casefold()))
            for _, user in sorted(engine.users.items())
        ]

    rows = common.run(gather())
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        state = "" if row["active"] else " (inactive: sees nothing)"
        sees = "everything" if row["rows_of"] is None else ", ".join(row["rows_of"]) or "numbers only"
        common.say(
            f"{row['user_id']}: {row['name']}, {row['role'] or 'no role'}, "
            f"{row['unit_id'] or 'whole authority'}{state}"
        )
        last = row["last_asked"] or "never"
        common.say(f"    rows of: {sees}; last asked: {last}; from: {row['source']}")


async def _last_use(store: Store) -> dict[str, str]:
    last: dict[str, str] = {}
    async for record in store.audit.records():
        last[record.entry.person_id.casefold()] = record.entry.at.isoformat(timespec="seconds")
    return last


def _reviewed(user: User, engine: Engine, last: str | None) -> dict[str, Any]:
    from bot import rights
    from bot.turn import PERSONAL

    rows_of: list[str] | None = []
    if user.active:
        units = rights.scope_for(rights.identify(user.user_id, engine), PERSONAL, engine).child_units
        rows_of = None if units is None else sorted(units)
    return {
        "user_id": user.user_id, "name": user.name, "role": user.role, "unit_id": user.unit_id,
        "active": user.active, "source": user.source, "also_sees": sorted(user.also_sees), "rows_of": rows_of,
        "last_asked": last,
    }  # fmt: skip


@channels.callback()
def show_channels(context: typer.Context, as_json: common.AsJson = False) -> None:
    """Lists the conversations that belong to a unit; every other one gets numbers only."""
    if context.invoked_subcommand is not None:
        return

    async def gather() -> list[dict[str, Any]]:
        async with common.opened_store(common.settings()) as store:
            return [
                {
                    "conversation_id": each.conversation_id,
                    "unit": each.unit.to_json(),
                    "set_by": each.set_by,
                    "set_at": each.set_at.isoformat(timespec="seconds"),
                }
                for each in await store.channels.all()
            ]

    found = common.run(gather())
    if as_json:
        common.say_json(found)
        return
    for each in found:
        common.say(f"{each['conversation_id']}: {each['unit']['id']} (by {each['set_by']}, {each['set_at']})")
    if not found:
        common.say("No conversation belongs to a unit yet: perfbot channels set CONVERSATION_ID UNIT_ID.")


@channels.command("set")
def set_channel(
    conversation_id: Annotated[str, typer.Argument(help="The channel's or group chat's id.")],
    unit_id: Annotated[str, typer.Argument(help="A team, a service, or ALL.")],
) -> None:
    """From now on the conversation belongs to this unit."""

    async def assign() -> None:
        from bot.audit import OPERATOR, server_entry

        config = common.settings()
        unit = common.open_engine(config.home).units.get(unit_id)
        if unit is None:
            raise Unknown(f"There is no unit {unit_id!r} in this extract.")
        async with common.opened_store(config) as store:
            now = common.now()
            done = {"conversation": conversation_id, "unit": unit_id}
            await common.recorder(config, store).keep(server_entry(now, "settings", done))
            await store.channels.assign(conversation_id, unit.ref, OPERATOR, now)

    common.run(assign())
    common.say(f"{conversation_id} belongs to {unit_id} now.")


@channels.command("clear")
def clear_channel(conversation_id: Annotated[str, typer.Argument(help="The conversation's id.")]) -> None:
    """From now on the conversation belongs to no unit: numbers only."""

    async def release() -> None:
        from bot.audit import server_entry

        config = common.settings()
        async with common.opened_store(config) as store:
            done = {"conversation": conversation_id, "unit": None}
            await common.recorder(config, store).keep(server_entry(common.now(), "settings", done))
            await store.channels.release(conversation_id)

    common.run(release())
    common.say(f"{conversation_id} belongs to no unit now.")
