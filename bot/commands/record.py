"""The record of answers: `perfbot audit verify | show | export`. Its children are shown to the operator
alone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from bot.commands.guard import MISTAKE
from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from bot.store import Store
    from bot.store.audit import Record

audit = typer.Typer(help="The record of everything that was answered, refused or sent.")

Child = Annotated[str | None, typer.Option("--child", metavar="ID", help="Only what showed this child.")]
Person = Annotated[str | None, typer.Option("--person", metavar="USER_ID", help="Only what this person got.")]
Since = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")]
Until = Annotated[str | None, typer.Option("--to", metavar="DATE", help="To this day, included.")]


def register(app: typer.Typer) -> None:
    """Adds this group."""
    app.add_typer(audit, name="audit")


@audit.command("verify")
def verify(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="NUMBER:HASH", help="A head kept elsewhere, still to be found."),
    ] = None,
) -> None:
    """Proves the record whole: nothing changed, removed, swapped or cut off. Exit 2 when it is not."""
    expected = _head(head)

    async def walk() -> Any:
        async with common.opened_store(common.settings()) as store:
            return await store.audit.verify(expected)

    verdict = common.run(walk())
    if not verdict.whole:
        typer.echo(f"The record is not whole: {verdict.fault}.", err=True)
        raise typer.Exit(MISTAKE)
    common.say(f"The record is whole: {verdict.records:,} records, head {verdict.records}:{verdict.head}")


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, mark = text.partition(":")
    if not number.isdigit() or not mark:
        raise InputError("--head must be NUMBER:HASH, as perfbot audit verify printed it.")
    return int(number), mark


@audit.command("show")
def show(
    child: Child = None,
    person: Person = None,
    since: Since = None,
    until: Until = None,
    as_json: common.AsJson = False,
) -> None:
    """Who saw this child, or what this person saw, between two dates."""
    if child is None and person is None:
        raise InputError(
            "Say whose: --child ID or --person USER_ID (perfbot audit export writes everything)."
        )

    async def gather() -> list[dict[str, Any]]:
        async with common.opened_store(common.settings()) as store:
            return [_line(record) async for record in _found(store, child, person, since, until)]

    lines = common.run(gather())
    common.record_operator("audit", {"child": child, "person": person, "records": len(lines)})
    if as_json:
        common.say_json(lines)
        return
    for line in lines:
        understood: Mapping[str, Any] = line["understood"]
        asked = " ".join(
            str(part) for part in (understood.get("show"), *understood.get("measures", ())) if part
        )
        parts = [line[key] for key in ("at", "person_id", "audience", "event", "outcome")]
        common.say("  ".join([*parts, asked]))
    common.say(f"{len(lines):,} records.")


@audit.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="JSON lines, one record each.")],
    child: Child = None, person: Person = None, since: Since = None, until: Until = None,
) -> None:  # fmt: skip
    """Writes the record, or a part of it, as JSON lines."""

    async def write() -> int:
        count = 0
        async with common.opened_store(common.settings()) as store:
            file.touch(mode=0o600)  # it names children: for its owner alone
            with file.open("w", encoding="utf-8") as out:
                async for record in _found(store, child, person, since, until):
                    out.write(json.dumps(_line(record), ensure_ascii=False, sort_keys=True) + "\n")
                    count += 1
        return count

    try:
        count = common.run(write())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from None
    common.record_operator("export", {"audit": True, "child": child, "person": person, "records": count})
    common.say(f"Wrote {count:,} records to {file}.")


def _found(
    store: Store, child: str | None, person: str | None, since: str | None, until: str | None
) -> AsyncIterator[Record]:
    first, last = common.parse_date(since, "--from"), common.parse_date(until, "--to")
    start = common.midnight(first) if first else None
    end = common.midnight(last + timedelta(days=1)) if last else None
    return store.audit.records(person_id=person, child_id=child, since=start, until=end)


def _line(record: Record) -> dict[str, Any]:
    entry = record.entry
    return {
        "seq": record.seq, "at": entry.at.isoformat(timespec="milliseconds"), "person_id": entry.person_id,
        "channel": entry.channel, "audience": entry.audience, "event": entry.event, "outcome": entry.outcome,
        "understood": dict(entry.understood), "child_ids": list(entry.child_ids),
        "previous_hash": record.previous_hash, "hash": record.hash,
    }  # fmt: skip
