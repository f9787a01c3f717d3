"""The authority's own words: `perfbot questions add-synonym | remove-synonym | synonyms`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import common
from kpi_engine.errors import InputError, NotPermitted

if TYPE_CHECKING:
    from bot.own_words import Words

Said = Annotated[str, typer.Argument(metavar="WORDS", help="The words as people say them, in quotes.")]
ANALYSTS = "What people asked, and the words the bot knows, are for analysts."


def register(questions: typer.Typer) -> None:
    """Adds these commands to the group."""
    questions.command("add-synonym")(add)
    questions.command("remove-synonym")(remove)
    questions.command("synonyms")(show)


def check_analyst(person_id: str | None) -> None:
    """Raises NotPermitted unless this is an active analyst; without `--as` it is the operator on the server."""
    if person_id is None:
        return
    from bot import rights

    engine = common.open_engine(common.settings().home)
    if rights.identify(person_id, engine).role != "analyst":
        raise NotPermitted(ANALYSTS)


def add(
    said: Said,
    meaning: Annotated[
        str,
        typer.Argument(metavar="MEASURE_OR_WORDS", help="A measure, words of ours, or a team's id or name."),
    ],
    as_: common.As = None,
) -> None:
    """Teaches the bot a word, or a team's nickname; it counts from the next message on."""
    from bot.own_words import FILE, Words, read_words, write_words
    from bot.understanding.teaching import check_new, check_understood, target_of, with_words

    check_analyst(as_)
    home = common.settings().home
    engine, kept = common.open_engine(home), read_words(home / FILE)
    vocabulary = with_words(engine, kept.in_our_words(), dict(kept.teams))
    said = " ".join(said.split())
    check_new(said, vocabulary)
    kind, target = target_of(meaning, vocabulary)
    new = (
        replace(kept, teams={**kept.teams, said: target})
        if kind == "team"
        else Words({**kept.words, said: target}, kept.teams)
    )
    reading = check_understood(said, with_words(engine, new.in_our_words(), dict(new.teams)), kind)
    common.record_operator("synonym", {"added": said, "means": target}, as_)
    write_words(home, new)
    common.say(f"{said!r} now means {target}{reading}. Undo: perfbot questions remove-synonym {said!r}.")


def remove(said: Said, as_: common.As = None) -> None:
    """Takes a word back."""
    from bot.own_words import FILE, Words, read_words, write_words

    check_analyst(as_)
    home = common.settings().home
    kept = read_words(home / FILE)
    wanted = " ".join(said.casefold().split())

    def without(entries: dict[str, str]) -> dict[str, str]:
        return {key: value for key, value in entries.items() if " ".join(key.casefold().split()) != wanted}

    new = Words(without(dict(kept.words)), without(dict(kept.teams)))
    if new == kept:
        raise InputError(f"{said!r} is no word of your own. Known: {_known(kept) or 'none'}.")
    common.record_operator("synonym", {"removed": said}, as_)
    write_words(home, new)
    common.say(f"{said!r} is forgotten.")


def show(as_: common.As = None, as_json: common.AsJson = False) -> None:
    """Lists the authority's own words and nicknames."""
    from bot.own_words import FILE, read_words

    check_analyst(as_)
    kept = read_words(common.settings().home / FILE)
    if as_json:
        common.say_json({"words": dict(kept.words), "teams": dict(kept.teams)})
        return
    for said, meant in [*sorted(kept.words.items()), *sorted(kept.teams.items())]:
        common.say(f"{said}: {meant}")
    if not kept.words and not kept.teams:
        common.say(
            "No words of your own yet: perfbot questions add-synonym WORDS MEASURE_OR_WORDS --as ANALYST."
        )


def _known(kept: Words) -> str:
    return ", ".join(sorted([*kept.words, *kept.teams]))
