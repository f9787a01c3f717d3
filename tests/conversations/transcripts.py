"""Reads the transcripts of this folder: what people say, and what the bot must say to it.

# a title                    begins a conversation
as U-T11 in personal         who talks now, and where (personal, group, or a unit's channel)
> CP visits overdue          says it
[Why]                        presses that button of the last card
< 2 CP visits ... overdue    stands in the reply; "..." is any gap; several lines in this order
= outcome=answered unit=T11  parts of the answer JSON (show, unit, measures, worker, child, period ...)
x C201                       stands nowhere in the reply, its JSON or its card
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass
class Exchange:
    """One turn and what must come of it. Exactly one of said and pressed is not None."""

    person: str
    place: str
    said: str | None = None
    pressed: str | None = None
    replies: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    @property
    def pattern(self) -> str:
        """What the reply's text must match."""
        lines = [".*".join(re.escape(part.strip()) for part in line.split("...")) for line in self.replies]
        return ".*".join(lines)


@dataclass
class Transcript:
    file: str
    title: str
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.file}: {self.title}"


def transcripts() -> list[Transcript]:
    """Every conversation of every .md file here but the README."""
    found = []
    for path in sorted(HERE.glob("*.md")):
        if path.stem != "README":
            found += _read(path)
    return found


def _read(path: Path) -> list[Transcript]:
    found: list[Transcript] = []
    person, place = "", "personal"
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        sign, _, rest = line.partition(" ")
        if sign == "#":
            found.append(Transcript(path.stem, rest))
        elif sign == "as":
            person, _, place = rest.partition(" in ")
            place = place or "personal"
        elif sign == ">":
            found[-1].exchanges.append(Exchange(person, place, said=rest))
        elif line.startswith("["):
            found[-1].exchanges.append(Exchange(person, place, pressed=line.strip("[] ")))
        elif sign == "<":
            found[-1].exchanges[-1].replies.append(rest)
        elif sign == "=":
            found[-1].exchanges[-1].parts |= dict(part.split("=", 1) for part in rest.split())
        elif sign == "x":
            found[-1].exchanges[-1].absent.append(rest)
        elif line.strip():
            raise ValueError(f"{path.name}, line {number}: a line begins with # as > [ < = or x")
    return found
