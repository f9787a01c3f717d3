"""Conversations of three to six turns put together from the follow-ups of the matrix, what is meant carried along."""

from __future__ import annotations

import os
import random
from functools import cache

import pytest

from tests.unit.understanding.follow_ups.hearing import faults, hear
from tests.unit.understanding.follow_ups.starts import Start, starts
from tests.unit.understanding.follow_ups.steps import steps

ASKED = os.environ.get("PERFBOT_TEST_FOLLOW_UPS", "40")
CHAINS = 20_000 if ASKED == "all" else int(ASKED)


@cache
def first_questions(user: str) -> tuple[Start, ...]:
    return tuple(starts(user))


def conversation(drawn: random.Random, user: str) -> list[str]:
    """What was understood otherwise than meant, with the turns so far; the kinds of a chain are drawn evenly."""
    text, talk = drawn.choice(first_questions(user))
    reading, context = hear(text, user)
    said = [text]
    if wrong := faults(reading, talk.understood()):
        return [*said, str(wrong)]
    for _ in range(drawn.randint(2, 5)):
        possible = list(steps(talk))
        if not possible:
            break
        kind = drawn.choice(sorted({step.kind for step in possible}))
        step = drawn.choice([one for one in possible if one.kind == kind])
        said.append(step.text)
        reading, context = hear(step.text, user, context)
        talk = step.after
        if wrong := faults(reading, talk.understood()):
            return [*said, f"({kind}) {wrong}"]
    return []


@pytest.mark.parametrize("user", ["U-AD2", "U-DIR", "U-T11"])
def test_a_whole_conversation_is_followed(user: str) -> None:
    drawn = random.Random(f"chains of {user}")
    failed = [wrong for wrong in (conversation(drawn, user) for _ in range(CHAINS)) if wrong]
    assert not failed, "\n".join(
        [f"{len(failed)} of {CHAINS}", *(" / ".join(turns) for turns in failed[:12])]
    )
