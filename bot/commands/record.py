"""The record of answers: `perfbot audit verify | show | export | check`. Its children are shown to the
operator alone. The record itself is never shortened: what has been exported is sealed beside the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, time, timedelta
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

    async def walk() -> tuple[Any, str]:
        config = common.settings()
        async with common.opened_store(config) as store:
            lines = common.audit_lines(config, store)
            return await store.audit.verify(expected), await lines.fault() if lines else ""

    verdict, fault = common.run(walk())
    if not verdict.whole:
        typer.echo(f"The record is not whole: {verdict.fault}.", err=True)
    if fault:
        typer.echo(f"The second copy of the record does not agree with it: {fault}.", err=True)
    if fault or not verdict.whole:
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
    break_glass: Annotated[
        bool, typer.Option("--break-glass", help="Only restricted cases that were opened, and why.")
    ] = False,
    as_json: common.AsJson = False,
) -> None:
    """Who saw this child, or what this person saw, between two dates."""
    if child is None and person is None and not break_glass:
        raise InputError(
            "Say whose: --child ID or --person USER_ID, or --break-glass (perfbot audit export writes "
            "everything)."
        )
    from bot.audit import BREAK_GLASS

    event = BREAK_GLASS if break_glass else None

    async def gather() -> list[dict[str, Any]]:
        from bot.audit_lines import as_json as as_record

        async with common.opened_store(common.settings()) as store:
            return [as_record(record) async for record in _found(store, child, person, since, until, event)]

    lines = common.run(gather())
    looked_for = {"child": child, "person": person, "event": event, "from": since, "to": until}
    common.record_operator("audit", {**looked_for, "records": len(lines)})
    if as_json:
        common.say_json(lines)
        return
    for line in lines:
        understood: Mapping[str, Any] = line["understood"]
        asked = " ".join(
            str(part) for part in (understood.get("show"), *understood.get("measures", ())) if part
        )
        parts = [line[key] for key in ("at", "person_id", "audience", "event", "outcome")]
        common.say("  ".join([*parts, str(understood.get("reason") or asked)]))
    common.say(f"{len(lines):,} records.")


@audit.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="JSON lines, one record each.")],
    child: Child = None, person: Person = None, since: Since = None, until: Until = None,
) -> None:  # fmt: skip
    """Writes the record, or a part of it, as JSON lines."""

    async def write() -> tuple[int, str]:
        from bot.audit_lines import as_line

        count, digest = 0, hashlib.sha256()
        config = common.settings()
        async with common.opened_store(config) as store:
            file.touch(mode=0o600)  # it names children: for its owner alone
            with file.open("w", encoding="utf-8") as out:
                async for record in _found(store, child, person, since, until):
                    line = as_line(record)
                    out.write(line)
                    digest.update(line.encode())
                    count += 1
        return count, digest.hexdigest()

    try:
        count, digest = common.run(write())
        _seal_of(file).write_text(json.dumps(_seal(count, digest)) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from None
    common.record_operator("export", {"audit": True, "child": child, "person": person, "records": count})
    common.say(f"Wrote {count:,} records to {file}, sealed in {_seal_of(file).name}.")


@audit.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="A file that perfbot audit export wrote.")],
) -> None:
    """Proves an exported file unchanged, by the seal beside it and the key. Exit 2 when it is not."""
    try:
        held = json.loads(_seal_of(file).read_text("utf-8"))
        with file.open("rb") as lines:
            digest = hashlib.file_digest(lines, "sha256").hexdigest()
        count = int(held["records"])
    except OSError as error:
        raise InputError(f"{file} and its seal cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{_seal_of(file)} is not a seal of perfbot audit export.") from None
    if held != _seal(count, digest):
        typer.echo(f"{file} is not as it was exported.", err=True)
        raise typer.Exit(MISTAKE)
    common.say(f"{file} is as it was exported: {count:,} records.")


def _seal_of(file: Path) -> Path:
    return file.with_name(file.name + ".seal")


def _seal(count: int, digest: str) -> dict[str, Any]:
    """What proves an exported file: its length and hash, marked with the key of the record."""
    from bot.store import load_cipher

    mark = load_cipher(common.settings()).mark(f"export {count} {digest}".encode())
    return {"records": count, "sha256": digest, "mark": mark}


def _found(
    store: Store, child: str | None, person: str | None, since: str | None, until: str | None,
    event: str | None = None,
) -> AsyncIterator[Record]:  # fmt: skip
    """Records between two days of the authority's own time zone, both included."""
    first, last = common.parse_date(since, "--from"), common.parse_date(until, "--to")
    zone = common.settings().zone
    start = datetime.combine(first, time.min, zone) if first else None
    end = datetime.combine(last + timedelta(days=1), time.min, zone) if last else None
    return store.audit.records(person_id=person, child_id=child, event=event, since=start, until=end)
