"""What survives a lost machine: `perfbot backup` and `perfbot restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import common

if TYPE_CHECKING:
    from bot.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(file: Annotated[Path, typer.Argument(help="A new file to write.")]) -> None:
    """Database, extracts, key and settings files in one file; a running bot need not stop."""
    from bot.backup import back_up

    config = common.settings()
    common.record_operator("backup", {})
    made = back_up(config, file, common.now().isoformat(timespec="seconds"))
    common.say(f"Wrote {made.files} files ({made.size / 1e6:,.1f} MB) to {file}. It holds children's data.")
    for note in made.notes:
        common.say(note)


def restore(file: Annotated[Path, typer.Argument(help="A file that perfbot backup wrote.")]) -> None:
    """Puts a backup into a new, empty PERFBOT_HOME."""
    from bot.backup import restore as put_back

    config = common.settings()
    done = put_back(config, file, is_new=common.run(_is_new(config)))
    common.record_operator("restore", {"files": done.files})
    common.say(f"Restored {done.files} files into {config.home}.")
    for note in done.notes:
        common.say(note)


async def _is_new(config: Settings) -> bool:
    """Whether the database has nothing of ours yet. Leaves it as it is; a SQLite file is not looked at."""
    from bot.store.migrate import is_new

    return await is_new(config.store_url)
