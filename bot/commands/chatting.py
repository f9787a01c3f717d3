"""The chat in the terminal: `perfbot chat`; and how a process that stays up writes its log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import common
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from bot.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("chat")(chat)


def chat(
    as_: common.As = None,
    in_: Annotated[
        str, typer.Option("--in", metavar="personal|TEAM_ID", help="Alone, or in a unit's channel.")
    ] = "personal",
    at: common.At = None,
    known: common.Known = None,
) -> None:
    """The chat in this terminal."""
    if as_ is None:
        raise InputError("--as USER_ID is missing: perfbot users review lists the users.")
    log_to_stderr(common.settings())

    async def talk() -> None:
        from bot.hosts.terminal import chat as terminal_chat

        async with common.desk(at=at, known=known) as desk:
            await terminal_chat(desk.assistant, desk.engine, as_, place=in_)

    common.run(talk())


def log_to_stderr(config: Settings) -> None:
    """The ordinary log, as much as the setting says, without the chatter of libraries and the words of faults."""
    from bot.hosts.quiet import WithoutWords

    logging.basicConfig(level=config.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(WithoutWords())
    for loud in ("apscheduler", "msrest", "urllib3", "sqlalchemy"):
        logging.getLogger(loud).setLevel(logging.WARNING)
