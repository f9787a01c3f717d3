"""The names of one extract: its units, workers and children, ready to be found in a message."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from bot.understanding.english import common_words
from bot.understanding.lexicon import TIME_WORDS, lexicon, norms_of
from bot.understanding.text import Token, lemma, tokenise
from kpi_engine.question import ALL, AUTHORITY, UnitRef

TEAM_WORDS = frozenset({"team", "teams", "service", "services", "unit", "hub"})
FAR_BEHIND = 25
"""A name that is so much less like the words than the best one is no help."""
FOSTERING_KINDS = frozenset({"fostering", "adoption"})


class EngineLike(Protocol):
    """What the vocabulary asks of an engine (kpi_engine.engine.Engine has it all)."""

    @property
    def as_at(self) -> date: ...
    @property
    def units(self) -> Mapping[str, Any]: ...
    @property
    def workers(self) -> Mapping[str, Any]: ...
    def knows_child(self, child_id: str) -> str | None: ...
    def child_team(self, child_id: str, on: date) -> str | None: ...
    def units_below(self, unit_id: str) -> frozenset[str]: ...
    def path(self, unit_id: str) -> tuple[str, ...]: ...
    def nearest_common_parent(self, unit_ids: Sequence[str]) -> str: ...


@dataclass(frozen=True)
class NameSpan:
    """A name found: tokens first..end, what it is, and the ids it may stand for.

    kind: "unit" or "worker" or "child".  ids: one, or several when it is ambiguous, or none when nobody has it.
    subject: the same words are also words of a subject ("Fostering", "CIC").  whole: the full name was said.
    stem: for a numbered team name, the words before its number, so that "CSWT 1 and 2" can be read.
    """

    first: int
    end: int
    kind: str
    ids: tuple[str, ...]
    subject: bool = False
    whole: bool = True
    stem: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Built once for an extract; reading never changes it."""

    as_at: date
    units: Mapping[str, Any]
    workers: Mapping[str, Any]
    knows_child: Callable[[str], str | None]
    child_team: Callable[[str, date], str | None]
    units_below: Callable[[str], frozenset[str]]
    path: Callable[[str], tuple[str, ...]]
    nearest_common_parent: Callable[[Sequence[str]], str]
    events: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    unit_names: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    unit_subjects: frozenset[tuple[str, ...]] = frozenset()
    initials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest_unit: int = 1
    firsts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lasts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    full: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    longest_worker: int = 1
    name_words: frozenset[str] = frozenset()
    typo_names: frozenset[str] = frozenset()
    synonyms: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    synonym_words: frozenset[str] = frozenset()
    numbered: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # "cswts": the teams CSWT 1, CSWT 2 ...
    name_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        engine: EngineLike,
        *,
        nicknames: Mapping[str, str] | None = None,
        synonyms: Mapping[str, str] | None = None,
        events: Mapping[str, tuple[date, date]] | None = None,
    ) -> Vocabulary:
        """The vocabulary of an engine's extract.

        nicknames: unit id by nickname.  synonyms: words of ours by another word ("green visit": "CP visit").
        events: first and last day by name of dated events ("half term").
        """
        common_words()  # read once here, so that no question waits for it
        names, subjects, initials = _unit_names(engine.units, nicknames or {})
        all_parts: dict[str, tuple[str, ...]] = {}
        firsts: dict[str, set[str]] = defaultdict(set)
        lasts: dict[str, set[str]] = defaultdict(set)
        full: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for worker in engine.workers.values():
            parts = _name_parts(worker.name)
            if not parts:
                continue
            all_parts[worker.id] = parts
            full[parts].add(worker.id)
            firsts[parts[0]].add(worker.id)
            if len(parts) > 1:
                lasts[parts[-1]].add(worker.id)
                full[(parts[0], parts[-1])].add(worker.id)
                full[(parts[-1], parts[0])].add(worker.id)
                if len(parts) > 2:
                    full[parts[:2]].add(worker.id)
        words = (
            {word for name in names for word in name}
            | set(firsts)
            | set(lasts)
            | {w for n in full for w in n}
        )
        unknown_words = {w for w in words if w.isalpha() and len(w) > 3}
        return cls(
            as_at=engine.as_at,
            units=dict(engine.units),
            workers=dict(engine.workers),
            knows_child=engine.knows_child,
            child_team=engine.child_team,
            units_below=engine.units_below,
            path=engine.path,
            nearest_common_parent=engine.nearest_common_parent,
            events={name.lower(): span for name, span in (events or {}).items()},
            unit_names={name: tuple(sorted(ids)) for name, ids in names.items()},
            unit_subjects=frozenset(subjects),
            initials={key: tuple(sorted(ids)) for key, ids in initials.items()},
            longest_unit=max((len(name) for name in names), default=1),
            firsts={k: tuple(sorted(v)) for k, v in firsts.items()},
            lasts={k: tuple(sorted(v)) for k, v in lasts.items()},
            full={k: tuple(sorted(v)) for k, v in full.items()},
            longest_worker=max((len(name) for name in full), default=1),
            name_words=frozenset(words),
            typo_names=frozenset(unknown_words),
            name_parts=all_parts,
            numbered=_numbered(names),
            synonyms={norms_of(k): norms_of(v) for k, v in (synonyms or {}).items()},
            synonym_words=frozenset(word for k in synonyms or {} for word in norms_of(k)),
        )

    def unit(self, unit_id: str) -> UnitRef:
        """The unit as a question holds it."""
        if unit_id == ALL or unit_id not in self.units:
            return AUTHORITY
        found: UnitRef = self.units[unit_id].ref
        return found

    def unit_name(self, unit_id: str) -> str:
        """The unit's name as people say it."""
        return str(self.units[unit_id].name) if unit_id in self.units else unit_id

    def is_managed(self, unit_id: str) -> bool:
        """Whether a contractor runs the team for the authority."""
        return unit_id in self.units and bool(self.units[unit_id].managed_service)

    def is_fostering(self, unit: UnitRef) -> bool:
        """Whether the unit's teams are fostering and adoption teams only."""
        if unit.kind == "authority":
            return False
        kinds = {
            self.units[team].team_kind
            for team in self.units_below(unit.id)
            if team in self.units and self.units[team].kind == "team"
        }
        return bool(kinds) and kinds <= FOSTERING_KINDS

    def children_in(self, tokens: Sequence[Token]) -> Iterable[NameSpan]:
        """Ids of children, known to the extract or shaped like one (then without ids)."""
        for place, token in enumerate(tokens):
            for length in (3, 2, 1):
                part = tokens[place : place + length]
                if len(part) < length or not any(char.isdigit() for t in part for char in t.low):
                    continue
                if length > 1 and (part[0].kind == "number" or not part[-1].low.isalnum()):
                    continue
                if length > 1 and any(t.low in ("and", "to", "or", "the", "in", "of") for t in part):
                    continue
                for joiner in ("", "-", "_", "/"):
                    known = self.knows_child(joiner.join(t.low for t in part))
                    if known is not None and self._may_be_child(tokens, place, part):
                        yield NameSpan(place, place + length, "child", (known,))
                        break
                else:
                    continue
                break
            else:
                if _looks_like_a_child(token, tokens, place):
                    yield NameSpan(place, place + 1, "child", ())

    def _may_be_child(self, tokens: Sequence[Token], place: int, part: Sequence[Token]) -> bool:
        """A bare number is a child only behind "child" or alone; an id with letters always is."""
        if any(not t.low.isdigit() for t in part):
            return True
        before = tokens[place - 1].norm if place else ""
        return (
            before in ("child", "case", "id", "person", "number", "is", "why", "for", "on", "about", "of")
            and len(part[0].low) > 2
        ) or (len(part[0].low) > 4)

    def units_in(self, tokens: Sequence[Token]) -> Iterable[NameSpan]:
        """Names of units."""
        norms = [token.norm for token in tokens]
        lows = [token.low for token in tokens]
        for place in range(len(tokens)):
            for length in range(min(self.longest_unit + 1, len(tokens) - place), 0, -1):
                words = tuple(norms[place : place + length])
                found = self.unit_names.get(words) or self.unit_names.get(tuple(lows[place : place + length]))
                if found is None and len(words) > 1:
                    found = self.unit_names.get(("".join(words),))
                if found:
                    named = words if words in self.unit_names else tuple(lows[place : place + length])
                    stem = words[:-1] if words[-1].isdigit() else ()
                    yield NameSpan(
                        place, place + length, "unit", found, named in self.unit_subjects, stem=stem
                    )
            word = lows[place]
            if word in self.initials and (word,) not in self.unit_names:
                yield NameSpan(
                    place, place + 1, "unit", self.initials[word], (norms[place],) in lexicon().phrases, False,
                    stem=(word,),
                )  # fmt: skip

    def workers_in(self, tokens: Sequence[Token]) -> Iterable[NameSpan]:
        """Names of workers: whole, by first name, by surname, by first name and initial."""
        lows = [self._name_key(token.low) for token in tokens]
        for place in range(len(tokens)):
            for length in range(min(self.longest_worker, len(tokens) - place), 1, -1):
                found = self.full.get(tuple(lows[place : place + length]))
                if found:
                    yield NameSpan(place, place + length, "worker", found)
            word = lows[place]
            if (
                len(word) == 1
                and place + 1 < len(tokens)
                and lows[place + 1] in self.lasts
                and tokens[place].capital
            ):
                fitting = tuple(
                    i for i in self.lasts[lows[place + 1]] if self.name_parts[i][0].startswith(word)
                )
                if fitting:
                    yield NameSpan(place, place + 2, "worker", fitting)
            if word in self.firsts and place + 1 < len(tokens):
                following = lows[place + 1]
                begins = tuple(i for i in self.firsts[word] if self._surname(i).startswith(following))
                if len(following) == 1 and following.isalpha() and following not in ("a", "s"):
                    fitting = begins
                    yield NameSpan(place, place + 2, "worker", fitting or self.firsts[word], whole=False)
                elif (
                    begins
                    and len(following) > 1
                    and following not in self.lasts
                    and (following not in lexicon().known or tokens[place + 1].capital)
                ):
                    yield NameSpan(place, place + 2, "worker", begins, whole=False)
                elif following in self.lasts and (
                    following not in lexicon().known or tokens[place + 1].capital
                ):
                    both = self.full.get((word, following))
                    if not both:
                        either = tuple(sorted({*self.firsts[word], *self.lasts[following]}))
                        yield NameSpan(place, place + 2, "worker", either, whole=False)
            bearers = {*self.firsts.get(word, ()), *self.lasts.get(word, ())}
            if bearers and word.endswith("s") and not tokens[place].possessive:
                bearers |= {*self.firsts.get(word[:-1], ()), *self.lasts.get(word[:-1], ())}
            ids = tuple(sorted(bearers))
            if ids:
                forms = {(tokens[place].norm,), (word,)}
                common = word in TIME_WORDS or any(form in lexicon().phrases for form in forms)
                yield NameSpan(place, place + 1, "worker", ids, subject=common, whole=False)

    def _name_key(self, word: str) -> str:
        """ "rahmans" is Rahman's without its sign."""
        bare = word[:-1]
        if word not in self.name_words and word.endswith("s") and (bare in self.firsts or bare in self.lasts):
            return bare
        return word

    def _surname(self, worker_id: str) -> str:
        parts = self.name_parts.get(worker_id, ())
        return parts[-1] if len(parts) > 1 else ""

    def nearest_units(self, words: str, count: int = 5) -> list[str]:
        """Ids of the units whose names are most like the words, best first."""
        scored = []
        for unit_id, unit in self.units.items():
            if unit_id == ALL:
                continue
            score = fuzz.WRatio(words.lower(), str(unit.name).lower())
            scored.append((-score, unit_id))
        best = sorted(scored)[:count]
        return [unit_id for score, unit_id in best if score <= best[0][0] + FAR_BEHIND]

    def nearest_workers(self, words: str, count: int = 5) -> list[str]:
        """Ids of the workers whose names are most like the words, best first."""
        said = " ".join(words.lower().split())
        scored = []
        for worker_id, parts in self.name_parts.items():
            score = max(
                [fuzz.ratio(said, " ".join(parts))] + [fuzz.ratio(said, part) for part in parts], default=0
            )
            scored.append((-score, worker_id))
        return [worker_id for _, worker_id in sorted(scored)[:count]]

    def best_likeness(self, words: str) -> tuple[float, float]:
        """How like the words are to the nearest unit and to the nearest worker, 0 to 100."""
        said = words.lower()
        unit = max(
            (fuzz.ratio(said, str(u.name).lower()) for i, u in self.units.items() if i != ALL), default=0
        )
        worker = max(
            (fuzz.ratio(said, part) for name in (*self.firsts, *self.lasts) for part in (name,)), default=0
        )
        return unit, worker

    def is_name(self, word: str) -> bool:
        """Whether a lower-case word belongs to a name, or is a child's id."""
        return (
            word in self.name_words
            or lemma(word) in self.name_words
            or lemma(word) in self.synonym_words
            or word in self.initials
            or (any(char.isdigit() for char in word) and self.knows_child(word) is not None)
        )


