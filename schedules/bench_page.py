"""docs/bench.md from the figures in docs/bench: `python -m schedules.bench_page`.

Each file is what a command printed (or wrote), untouched; the page says which command, so that anybody can measure
again. A figure that nobody has measured on a quiet machine is said to be missing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
MISSING = "not measured yet"
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """where: keys on the way to the figure, with "/" between.  most: the goal; None = none was set."""

    name: str
    where: str
    most: float | None = None
    unit: str = ""

    def line(self, told: Told | None) -> str:
        goal = "" if self.most is None else "none" if self.most == 0 else f"at most {self.most:,g}{self.unit}"
        value = None if told is None else figure_at(told, self.where)
        if value is None:
            return f"| {self.name} | {goal} | {MISSING} | |"
        met = "" if self.most is None else "yes" if value <= self.most else "**no**"
        return (
            f"| {self.name} | {goal} | {_said(value)}{'' if isinstance(value, bool) else self.unit} | {met} |"
        )


@dataclass(frozen=True)
class Part:
    """A file of docs/bench and what the page shows of it.  about: a sentence from its figures."""

    title: str
    file: str
    command: str
    about: Callable[[Told], str]
    rows: tuple[Row, ...]


ASKING = (
    Row("Steady: median", "asking/steady/p50_ms", None, " ms"),
    Row("Steady: 95 of 100 within", "asking/steady/p95_ms", None, " ms"),
    Row("Steady: 99 of 100 within", "asking/steady/p99_ms", 500, " ms"),
    Row("Steady: slowest", "asking/steady/max_ms", None, " ms"),
    Row("Answers that went wrong or never came", "asking/steady/errors", 0),
    Row("Memory after a fifth of the time", "asking/memory_mb/after_a_fifth", None, " MB"),
    Row("Memory at the end", "asking/memory_mb/end", None, " MB"),
    Row("Open descriptors, most", "asking/descriptors/most"),
    Row("Cores busy with it", "asking/busy_cores"),
    Row("Records kept, chain whole", "asking/record_whole"),
)


def _people(told: Told) -> str:
    asking = told["asking"]
    return (
        f"{told['cores']} cores, {told['children']:,} open children, SQLite. {asking['people']} people, for "
        f"{asking['minutes']:g} minutes, each reading an answer for {asking['reading_seconds']:g} seconds on average "
        "before asking again. Measured is what a person waits, over HTTP both ways."
    )


PARTS = (
    Part(
        "The engine", "engine.json", "perfbot bench",
        lambda told: f"{told['cores']} cores, {told['children']:,} open children, six years of records.",
        (
            Row("Loading and checking", "load_and_check_seconds", 5, " s"),
            Row("The whole ledger", "ledger_seconds", 1, " s"),
            Row("Answers, median", "answers_p50_ms", None, " ms"),
            Row("Answers, slowest", "answers_max_ms", 100, " ms"),
            Row("First answer of a command, cold", "cold_ask_seconds", 3, " s"),
            Row("Two years of every measure, week by week", "history_seconds", 10, " s"),
            Row("Memory, most", "peak_memory_mb", 500, " MB"),
        ),
    ),
    Part(
        "A Monday morning, and 500 people asking", "delivery.json",
        "perfbot bench delivery --people 500 --minutes 5 --reading 30", _people,
        (
            Row("Briefings", "briefings"),
            Row("Composed in", "compose_seconds", 5, " s"),
            Row("Delivered in", "deliver_seconds", 60, " s"),
            Row("Accepted twice", "accepted_twice", 0),
            Row("Posts in one second, most", "most_posts_in_one_second", 30),
            Row("All ask within 3 seconds: median", "asking/burst/p50_ms", None, " ms"),
            Row("All ask within 3 seconds: everybody answered after", "asking/burst/all_answered_after_seconds", None,
                " s"),
            *ASKING,
        ),
    ),
    Part(
        "Half an hour of it", "soak.json", "perfbot bench delivery --people 500 --minutes 30 --reading 30", _people,
        ASKING,
    ),
    Part(
        "Killed anywhere", "kills.json",
        "PERFBOT_KILL_POINTS=500 PERFBOT_KILL_FIGURES=docs/bench/kills.json pytest -n 0 tests/delivery/test_kills.py",
        lambda told: "Processes ended with SIGKILL at the marked steps of composing, claiming, sending, recording and "
        "correcting; SQLite with one replica, PostgreSQL with one and two; clock changes and bank holidays among the "
        "mornings.",
        tuple(
            Row(f"{name}: {what}", f"{kind}/{where}", most)
            for kind, name in (("sqlite", "SQLite"), ("postgres", "PostgreSQL"))
            for what, where, most in (
                ("kill points", "points", None), ("processes killed", "killed", None),
                ("posts recorded as sent", "sent", None), ("failed, and told", "failed", None),
                ("unknown, all listed", "unknown", None), ("duplicates and silent losses", "faults", 0),
            )
        ),
    ),
)  # fmt: skip
INTRODUCTION = """# Measured

Written by `python -m schedules.bench_page` from the files in `docs/bench`, each as its command printed it. The machine
is named by its cores only; measure on one that does nothing else.

Teams takes 30 posts a second from one bot in one tenant. 500 answers leave in 17 seconds at that pace, however fast
they are worked out: that is the least the first row of people who all ask at once can show.
"""


def page(folder: Path) -> str:
    """The page from the files of a folder."""
    return "\n".join([INTRODUCTION, *(line for part in PARTS for line in _part(part, folder))])


def _part(part: Part, folder: Path) -> Iterator[str]:
    path = folder / part.file
    told: Told | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    yield f"## {part.title}\n"
    yield f"`{part.command}`\n"
    if told is not None:
        yield f"{part.about(told)}\n"
    yield "| | goal | measured | met |"
    yield "| --- | --- | --- | --- |"
    yield from (row.line(told) for row in part.rows)
    yield ""


def figure_at(told: Told, where: str) -> Any:
    """The figure at that place, the sum of several; None where there is none."""
    value: Any = told
    for name in where.split("/"):
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return sum(value.values()) if isinstance(value, Mapping) else value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}"


if __name__ == "__main__":
    (DOCS / "bench.md").write_text(page(DOCS / "bench"), encoding="utf-8")
