"""`perfbot reconcile`: the extract against a CIN Census XML or an SSDA903 folder. For the operator only."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import common
from kpi_engine.errors import InputError

COLUMNS = ("kind", "child_id", "start", "ours", "theirs")


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("reconcile")(reconcile)


def reconcile(
    file: Annotated[Path, typer.Argument(help="A CIN Census XML file, or an SSDA903 folder.")],
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Every difference with its child's id; keep it safe."),
    ] = None,
    year_ending: Annotated[
        str | None, typer.Option("--year-ending", metavar="DATE", help="Last day of the return's year.")
    ] = None,
    as_json: common.AsJson = False,
    known: common.Known = None,
) -> None:
    """Compares the current extract with a statutory return and counts the differences by kind."""
    from kpi_engine.reconcile import reconcile as compare

    engine = common.open_engine(common.settings().home, known)
    found = compare(engine, file, common.parse_date(year_ending, "--year-ending"))
    done = {"return": file.name, "differences": len(found.differences)}
    shown = [one.child_id for one in found.differences] if csv_file is not None else []
    common.record_operator("reconcile", done, children=shown)
    if csv_file is not None:
        try:
            with csv_file.open("w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out, lineterminator="\n")
                writer.writerow(COLUMNS)
                writer.writerows([getattr(one, name) for name in COLUMNS] for one in found.differences)
        except OSError as error:
            raise InputError(f"{csv_file} cannot be written: {error.strerror}.") from None
    if as_json:
        common.say_json(
            {
                "return": found.name,
                "from": found.first.isoformat(),
                "to": found.last.isoformat(),
                "children": found.children,
                "matched": found.matched,
                "compared": found.compared,
                "differences": found.counts,
                "notes": found.notes,
            }
        )
        return
    common.say(f"{found.name}, {found.first.isoformat()} to {found.last.isoformat()}")
    for note in found.notes:
        common.say(f"Note: {note}")
    ways = ", ".join(f"{count:,} by {name}" for name, count in found.matched.items())
    common.say(
        f"{sum(found.matched.values()):,} of {found.children:,} children of the return are known ({ways})."
    )
    for kind, count in found.compared.items():
        common.say(f"  {count:>7,}  {kind} of the return compared")
    common.say(f"{len(found.differences):,} differences:" if found.differences else "No differences.")
    for kind, count in found.counts.items():
        common.say(f"  {count:>7,}  {kind}")
    if csv_file is not None:
        common.say(f"Wrote {len(found.differences):,} differences to {csv_file}.")
