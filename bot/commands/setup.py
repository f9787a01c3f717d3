"""The installation: `perfbot settings`."""

from __future__ import annotations

import typer

from bot.commands import common


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("settings")(settings)


def settings(as_json: common.AsJson = False) -> None:
    """Every setting: the variable, its value now, what it does."""
    listing = common.settings().listing()
    if as_json:
        common.say_json(
            [{"variable": name, "value": value, "description": text} for name, value, text in listing]
        )
        return
    for name, value, text in listing:
        common.say(f"{name} = {value}\n    {text}")
