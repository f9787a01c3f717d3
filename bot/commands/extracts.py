"""The extract: `perfbot make-data`, `load`, `ledger`, `measures`, `quality`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from bot.commands.restatements import changed_by, sent_as, sent_figures
from kpi_engine.errors import InputError, LoadError, Unknown

if TYPE_CHECKING:
    from kpi_engine.engine import Engine
    from kpi_engine.question import Scope

MOST_FINDINGS = 20


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("make-data")(make_data)
    app.command("load")(load)
    app.command("ledger")(ledger)
    app.command("measures")(measures)
    app.command("quality")(quality)


def make_data(
    folder: Annotated[Path, typer.Argument(help="Where to write it; must be new or empty.")],
    children: Annotated[int, typer.Option("--children", min=1, help="Open children.")] = 3000,
    as_at: Annotated[str | None, typer.Option("--as-at", metavar="DATE", help="The extract's date.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same authority.")] = 1,
) -> None:
    """An invented authority as an SSD folder with local tables."""
    import kpi_engine

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty: name a new folder.")
    kpi_engine.make_authority(folder, children=children, as_at=common.parse_date(as_at, "--as-at"), seed=seed)
    common.say(f"An invented authority is in {folder}. Load it with: perfbot load {folder}")


def load(
    source: Annotated[str, typer.Argument(help="An SSD folder, a database URL, or an Annex A workbook.")],
    as_at: Annotated[str | None, typer.Option("--as-at", metavar="DATE", help="The extract's date.")] = None,
) -> None:
    """Checks an extract, prints what was wrong, keeps it. All or nothing."""
    import kpi_engine

    home = common.settings().home
    try:
        report = kpi_engine.load(
            source, common.parse_date(as_at, "--as-at"), home, common.now().isoformat(timespec="seconds")
        )
    except LoadError as error:
        common.record_operator("load", {"outcome": "refused", "faults": len(error.faults)})
        raise InputError("\n".join([*error.faults, "Nothing was loaded."])) from None
    common.record_operator("load", {"extract": report.extract, "findings": len(report.findings)})
    for warning in report.warnings:
        common.say(f"Note: {warning}")
    _say_findings(report.findings)
    rows = sum(report.rows.values())
    common.say(f"Loaded {rows:,} rows of {len(report.rows)} tables; kept as extract {report.extract}.")
    if changed := changed_by(common.settings(), report.extract):
        common.say(changed)


def ledger(
    at: common.At = None,
    clock: Annotated[str | None, typer.Option("--clock", metavar="NAME", help="One clock only.")] = None,
    csv_file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write CSV here.")] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write Parquet here.")
    ] = None,
    as_: common.As = None,
    known: common.Known = None,
) -> None:
    """Every duty with a date: one row each, as the specification of the ledger says."""
    from bot.rights import may_hold
    from kpi_engine.answering.restricted import RESTRICTED, ledger_rows
    from kpi_engine.question import EVERYTHING

    if csv_file is not None and parquet is not None:
        raise InputError("Choose one of --csv and --parquet.")
    engine = common.open_engine(common.settings().home, known)
    day = common.as_at(engine, at)
    scope = scope_of(engine, as_)
    whole = replace(scope, restricted=frozenset())
    done = {"ledger": clock or "all", "as_at": day.isoformat()}
    target = csv_file or parquet
    if parquet is not None and scope != EVERYTHING:
        raise InputError("--parquet is for the whole ledger; with --as, write --csv.")
    if target is not None and scope == EVERYTHING:
        common.record_operator("export", done, as_, engine.ledger_children(day, clock))
        count = engine.write_ledger(target, day, clock, "parquet" if parquet else "csv")
    else:
        rows = ledger_rows((row for row in engine.ledger_rows(day, clock) if may_hold(row, whole)), scope)
        shown = {row["child_id"] for row in rows} - {RESTRICTED}
        common.record_operator("export", done, as_, shown)
        count = _write_csv(rows, target)
    if target is not None:
        common.say(f"Wrote {count:,} rows to {target}.")


def _write_csv(rows: list[dict[str, Any]], target: Path | None) -> int:
    """The rows as CSV, in the ledger's columns, to a file or to stdout; how many."""
    from kpi_engine.ledger import COLUMNS

    try:
        with target.open("w", newline="", encoding="utf-8") if target else nullcontext(sys.stdout) as out:
            writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        if target is None:
            raise
        raise InputError(f"{target} cannot be written: {error.strerror}.") from None
    return len(rows)


