"""Asking: `perfbot ask`, `perfbot ask --batch`, `perfbot brief`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import common
from bot.commands.guard import REFUSED
from kpi_engine.errors import InputError, Unknown

if TYPE_CHECKING:
    from bot.commands.common import Desk
    from bot.turn import Reply
    from bot.understanding.reading import Reading

PERSONAL = "personal"
TERMINAL = "terminal"
"""The one conversation of a session file."""
KEYS = {"as", "in", "text", "session"}

In = Annotated[
    str,
    typer.Option(
        "--in", metavar="personal|TEAM_ID", help="Where it is asked: alone, or in a unit's channel."
    ),
]


def register(app: typer.Typer) -> None:
    """Adds these commands."""
    app.command("ask")(ask)
    app.command("brief")(brief)
    app.command("contract")(contract)


def ask(
    question: Annotated[str | None, typer.Argument(help="The question, in quotes.")] = None,
    as_: common.As = None,
    at: common.At = None,
    in_: In = PERSONAL,
    session: Annotated[
        Path | None,
        typer.Option("--session", metavar="FILE", help="Carries the conversation from call to call."),
    ] = None,
    known: common.Known = None,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="FILE.jsonl", help="Many questions; one answer JSON a line, in order."
        ),
    ] = None,
    parse: Annotated[
        bool, typer.Option("--parse", help="Show how the words are read; nothing is computed.")
    ] = False,
    as_json: common.AsJson = False,
) -> None:
    """One question (or, with --batch, many)."""
    if batch is not None:
        if question is not None:
            raise InputError("Give either a question or --batch FILE, not both.")
        common.run(_ask_batch(_lines(batch), at, known))
        return
    if question is None:
        raise InputError("A question is missing: perfbot ask QUESTION --as USER_ID.")
    if as_ is None:
        raise InputError("--as USER_ID is missing: rights depend on who asks.")
    if parse:
        _parse(question, as_, in_, at, known, as_json)
        return
    reply = common.run(_ask_one(question, as_, in_, at, known, session))
    if as_json:
        common.say_json(reply.answer)
    else:
        common.say(_in_words(reply.answer))
    if reply.answer["outcome"] == "not_permitted":
        raise typer.Exit(REFUSED)


def _in_words(answer: Mapping[str, Any]) -> str:
    texts = [answer["text"]]
    if "also" in answer:
        texts.append(answer["also"]["text"])
    return "\n\n".join(texts)


async def _ask_one(
    question: str, as_: str, in_: str, at: str | None, known: str | None, session: Path | None
) -> Reply:
    from bot.memory import SessionFile

    memory = SessionFile(session) if session else None
    async with common.desk(at=at, known=known, memory=memory) as desk:
        return await _ask(desk, as_, in_, question, TERMINAL)


async def _ask(desk: Desk, as_: str, in_: str, text: str, conversation: str) -> Reply:
    from bot.hosts.local import audience_at
    from bot.turn import Turn

    audience = audience_at(desk.engine, in_)
    return (await desk.assistant.reply(Turn(as_, conversation, common.now(), text, audience=audience)))[0]


async def _ask_batch(lines: list[Mapping[str, str]], at: str | None, known: str | None) -> None:
    from bot.hosts.local import audience_at

    async with common.desk(at=at, known=known) as desk:
        for number, line in enumerate(lines, 1):
            try:
                audience_at(desk.engine, line.get("in") or PERSONAL)
            except Unknown as error:
                raise InputError(f"Line {number}: {error}") from None
        for number, line in enumerate(lines, 1):
            session = line.get("session")
            conversation = f"session {session}" if session else f"line {number}"
            reply = await _ask(desk, line["as"], line.get("in") or PERSONAL, line["text"], conversation)
            common.say_json(reply.answer, lines=True)


def _lines(path: Path) -> list[Mapping[str, str]]:
    """The questions of a batch file; raises InputError with file, row and what is wrong, before anything is
    asked.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.") from None
    return [_line(row, f"{path}, line {n}") for n, row in enumerate(text.split("\n"), 1) if row.strip()]


