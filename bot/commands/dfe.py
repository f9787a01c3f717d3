"""`perfbot dfe`: the published statistics' own definitions beside ours, and what the year will show at its end."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from kpi_engine.engine import Engine


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("dfe")(dfe)


def dfe(
    year: Annotated[
        int | None,
        typer.Option("--year", metavar="YEAR", help="The statistical year that ends on 31 March of it."),
    ] = None,
    at: common.At = None,
    unit: Annotated[
        str, typer.Option("--unit", metavar="UNIT_ID", help="Default: the whole authority.")
    ] = "ALL",
    as_json: common.AsJson = False,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="For publishing: 1 to 5 withheld.")
    ] = None,
    known: common.Known = None,
) -> None:
    """The tables of the published statistics by their own definitions, beside our measures, and the year-end forecast.

    What leaves the service (--csv, --json) has numbers from 1 to 5 withheld, and what would give them away.
    """
    from kpi_engine.dfe import dfe_figures
    from kpi_engine.dfe.published import published

    engine = common.open_engine(common.settings().home, known)
    found = dfe_figures(engine, _day(engine, year, at), unit)
    common.record_operator("dfe", {"unit": unit, "as_at": found["as_at"]})
    if csv_file is not None:
        count = _write(published(found), csv_file)
        common.say(f"Wrote {count:,} lines to {csv_file}; numbers from 1 to 5 are withheld (c).")
    elif as_json:
        common.say_json(published(found))
    else:
        _say(found, engine)


def _day(engine: Engine, year: int | None, at: str | None) -> date:
    """The end of the year asked for, or the extract's date where that year has not ended yet."""
    if year is None or at is not None:
        return common.as_at(engine, at)
    if not 1990 <= year <= engine.as_at.year + 1:
        raise InputError(f"--year must be a year such as {engine.as_at.year}, not {year}.")
    end = date(year, 3, 31)
    begun = date(year - 1, 4, 1)
    if begun > engine.as_at:
        raise InputError(f"The year ending 31 March {year} begins after the extract's date ({engine.as_at}).")
    return min(end, engine.as_at)


def _say(found: dict[str, Any], engine: Engine) -> None:
    from kpi_engine.dfe.published import lines
    from kpi_engine.measures import CATALOGUE

    span = found["period"]
    common.say(f"{engine.units[found['unit']].name}, by the definitions of the children in need census,")
    common.say(f"{span['from']} to {span['to']}")
    told = ""
    for line in lines(found):
        if line["table"] != told:
            told = line["table"]
            common.say(f"\n{told}  {line['title']}")
        if line["our_measure"]:
            of = f" of {line['our_of']:,g}" if line["our_of"] is not None else ""
            value = "none" if line["our_value"] is None else f"{line['our_value']:g}"
            common.say(f"    ours: {CATALOGUE[line['our_measure']].title}, {value}{of}")
            common.say(
                f"    why they differ: {line['differs']}" if line["differs"] else "    the same definition"
            )
        share = "" if line["percent"] is None else f"  {line['percent']:g}%"
        number = "" if line["number"] is None else f"{line['number']:>8,}"
        common.say(f"  {number:>8}  {line['row'].replace('_', ' ')}{share}")
    _say_year_end(found)


def _say_year_end(found: dict[str, Any]) -> None:
    told = found["year_end"]
    common.say(f"\nOn {told['date']}, {told['days_left']} days from now")
    for name, one in told.items():
        if isinstance(one, dict) and "expected" in one:
            so_far, expected, best = (
                "none" if one[key] is None else f"{one[key]:g}%" for key in ("so_far", "expected", "best")
            )
            common.say(f"  {name}: {so_far} so far, {expected} expected of {one['of']:,}, {best} at best")
    common.say(f"  {told['method']}")


def _write(found: dict[str, Any], target: Path) -> int:
    from kpi_engine.dfe.published import COLUMNS, lines

    rows = lines(found)
    try:
        with target.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}.") from None
    return len(rows)
