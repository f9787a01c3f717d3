"""Question files: `perfbot questions score FILE`, how many questions are understood as a colleague would."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands import common
from kpi_engine.errors import InputError, NotPermitted

questions = typer.Typer(help="Question files.")


def register(app: typer.Typer) -> None:
    """Adds this group."""
    app.add_typer(questions, name="questions")


@questions.callback()
def _questions() -> None:
    """Question files."""


@questions.command("unclear")
def unclear(
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 100,
    as_json: common.AsJson = False,
) -> None:
    """What people asked and did not get answered, newest first: to mend the vocabulary by."""

    async def gather() -> list[dict[str, str]]:
        async with common.opened_store(common.settings()) as store:
            return [
                {"at": each.at.isoformat(timespec="seconds"), "outcome": each.outcome, "text": each.text}
                for each in await store.unclear.list(limit=limit)
            ]

    rows = common.run(gather())
    common.record_operator("questions", {"unclear": len(rows)})
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        common.say(f"{row['at']}  {row['outcome']}: {row['text']}")
    if not rows:
        common.say("Every question so far was understood.")


@questions.command("score")
def score(
    file: Annotated[Path, typer.Argument(help="JSON lines: as, in, text, expect ...")],
    at: common.At = None,
    as_json: common.AsJson = False,
) -> None:
    """Asks every question of the file and compares with what is expected."""
    lines = _lines(file)
    scores = common.run(_scored(lines, at))
    failed = [each for each in scores if each.faults]
    counted = Counter("skipped" if s.skipped else "passed" if s.passed else "failed" for s in scores)
    if as_json:
        common.say_json(
            {
                "passed": counted["passed"],
                "failed": counted["failed"],
                "skipped": counted["skipped"],
                "lines": [{"id": s.id, "faults": list(s.faults)} for s in failed],
            }
        )
        return
    for each in failed:
        common.say(f"{each.id}: {'; '.join(each.faults)}")
    by_tag: dict[str, Counter[bool]] = defaultdict(Counter)
    for each in scores:
        if not each.skipped:
            for tag in each.tags:
                by_tag[tag][each.passed] += 1
    for tag, found in sorted(by_tag.items()):
        common.say(f"  {tag}: {found[True]} of {found.total()}")
    common.say(f"{counted['passed']} of {counted['passed'] + counted['failed']} passed.")


async def _scored(lines: list[Mapping[str, Any]], at: str | None) -> list[Any]:
    from bot import rights
    from bot.commands.scoring import Score, Session, score
    from bot.hosts.local import audience_at
    from bot.turn import Turn

    sessions: dict[str, Session] = defaultdict(Session)
    out: list[Score] = []
    async with common.desk(at=at) as desk:
        for number, line in enumerate(lines, 1):
            audience = audience_at(desk.engine, line.get("in") or "personal")
            conversation = f"session {line['session']}" if line.get("session") else f"line {number}"
            turn = Turn(line["as"], conversation, common.now(), line["text"], audience=audience)
            answer = (await desk.assistant.reply(turn))[0].answer
            try:
                scope = rights.scope_for(rights.identify(line["as"], desk.engine), audience, desk.engine)
            except NotPermitted:
                scope = None
            out.append(score(line, answer, sessions[conversation], scope))
            sessions[conversation].remember(answer)
    return out


def _lines(path: Path) -> list[Mapping[str, Any]]:
    try:
        rows = path.read_text(encoding="utf-8-sig").splitlines()
        lines = [json.loads(row) for row in rows if row.strip()]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise InputError(f"{path} is not a file of JSON lines.") from None
    for number, line in enumerate(lines, 1):
        if not isinstance(line, dict) or not all(key in line for key in ("id", "as", "text", "expect")):
            raise InputError(f"{path}, line {number}: id, as, text and expect are needed.")
    return lines