def _line(row: str, where: str) -> Mapping[str, str]:
    try:
        line = json.loads(row)
    except ValueError:
        raise InputError(f"{where}: this is not JSON.") from None
    if not isinstance(line, dict):
        raise InputError(f'{where}: a line must be an object with "as", "in" and "text".')
    for key in ("as", "text"):
        if not isinstance(line.get(key), str):
            raise InputError(f'{where}: "{key}" must be a text.')
    for key in ("in", "session"):
        if line.get(key) is not None and not isinstance(line[key], str):
            raise InputError(f'{where}: "{key}" must be a text.')
    return line


def _parse(question: str, as_: str, in_: str, at: str | None, known: str | None, as_json: bool) -> None:
    """How the words are read: each piece, what it was taken for, and the question that comes of it."""
    from bot.hosts.local import audience_at

    async def read() -> tuple[Reading, str]:
        async with common.desk(at=at, known=known) as desk:
            return await desk.assistant.parse(as_, audience_at(desk.engine, in_), question)

    reading, line = common.run(read())
    understood = reading.question.to_json() if reading.question else None
    words = [
        {
            "text": w.text,
            "taken_as": w.taken_as,
            "meaning": w.meaning,
            **({"read_as": w.read_as} if w.read_as else {}),
        }
        for w in reading.words
    ]
    other = [choice.label for choice in reading.corrections]
    second = reading.also.question if reading.also else None
    if as_json:
        read_ = {"outcome": reading.outcome, "understood": understood, "words": words, "instead": other}
        common.say_json(read_ | ({"also": second.to_json()} if second else {}))
        return
    for word in words:
        meaning = word["meaning"] + (f" (read as {word['read_as']!r})" if "read_as" in word else "")
        common.say(f"{word['text']!r:30} {word['taken_as']:12} {meaning}".rstrip())
    common.say(f"{reading.outcome}: {line}" if line else reading.outcome)
    if reading.because or reading.ask:
        common.say("; ".join([reading.because or reading.ask, *(c.label for c in reading.choices)]))
    if other:
        common.say(f"instead: {'; '.join(other)}")
    common.say(json.dumps(understood, ensure_ascii=False))
    if second is not None:
        common.say(f"and: {json.dumps(second.to_json(), ensure_ascii=False)}")


def contract(
    unit_id: Annotated[str, typer.Argument(help="A managed service (local_teams, managed_service Y).")],
    as_: common.As = None,
    at: common.At = None,
    known: common.Known = None,
    as_json: common.AsJson = False,
) -> None:
    """A managed service against its contract: targets, trend, the difference to the other teams."""
    if as_ is None:
        raise InputError("--as USER_ID is missing: rights depend on who asks.")

    async def compose() -> Reply:
        from bot.turn import PERSONAL as ALONE

        async with common.desk(at=at, known=known) as desk:
            return await desk.assistant.contract(unit_id, as_, ALONE)

    reply = common.run(compose())
    if as_json:
        common.say_json(reply.answer)
    else:
        common.say(reply.text)
    if reply.answer["outcome"] == "not_permitted":
        raise typer.Exit(REFUSED)


def brief(
    unit_id: Annotated[str, typer.Argument(help="A team, a service, or ALL.")],
    as_: common.As = None,
    at: common.At = None,
    known: common.Known = None,
    as_json: common.AsJson = False,
    card: Annotated[bool, typer.Option("--card", help="The Adaptive Card.")] = False,
) -> None:
    """The Monday briefing of a team, a service or the authority."""
    if as_ is None:
        raise InputError("--as USER_ID is missing: a briefing is composed under its reader's rights.")
    if card and as_json:
        raise InputError("Choose one of --json and --card.")

    async def compose() -> Reply:
        from bot.turn import PERSONAL as ALONE

        async with common.desk(at=at, known=known) as desk:
            return await desk.assistant.briefing(unit_id, as_, ALONE)

    reply = common.run(compose())
    if card and reply.card is not None:
        common.say_json(reply.card)
    elif as_json or card:
        common.say_json(reply.answer)
    else:
        common.say(reply.text)
    if reply.answer["outcome"] == "not_permitted":
        raise typer.Exit(REFUSED)
