"""The command line `perfbot` (spec/contract.md): public interface, as the bot's own answers are."""

from __future__ import annotations

import gc
import io
import sys
from importlib.metadata import entry_points

import typer

from bot.commands import (
    asking,
    bench,
    chatting,
    dfe,
    extracts,
    following,
    keeping,
    people,
    purge,
    questions,
    reconcile,
    record,
    restatements,
    setup,
    targets,
)
from bot.commands.guard import guarded

GARBAGE_AFTER = 50_000
"""Vocabulary and extract are many small tuples that stay: Python's 700 would look through them for nothing."""

app = typer.Typer(
    name="perfbot",
    help="The performance bot for children's social care managers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (
    extracts,
    reconcile,
    asking,
    chatting,
    dfe,
    people,
    following,
    record,
    restatements,
    questions,
    keeping,
    purge,
    bench,
    setup,
    targets,
):
    group.register(app)
for more in entry_points(group="perfbot.commands"):  # whatever stands above the bot adds its own
    more.load()(app)


def main() -> None:
    """Runs one command and exits with its status: 0 done, 1 a bug, 2 bad input, 3 not permitted."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    gc.set_threshold(GARBAGE_AFTER, 20, 20)
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
