"""The plan's targets: `perfbot targets check`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common
from kpi_engine.errors import InputError

targets = typer.Typer(help="The targets of the plan, or the authority's own.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds this group."""
    app.add_typer(targets, name="targets")


@targets.callback()
def _targets() -> None:
    """The targets of the plan, or the authority's own."""


@targets.command("check")
def check(
    file: Annotated[
        Path | None, typer.Argument(help="Default: PERFBOT_HOME/targets.yaml, else the program's own.")
    ] = None,
    at: common.At = None,
) -> None:
    """Says what is wrong with a targets file, line by line, or what it sets on a day."""
    import kpi_engine

    home = common.settings().home
    found = kpi_engine.check_targets(home, file, common.parse_date(at, "--at"), common.now().date())
    if found.faults:
        raise InputError("\n".join(f"{found.source}:{one.line}: {one.sentence}" for one in found.faults))
    streams = ", ".join(found.work_streams)
    common.say(
        f"{found.source} is in order: {found.targets} targets of {len(found.work_streams)} work streams ({streams}), "
        f"{found.steps} dated steps, {found.in_force} targets with a number in force at {found.as_at.isoformat()}."
    )
    if found.own:
        known = "" if found.units_known else "; no extract is loaded, so their ids were not checked"
        common.say(f"{found.own} of them have values of a team's or service's own{known}.")
    if found.without:
        common.say(f"Measures without a target: {', '.join(found.without)}.")