_CHILD_SHAPE = re.compile(r"[a-z]{1,5}[-_]?\d{2,}[a-z]?")
_CODE_SHAPE = re.compile(r"(?:[a-z]\d|s\d{2}|t\d{2}|s17|s20|s31|s47|q[1-4]|p\d{4}|ws\d|h1|h2)")


def _looks_like_a_child(token: Token, tokens: Sequence[Token], place: int) -> bool:
    """Shaped like a child's id and nothing else that we know."""
    before = tokens[place - 1].norm if place else ""
    if token.kind == "mixed":
        if token.norm in lexicon().known or (token.norm,) in lexicon().phrases:
            return False
        if before in ("child", "id", "person"):
            return True
        return bool(_CHILD_SHAPE.fullmatch(token.low)) and not _CODE_SHAPE.fullmatch(token.low)
    if token.kind == "number":
        return before in ("child", "id") and len(token.low) > 2
    return False


def _name_parts(name: str) -> tuple[str, ...]:
    """The words of a person's name, lower case; "Rahman, Nadia" is turned round."""
    if "," in name:
        last, _, first = name.partition(",")
        name = f"{first} {last}"
    from bot.understanding.text import clean

    return tuple(token.low for token in tokenise(clean(name)) if token.kind == "word")


def _unit_names(
    units: Mapping[str, Any], nicknames: Mapping[str, str]
) -> tuple[dict[tuple[str, ...], set[str]], set[tuple[str, ...]], dict[str, set[str]]]:
    """Unit ids by every way to say a name; which of those are words of a subject too; ids by initials."""
    from bot.understanding.text import clean

    names: dict[tuple[str, ...], set[str]] = defaultdict(set)
    initials: dict[str, set[str]] = defaultdict(set)
    openings: dict[str, set[str]] = defaultdict(set)
    for unit_id, unit in units.items():
        words = norms_of(clean(str(unit.name)))
        if not words:
            continue
        forms = {words, norms_of(clean(str(unit_id)))}
        without_team = tuple(word for word in words if word not in TEAM_WORDS)
        if without_team and not _is_everyday(without_team):
            forms.add(without_team)
            forms.add((*without_team, "team"))
            if unit.kind == "service":
                forms.add((*without_team, "service"))
        if "and" in words:
            forms.add(tuple(word for word in words if word != "and"))
        if words[0] == "the" and len(words) > 1:
            forms.add(words[1:])
        for form in [f for f in forms if len(f) > 1 and f[-1].isdigit()]:
            forms.add(("".join(form),))
            if len(form) > 2:
                forms.add(("".join(w[0] for w in form[:-1]), form[-1]))
                forms.add(("".join(w[0] for w in form[:-1]) + form[-1],))
            if "team" not in form:
                forms.add((*form[:-1], "team", form[-1]))
        for form in forms:
            if form:
                names[form].add(unit_id)
        letters = "".join(w[0] for w in words if w not in ("and", "the", "of", "for"))
        with_and = "".join(w[0] for w in words)
        if unit_id != ALL and not words[-1].isdigit():
            for key in {letters, with_and}:
                if len(key) > 1:
                    initials[key].add(unit_id)
            if "and" in words:
                names[tuple(w[0] if w != "and" else "and" for w in words)].add(unit_id)
        if len(words) > 1 and unit_id != ALL and not words[0].isdigit():
            openings[words[0]].add(unit_id)
    for key, ids in openings.items():
        rare = key not in lexicon().known and key.isalpha()
        if key in initials or rare or ((key,) in lexicon().phrases and len(key) <= 4):
            initials[key] |= ids
    for unit_id, unit in units.items():
        if unit.kind != "team":
            continue
        for word in norms_of(clean(str(unit.name))):
            if (word.isalpha() and word not in lexicon().known and len(word) > 3) or word in (
                "north",
                "south",
                "east",
                "west",
                "central",
            ):
                initials[word].add(unit_id)
    telling: dict[str, set[str]] = defaultdict(set)
    for unit_id, unit in units.items():
        for word in norms_of(clean(str(unit.name))) if unit.kind == "team" else ():
            if len(word) > 4 and word not in TEAM_WORDS:
                telling[word].add(unit_id)
    for word, ids in telling.items():
        if len(ids) == 1 and not any(sense.kind == "concept" for sense in lexicon().phrases.get((word,), ())):
            names[(word, "team")] |= ids
    for nickname, unit_id in nicknames.items():
        if unit_id in units:
            names[norms_of(nickname)].add(unit_id)
    subjects = {name for name in names if _is_subject(name)}
    return dict(names), subjects, dict(initials)


