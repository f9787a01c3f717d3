"""Questions as people asked them: `perfbot questions review`, `perfbot questions score FILE`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands import common, own_words
from kpi_engine.errors import InputError, NotPermitted

questions = typer.Typer(
    help="What people asked: what was not understood, the authority's own words, question files."
)
own_words.register(questions)


def register(app: typer.Typer) -> None:
    """Adds this group."""
    app.add_typer(questions, name="questions")


@questions.callback()
def _questions() -> None:
    """What people asked: what was not understood, the authority's own words, question files."""


@questions.command("review")
def review(
    as_: common.As = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many.")] = 1_000,
    as_json: common.AsJson = False,
) -> None:
    """What was not understood, was asked back or was corrected: the words, how often, what the bot made of them."""
    own_words.check_analyst(as_)

    async def gather() -> list[dict[str, Any]]:
        async with common.opened_store(common.settings()) as store:
            return _grouped(await store.unclear.list(limit=limit))

    rows = common.run(gather())
    common.record_operator("questions", {"reviewed": sum(row["count"] for row in rows)}, as_)
    if as_json:
        common.say_json(rows)
        return
    for row in rows:
        common.say(f"{row['count']:>4}  {row['outcome']:14} {row['last'][:10]}  {row['text']}")
        if row["reading"]:
            common.say(f"      {row['reading']}")
    if not rows:
        common.say("Every question so far was understood.")
        return
    by_outcome = Counter[str]()
    for row in rows:
        by_outcome[row["outcome"]] += row["count"]
    counts = ", ".join(
        f"{count} {outcome.replace('_', ' ')}" for outcome, count in sorted(by_outcome.items())
    )
    common.say(f'{counts}. Teach a word: perfbot questions add-synonym "THEIR WORDS" MEANING --as ANALYST.')


def _grouped(found: list[Any]) -> list[dict[str, Any]]:
    """The same words with the same end once, with their count; most frequent first, then newest."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for each in found:  # newest first
        key = (each.outcome, " ".join(each.text.casefold().split()))
        group = groups.setdefault(
            key,
            {
                "count": 0, "outcome": each.outcome, "text": each.text,
                "last": each.at.isoformat(timespec="seconds"), "reading": each.reading,
            },
        )  # fmt: skip
        group["count"] += 1
    return sorted(groups.values(), key=lambda group: -group["count"])


@questions.command("score")
def score(
    file: Annotated[Path, typer.Argument(help="JSON lines: as, in, text, expect ...")],
    at: common.At = None,
    as_json: common.AsJson = False,
) -> None:
    """Asks every question of the file: exact, partly, clarified, refused or wrong, by show and by family."""
    found = common.run(_scored(_lines(file), at)).to_json()
    if as_json:
        common.say_json(found)
        return
    from bot.understanding.scoring import VERDICTS

    for each in found["confusions"]:
        common.say(f"{each['id']}: {each['verdict']}: {each['text']!r}: {'; '.join(each['faults'])}")
    for title, parts in (("show", found["per_show"]), ("family", found["per_family"])):
        common.say(f"By {title}: " + ", ".join(f"{name} {_share(counts)}" for name, counts in parts.items()))
    left_out = f", {found['left_out']} left out" if found["left_out"] else ""
    counts = ", ".join(f"{found[verdict]} {verdict}" for verdict in VERDICTS)
    common.say(f"{found['lines']} questions: {counts}{left_out}.")


def _share(counts: Mapping[str, int]) -> str:
    whole = sum(counts.values())
    return f"{counts.get('exact', 0)} of {whole}"


async def _scored(lines: list[dict[str, Any]], at: str | None) -> Any:
    from bot import rights
    from bot.hosts.local import audience_at
    from bot.turn import Turn
    from bot.understanding.scoring import score_bot

    async with common.desk(at=at) as desk:
        places = {id(line): number for number, line in enumerate(lines, 1)}

        async def ask(line: Mapping[str, Any]) -> Mapping[str, Any]:
            audience = audience_at(desk.engine, line.get("in") or "personal")
            session = line.get("session")
            conversation = f"session {session}" if session else f"line {places[id(line)]}"
            turn = Turn(line["as"], conversation, common.now(), line["text"], audience=audience)
            return (await desk.assistant.reply(turn))[0].answer

        def discloses(line: Mapping[str, Any], answer: Mapping[str, Any]) -> str:
            """A row outside what the asker may see; a stranger may see none."""
            audience = audience_at(desk.engine, line.get("in") or "personal")
            try:
                scope = rights.scope_for(rights.identify(line["as"], desk.engine), audience, desk.engine)
            except NotPermitted:
                scope = None
            for part in answer["answers"]:
                for rows in (part.get("rows"), part.get("came_on"), part.get("came_off")):
                    if any(scope is None or not rights.may_hold(row, scope) for row in rows or ()):
                        return f"a row of {part['measure']} outside the asker's rights"
            return ""

        return await score_bot(lines, ask, discloses)


def _lines(path: Path) -> list[dict[str, Any]]:
    from bot.understanding.scoring import read_bank

    try:
        return read_bank(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text.") from None
    except ValueError as error:
        raise InputError(f"{path}, {error}.") from None