def measures(
    at: common.At = None,
    unit: Annotated[
        str, typer.Option("--unit", metavar="UNIT_ID", help="Default: the whole authority.")
    ] = "ALL",
    as_json: common.AsJson = False,
    as_: common.As = None,
    known: common.Known = None,
) -> None:
    """The catalogue with every measure's number."""
    engine = common.open_engine(common.settings().home, known)
    day = common.as_at(engine, at)
    scope_of(engine, as_)  # numbers of any unit are open to every active user
    if unit not in engine.units:
        raise Unknown(f"There is no unit {unit!r} in this extract.")
    common.record_operator("measures", {"unit": unit, "as_at": day.isoformat()}, as_)
    found = engine.measures(day, unit)
    if known is None:  # what was known earlier is compared with nothing sent later
        told = sent_figures()
        found = [row | sent_as(row, unit, day, told) for row in found]
    if as_json:
        common.say_json({"as_at": day.isoformat(), "unit": unit, "measures": found})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{engine.units[unit].name}, as at {day.isoformat()}")
    headings = ("measure", "value", "of", "unit", "target", "colour", "previous")
    for heading in (*headings, "sent as") if any("sent" in row for row in found) else headings:
        table.add_column(heading, justify="left" if heading in ("measure", "unit", "colour") else "right")
    for row in found:
        value = "no data" if row.get("no_data") else _shown(row["value"])
        cells = (row["of"], row["unit"], row["target"], row["rag"], row["previous"])
        sent = [f"{_shown(row['sent']['value'])} on {row['sent']['on']}"] if "sent" in row else []
        table.add_row(row["measure"], value, *(_shown(cell) for cell in cells), *sent)
    Console().print(table)


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def quality(as_json: common.AsJson = False, as_: common.As = None, known: common.Known = None) -> None:
    """What is wrong with the data of the current extract."""
    engine = common.open_engine(common.settings().home, known)
    findings = engine.findings(scope_of(engine, as_))
    shown = [each.get("child_id") for each in findings] if as_json else []
    common.record_operator("quality", {"findings": len(findings)}, as_, shown)
    if as_json:
        common.say_json(findings)
    else:
        _say_findings(findings)


def _say_findings(findings: Iterable[Mapping[str, Any]]) -> None:
    """The findings by table and rule, how many of each, with the first sentence."""
    from collections import Counter

    found = list(findings)
    if not found:
        common.say("No data problems were found.")
        return
    counts = Counter((str(f.get("table")), str(f.get("rule"))) for f in found)
    common.say(f"{len(found):,} data problems of {len(counts)} kinds:")
    for (table, rule), count in counts.most_common(MOST_FINDINGS):
        common.say(f"  {count:>7,}  {table}: {rule}")
    if len(counts) > MOST_FINDINGS:
        common.say(f"  and {len(counts) - MOST_FINDINGS} more kinds; perfbot quality --json lists them all")


def scope_of(engine: Engine, as_: str | None) -> Scope:
    """The operator sees everything; with `--as`, that person's rights hold (rights.md 11)."""
    from bot import rights
    from bot.engines import FixedEngine
    from bot.restricted import RestrictedCases
    from bot.turn import PERSONAL
    from kpi_engine.question import EVERYTHING

    if as_ is None:
        return EVERYTHING
    engines = common.with_groups(common.settings(), FixedEngine(engine))
    common.run(engines.renew())
    engine = engines.current()
    scope = rights.scope_for(rights.identify(as_, engine), PERSONAL, engine)
    hidden = RestrictedCases(common.settings().home).hidden_from(as_, PERSONAL, frozenset())
    return replace(scope, restricted=hidden)
