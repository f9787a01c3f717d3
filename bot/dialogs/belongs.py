"""Belongs: whose channel or group chat this is, said in it by those whose unit it is.

    > this channel is CSWT 1's
    < From now on this conversation belongs to CSWT 1. ... rows of CSWT 1, to those who may see them ...
    > which unit is this channel?
    < This conversation belongs to CSWT 1. ...
    > this channel belongs to nobody
    < From now on this conversation belongs to no unit: everybody gets numbers only here.

Only the unit's own people, or those of a unit above it, may give their unit to a conversation, and nobody may
take one away from a unit that is not theirs. Heard before the reader: these are no questions about figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot import rights
from bot.dialogs import answer_json
from bot.dialogs.room import Belonging, Room, Said
from bot.understanding.text import clean, tokenise
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.errors import NotPermitted
from kpi_engine.question import ALL, Question

WITH = (
    "This conversation belongs to {unit}. Rows of {unit} are shown here to whoever may see them, so everybody "
    "here reads them; of every other unit, and of named workers' supervision and caseload, numbers only."
)
WITHOUT = "This conversation belongs to no unit: everybody gets numbers only here."
TO_CHANGE = (
    'A manager of a unit can say "this channel is ours", or "this channel belongs to nobody" to end it.'
)
FROM_NOW = "From now on: {what}"
ALONE = "This chat is yours alone: it belongs to no unit, and you see here whatever you may see."
NOT_IN_CHAT = "Here only the person who looks after perfbot can change that (perfbot channels set)."
WHICH_UNIT = 'I do not know which unit you mean. Say its name as it is written here, as in "this channel is {unit}\'s".'
SEVERAL = (
    'More than one unit is called that: {units}. Say which by its id, as in "this channel is {first}\'s".'
)

_PLACE = r"(?:this|the) (?:teams )?(?:channel|group chat|chat|conversation|group)"
_IS = r"(?:is for|is owned by|belongs to|should belong to|should be|will be|is)"
_SAYS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:from now on,? )?{_PLACE} {_IS} (?P<unit>.+)",
        rf"(?:please )?(?:make|declare|call) {_PLACE} (?P<unit>.+)",
        rf"(?:please )?(?:set|assign|give|map) {_PLACE} to (?P<unit>.+)",
    )
)
_IS_CALLED = re.compile(
    r"this is (?P<unit>.+?)(?:'s|s')? (?:teams )?(?:channel|group chat|chat|conversation)"
)
_ASKS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:which|what) (?:unit|team|service)(?:'s)? (?:is|owns|has) {_PLACE}(?: for)?",
        rf"(?:which|what) (?:unit|team|service) does {_PLACE} belong to",
        r"(?:whose|which unit's|which team's) (?:channel|group chat|chat|conversation) is this",
        rf"(?:whose is|who owns) {_PLACE}",
        rf"(?:who|whom) does {_PLACE} belong to",
        rf"to (?:whom|which unit|which team|who) does {_PLACE} belong",
    )
)
_ENDS = re.compile(rf"(?:please )?(?:release|free|unassign) {_PLACE}")
_NOBODY = frozenset({"nobody", "no one", "no-one", "noone", "no unit", "no team", "none", "nobody else"})
_OURS = frozenset({"ours", "mine", "us", "me", "our team", "my team", "our unit", "my unit", "our own"})
_EVERYBODY = frozenset({"whole authority", "authority", "everybody", "everyone", "all of us"})


@dataclass(frozen=True)
class _Heard:
    """What was said of the conversation. unit: the words for the unit; surely: it can mean nothing else."""

    what: Literal["asks", "ends", "says"]
    unit: str = ""
    surely: bool = True


def hear(room: Room, said: str, place_id: str, vocabulary: Vocabulary) -> Said | None:
    """The answer to a message about whose conversation this is; None for any other message.

    place_id: the channel or chat, without its thread; empty where it cannot be given to a unit from inside.
    """
    heard = _read(said)
    if heard is None:
        return None
    units = _units_meant(heard.unit, room, vocabulary) if heard.what == "says" else ()
    if heard.what == "says" and not heard.surely and not units:
        return None
    if room.audience.kind == "personal":
        return _words(room, said, ALONE)
    if heard.what == "asks":
        return _words(room, said, f"{_as_it_is(room)} {TO_CHANGE}")
    if heard.what == "says" and len(units) != 1:
        return _words(room, said, _ask_back(units, room), "not_understood")
    return _change(room, said, place_id, units[0] if units else None)


def _change(room: Room, said: str, place_id: str, unit_id: str | None) -> Said:
    unit = room.engine.units[unit_id].ref if unit_id else None
    done = {"conversation": place_id, "unit": unit_id}
    try:
        for each in {unit_id, room.audience.unit.id if room.audience.unit else None} - {None}:
            rights.check_can_claim_conversation(room.person, str(each), room.engine)
    except NotPermitted as error:
        json = answer_json.in_words(said, "not_permitted", str(error), room.data)
        return Said(json, "refusal", done=done)
    if not place_id:
        return _words(room, said, NOT_IN_CHAT, "not_understood")
    what = WITH.format(unit=room.names.unit(unit.id)) if unit else WITHOUT
    told = _words(room, said, FROM_NOW.format(what=what[0].lower() + what[1:]))
    return Said(told.json, "settings", told.asked, done=done, belonging=Belonging(place_id, unit))


def _as_it_is(room: Room) -> str:
    unit = room.audience.unit
    if unit is None:
        return WITHOUT
    listening = rights.LISTENING.get(room.audience.outsiders, "")
    return " ".join(part for part in (WITH.format(unit=room.names.unit(unit.id)), listening) if part)


def _ask_back(units: tuple[str, ...], room: Room) -> str:
    if not units:
        return WHICH_UNIT.format(unit=room.names.unit(room.person.unit.id))
    named = ", ".join(f"{room.names.unit(unit)} ({unit})" for unit in units)
    return SEVERAL.format(units=named, first=units[0])


def _words(
    room: Room, said: str, text: str, outcome: Literal["answered", "not_understood"] = "answered"
) -> Said:
    """An answer without a number; like help, it is about the bot itself."""
    question = Question("help", unit=room.audience.unit or room.person.unit, as_at=room.as_at)
    understood = question if outcome == "answered" else None
    return Said(answer_json.in_words(said, outcome, text, room.data, understood), "answer", question)


def _read(said: str) -> _Heard | None:
    text = " ".join(clean(said).replace("\u2019", "'").casefold().strip(" .!?").split())
    if any(pattern.fullmatch(text) for pattern in _ASKS):
        return _Heard("asks")
    if _ENDS.fullmatch(text):
        return _Heard("ends")
    for pattern in _SAYS:
        if found := pattern.fullmatch(text):
            unit = _bare(found["unit"])
            return _Heard("ends") if unit in _NOBODY else _Heard("says", unit)
    if found := _IS_CALLED.fullmatch(text):
        unit = _bare(found["unit"])
        return _Heard("ends") if unit in _NOBODY else _Heard("says", unit, surely=False)
    return None


def _bare(words: str) -> str:
    """ "the CSWT 1's channel" -> "cswt 1"."""
    words = re.sub(r"(?:'s|s')?(?: (?:channel|group chat|chat|conversation))?$", "", words)
    return re.sub(r"'s$", "", words).removeprefix("the ").strip()


def _units_meant(words: str, room: Room, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Ids of the units that the words name; empty when they name none."""
    if words in _OURS or words in {"our", "my"}:
        return (room.person.unit.id,)
    if words in _EVERYBODY:
        return (ALL,)
    same = [
        unit.id for unit in room.engine.units.values() if words in (unit.id.casefold(), unit.name.casefold())
    ]
    if same:
        return tuple(same)
    tokens = tokenise(words)
    for span in vocabulary.units_in(tokens):
        if span.first == 0 and span.end == len(tokens):
            return tuple(unit for unit in span.ids if unit in room.engine.units)
    return ()
