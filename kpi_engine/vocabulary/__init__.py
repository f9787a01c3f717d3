"""The words of every measure: what people call it, one YAML file per family, beside the catalogue.

A *word* is a concept with the forms people write ("cp": "child protection", "on a plan", ...). A *subject* is what
a question can be about: the concepts that name it and the measures that answer it, by aspect. Adding a measure
adds words here and nothing in the bot. `glossary.yaml` explains terms that are no measure; `beyond.yaml` lists
matters that people ask about and the catalogue does not hold, so that they are refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import yaml

from kpi_engine.errors import InputError
from kpi_engine.measures import CATALOGUE

_ALTERNATIVES = re.compile(r"[()]")
APART = frozenset({"glossary.yaml", "beyond.yaml", "filters.yaml"})
"""Files that do not hold subjects."""
SLUG_LISTS = (
    "plain", "overdue", "in_time", "open", "count", "bare", "due", "negated",
    "explain", "choices", "choices_overdue", "choices_in_time", "best_for_ranking",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Subject:
    """What a question can be about.

    bags: sets of concepts, each of which names it whole.  absorbs: concepts that may stand beside them.
    plain: the measures of a subject that is no clock.  overdue / in_time / open / count: its measures by aspect
    (`count` answers "how many").  bare: its measures when no aspect is said.  limits: its timescale in words,
    so that "within 45 days" is read as "in time" and not as a wish of the asker's own.  ask and choices: a word
    claimed by several subjects, asked back.  choices_overdue / choices_in_time: the same under that aspect.
    claimed_by: by kind of team, the other subject that claims the same word.  whole_authority_for: kinds of team
    for which the authority is meant when no unit is said.
    """

    name: str
    family: str
    says: str
    bags: tuple[frozenset[str], ...]
    absorbs: frozenset[str] = frozenset()
    plain: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    in_time: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    explain: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    limits_of: Mapping[str, str] = field(default_factory=dict)
    case_type: bool = False
    ask: str = ""
    choices: tuple[str, ...] = ()
    choices_overdue: tuple[str, ...] = ()
    choices_in_time: tuple[str, ...] = ()
    best_for_ranking: tuple[str, ...] = ()
    claimed_by: Mapping[str, str] = field(default_factory=dict)
    whole_authority_for: tuple[str, ...] = ()
    needs_limit_for: tuple[str, ...] = ()
    no_count_without: str = ""

    @property
    def is_clock(self) -> bool:
        """Whether it falls due: it has an overdue or an in-time measure."""
        return bool(self.overdue or self.in_time)

    @property
    def every_slug(self) -> frozenset[str]:
        return frozenset(
            self.plain + self.overdue + self.in_time + self.open + self.count + self.bare + self.due
        )


@dataclass(frozen=True)
class Term:
    """A word of the field that is no measure: its name, its forms, and one sentence that explains it."""

    name: str
    forms: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Words:
    """Everything the vocabulary files hold.

    concepts: forms by concept.  subjects: by name, in the order of the files.  glossary: terms by name.
    beyond: forms by topic of what people ask and the catalogue does not hold.  not_typos: real words that a
    correction of typing errors would take for one of ours.  filters: forms by filter name and code.
    filter_labels: words that may stand beside a filter's value.
    """

    concepts: Mapping[str, tuple[str, ...]]
    subjects: Mapping[str, Subject]
    glossary: Mapping[str, Term]
    beyond: Mapping[str, tuple[str, ...]]
    not_typos: frozenset[str]
    filters: Mapping[tuple[str, str], tuple[str, ...]]
    filter_labels: tuple[str, ...]


def spelled_out(form: str) -> Iterator[str]:
    """Every wording of a form with alternatives: "no (allocated|named|) worker" is three."""
    parts = [part.split("|") for part in _ALTERNATIVES.split(form)]
    for chosen in product(*parts):
        yield " ".join("".join(chosen).split())


@cache
def words() -> Words:
    """The vocabulary, read once. Raises InputError naming the file for a slug that the catalogue does not hold."""
    concepts: dict[str, tuple[str, ...]] = {}
    subjects: dict[str, Subject] = {}
    for name, content in _files().items():
        if name in APART:
            continue
        for concept, forms in (content.get("words") or {}).items():
            if concept in concepts:
                raise InputError(f"{name}: the word {concept!r} is already in another vocabulary file.")
            concepts[concept] = tuple(spelled for form in forms for spelled in spelled_out(str(form)))
        for subject, entry in (content.get("subjects") or {}).items():
            subjects[subject] = _subject(name, subject, entry)
    glossary_file, beyond_file = _files()["glossary.yaml"], _files()["beyond.yaml"]
    glossary = {
        name: Term(name, tuple(str(form) for form in [name, *entry.get("forms", [])]), entry["meaning"])
        for name, entry in glossary_file["terms"].items()
    }
    return Words(
        concepts=concepts,
        subjects=subjects,
        glossary=glossary,
        beyond={topic: tuple(str(f) for f in forms) for topic, forms in beyond_file["topics"].items()},
        not_typos=frozenset(str(word) for word in beyond_file["not_typos"]),
        filters={
            (name, str(code)): tuple(forms)
            for name, codes in _files()["filters.yaml"]["filters"].items()
            for code, forms in codes.items()
        },
        filter_labels=tuple(_files()["filters.yaml"]["labels"]),
    )


def meaning_of(term: str) -> str | None:
    """One sentence that explains a term of the glossary, by its name; None if it is not in it."""
    found = words().glossary.get(term)
    return found.meaning if found else None


@cache
def _files() -> dict[str, Any]:
    folder = resources.files(__package__)
    return {
        entry.name: yaml.load(entry.read_text("utf-8"), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".yaml")
    }


def _subject(file: str, name: str, entry: Mapping[str, Any]) -> Subject:
    parts: dict[str, Any] = dict(entry)
    bags = tuple(frozenset(str(bag).split()) for bag in parts.pop("when"))
    for key in SLUG_LISTS:
        slugs = tuple(parts.get(key, ()))
        unknown = [slug for slug in slugs if slug not in CATALOGUE]
        if unknown:
            raise InputError(f"{file}: subject {name!r} names {unknown[0]!r}, which is no measure.")
        parts[key] = slugs
    for key in ("limits", "whole_authority_for", "needs_limit_for"):
        parts[key] = tuple(str(value) for value in parts.get(key, ()))
    parts["case_type"] = parts.get("case_type") == "true"
    parts["absorbs"] = frozenset(parts.get("absorbs", ()))
    return Subject(name=name, family=file.removesuffix(".yaml"), bags=bags, **parts)
