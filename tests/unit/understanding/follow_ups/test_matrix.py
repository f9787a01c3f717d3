"""Every kind of follow-up behind every sort of question, in many wordings: the rule says what each must ask.

A sample in every run. PERFBOT_TEST_FOLLOW_UPS=all asks every cell (a quarter of a million for each listener: minutes);
a number asks so many follow-ups behind every first question, and so many chains.
"""

from __future__ import annotations

import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest

from tests.unit.understanding.follow_ups.hearing import faults, hear
from tests.unit.understanding.follow_ups.starts import Start, starts
from tests.unit.understanding.follow_ups.steps import Step, steps

ASKED = os.environ.get("PERFBOT_TEST_FOLLOW_UPS", "1")
SHOWN = 4
"""Examples of each kind that a failure prints."""


class Report:
    """Failing cells by kind."""

    def __init__(self) -> None:
        self.cells: Counter[str] = Counter()
        self.failed: dict[str, list[str]] = defaultdict(list)

    def __str__(self) -> str:
        lines = []
        for kind, examples in self.failed.items():
            lines.append(f"{kind}: {len(examples)} of {self.cells[kind]}")
            lines += [f"   {example}" for example in examples[:SHOWN]]
        return "\n".join(["", *lines])


def some(found: list[Step], of: str) -> list[Step]:
    """Those asked in this run; always the same ones of the same first question."""
    if ASKED == "all":
        return found
    drawn = random.Random(of)
    return drawn.sample(found, min(int(ASKED), len(found)))


def walk(first: Iterable[Start]) -> Report:
    report = Report()
    for text, talk in first:
        chosen = some(list(steps(talk)), text)
        reading, context = hear(text, talk.user)
        wrong = faults(reading, talk.understood())
        report.cells["first question"] += 1
        if wrong:
            report.failed["first question"].append(f"{text!r}: {wrong}")
            continue
        for step in chosen:
            then, _ = hear(step.text, talk.user, context)
            report.cells[step.kind] += 1
            if wrong := faults(then, step.after.understood()):
                report.failed[step.kind].append(f"{text!r} then {step.text!r}: {wrong}")
    return report


@pytest.mark.parametrize("user", ["U-AD2", "U-DIR", "U-T11"])
def test_a_follow_up_changes_only_what_it_says(user: str) -> None:
    report = walk(starts(user))
    assert not report.failed, str(report)


def test_every_kind_of_follow_up_has_cells() -> None:
    """The matrix is not empty where it is thought to be full."""
    found: Counter[str] = Counter()
    shows: Counter[str] = Counter()
    for user in ("U-AD2", "U-T11"):
        for _, talk in starts(user):
            shows[talk.show] += 1
            found.update(step.kind for step in steps(talk))
    assert min(found.values()) >= 20, found
    assert set(shows) >= {"headline", "list", "compare", "trend", "coming_up", "explain", "why"}
