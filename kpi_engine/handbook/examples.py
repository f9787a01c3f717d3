"""Worked examples of the handbook: the worked cases of the tests, found by measure or clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from kpi_engine.errors import InputError
from kpi_engine.measure import Measure

SHOWN = 2


@dataclass(frozen=True)
class Example:
    """A worked case. name: the edge it shows.  because: its arithmetic.  measures, clocks: what it is about."""

    name: str
    because: str
    as_at: date
    file: str
    measures: frozenset[str]
    clocks: frozenset[str]


def read_examples(folder: Path) -> list[Example]:
    """Every worked case of a folder, in the order of the files. Raises InputError where there is none."""
    found = []
    for file in sorted(folder.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text("utf-8")) or ():
            found.append(
                Example(
                    _sentence(case["name"]), _sentence(case["because"]), case["as_at"], file.name,
                    frozenset(case.get("expect_measures") or ()), frozenset(case.get("clocks") or ()),
                )
            )  # fmt: skip
    if not found:
        raise InputError(f"{folder} holds no worked cases; name their folder with --cases.")
    return found


def _sentence(text: str) -> str:
    text = " ".join(str(text).split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def of_measure(wanted: Measure, examples: Sequence[Example]) -> list[Example]:
    """The examples of a measure: those that count it, the ones about it alone first; else those of its clocks."""
    clocks = frozenset(getattr(wanted, "clocks", ()))
    counting = [e for e in examples if wanted.slug in e.measures]
    if not counting:
        counting = [e for e in examples if e.clocks & clocks]
    ranked = sorted(
        enumerate(counting), key=lambda pair: (len(pair[1].measures) + len(pair[1].clocks), pair[0])
    )
    return [example for _, example in ranked[:SHOWN]]