def _numbered(names: Mapping[tuple[str, ...], set[str]]) -> dict[str, tuple[str, ...]]:
    """Ids of the teams that share a name but for its number, by that name's plural."""
    found: dict[str, set[str]] = defaultdict(set)
    for form, ids in names.items():
        if len(form) == 2 and form[1].isdigit() and len(ids) == 1 and (form[0],) not in lexicon().phrases:
            found[form[0] + "s"] |= ids
    return {plural: tuple(sorted(ids)) for plural, ids in found.items()}


def _is_everyday(words: tuple[str, ...]) -> bool:
    """ "Children's Services" is not called "children"."""
    return any(sense.value == "child" for sense in lexicon().phrases.get(words, ()))


def _is_subject(words: tuple[str, ...]) -> bool:
    """Whether the words are, as a whole, words of the lexicon too: a subject, a topic or a term."""
    place = 0
    while place < len(words):
        for end in range(len(words), place, -1):
            if words[place:end] in lexicon().phrases or words[place:end] == ("and",):
                place = end
                break
        else:
            return False
    senses = lexicon().phrases.get(words, ())
    return bool(senses) or all(w in lexicon().known and not w.isdigit() for w in words)


def likeness(left: str, right: str) -> int:
    """Typing slips between two words."""
    return OSA.distance(left, right)
