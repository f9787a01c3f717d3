"""Reads, and rewrites, the dialogues of whole/*.md: every reply stands there word for word.

# a title              begins a dialogue
as U-T11 in personal   who talks now, and where (personal, group, or a unit's channel)
> CP visits overdue    says it
[Why]                  presses that button of the last card
(31 minutes later)     so much time passes before the next turn
< 2 CP visits ...      the whole reply, line by line; an empty line of it is a bare "<"
<<                     between two replies to one turn

Any other line is a remark for the reader and stays as it is.
`PERFBOT_TEST_TRANSCRIPTS=write pytest tests/conversations/test_whole_replies.py` writes the replies anew, in
place: a change of wording is then one command and a diff to be read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WHOLE = Path(__file__).parent / "whole"
NEXT = "<<"


@dataclass
class Said:
    """One turn. Exactly one of said and pressed is not None. line: its number in the file, from 0.
    later: minutes that pass before it, beyond the one between any two turns.
    """

    person: str
    place: str
    line: int
    said: str | None = None
    pressed: str | None = None
    reply: list[str] = field(default_factory=list)
    later: int = 0


@dataclass
class Dialogue:
    path: Path
    title: str
    turns: list[Said] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.path.stem}: {self.title}"


def updating() -> bool:
    """Whether the replies shall be written, not compared."""
    return os.environ.get("PERFBOT_TEST_TRANSCRIPTS") == "write"


def dialogues(folder: Path = WHOLE) -> list[Dialogue]:
    """Every dialogue of every .md file of the folder."""
    return [dialogue for path in sorted(folder.glob("*.md")) for dialogue in _read(path)]


def _read(path: Path) -> list[Dialogue]:
    found: list[Dialogue] = []
    person, place, later = "", "personal", 0
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        sign, _, rest = line.partition(" ")
        if sign == "#":
            found.append(Dialogue(path, rest))
        elif sign == "as":
            person, _, place = rest.partition(" in ")
            place = place or "personal"
        elif sign == ">":
            found[-1].turns.append(Said(person, place, number, said=rest, later=later))
            later = 0
        elif passed := re.fullmatch(r"\((\d+) minutes later\)", line):
            later = int(passed[1])
        elif re.fullmatch(r"\[.+\]", line):
            found[-1].turns.append(Said(person, place, number, pressed=line[1:-1]))
        elif line.startswith("<"):
            found[-1].turns[-1].reply.append(line)
    return found


def reply_lines(texts: Sequence[str]) -> list[str]:
    """The replies to one turn as they are written in a dialogue."""
    lines: list[str] = []
    for number, text in enumerate(texts):
        lines += [NEXT] if number else []
        lines += [f"< {line}".rstrip() for line in text.split("\n")]
    return lines


def rewritten(text: str, replies: Mapping[int, Sequence[str]]) -> str:
    """The file's text with new reply lines behind the turns that stand on those lines (from 0).

    The turns that are not in `replies` keep theirs.
    """
    lines: list[str] = []
    dropping = False
    for number, line in enumerate(text.splitlines()):
        if line.startswith("<") and dropping:
            continue
        dropping = number in replies
        lines.append(line)
        lines += replies.get(number, ())
    return "\n".join(lines) + "\n"
