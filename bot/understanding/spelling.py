"""Typing errors, autocorrect, voice to text, missing and stray spaces: tokens made into words that we know.

A word of the lexicon, or a real word kept in `not_typos`, is never touched: "fists" is not "visits".
"""

# ruff: noqa: E501 - a rule or a table row to a line reads better than one broken over many
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.english import common_words
from bot.understanding.lexicon import TIME_WORDS, lexicon
from bot.understanding.text import NUMBERS, Token, lemma

LETTER_SOUNDS = {
    "see": "c", "seas": "c", "sees": "c", "cees": "c", "peas": "p", "pees": "p", "sea": "c", "cee": "c", "pee": "p", "pea": "p", "eye": "i", "ell": "l", "el": "l", "ay": "a",
    "en": "n", "ar": "r", "are": "r", "ess": "s", "dee": "d", "queue": "q", "cue": "q", "oh": "o", "ee": "e",
    "tea": "t", "tee": "t", "gee": "g", "eff": "f", "aitch": "h", "kay": "k", "em": "m", "bee": "b", "be": "b",
    "you": "u", "ex": "x", "vee": "v", "eigh": "a", "hay": "a", "in": "n", "and": "n", "hey": "a", "owe": "o", "is": "s",
}  # fmt: skip
ACRONYMS = frozenset(
    [
        "cp",
        "cin",
        "lac",
        "cla",
        "cic",
        "icpc",
        "rcpc",
        "plo",
        "pep",
        "sdq",
        "fgc",
        "lpm",
        "eet",
        "cse",
        "ifa",
        "sgo",
        "iha",
        "rha",
        "nfa",
        "rhi",
        "pada",
        "neet",
        "uasc",
        "iro",
        "cao",
        "peps",
    ]
)
FIRM_SOUNDS = frozenset(
    [
        "see",
        "seas",
        "sees",
        "cees",
        "peas",
        "pees",
        "sea",
        "cee",
        "pee",
        "pea",
        "ell",
        "ess",
        "dee",
        "queue",
        "cue",
        "ee",
        "tee",
        "gee",
        "eff",
        "aitch",
        "kay",
        "em",
        "bee",
        "vee",
        "eye",
    ]
)
HEARD = {
    ("see", "in"): "cin", ("sea", "in"): "cin", ("sin",): "cin", ("lack",): "lac", ("cell", "a"): "cla",
    ("pepp",): "pep", ("pip",): "pep", ("peep",): "pep", ("ick", "pick"): "icpc", ("padder",): "pada", ("parda",): "pada",
    ("pardas",): "pada", ("fgz",): "fgc", ("seek",): "cic", ("sick", "visit"): "cic visit", ("hiccup", "conference"): "icpc conference",
    ("lap", "review"): "lac review", ("lap", "visit"): "lac visit", ("lag", "visit"): "lac visit", ("lag", "review"): "lac review",
    ("lock", "visit"): "lac visit", ("lock", "review"): "lac review", ("luck", "review"): "lac review", ("luck", "visit"): "lac visit",
    ("black", "review"): "lac review", ("black", "visit"): "lac visit", ("call", "group"): "core group", ("cool", "group"): "core group",
    ("corps", "group"): "core group", ("chorus", "group"): "core group", ("coal", "group"): "core group", ("score", "group"): "core group",
    ("court", "group"): "core group", ("poor", "group"): "core group", ("car", "group"): "core group", ("care", "group"): "core group", ("caw", "group"): "core group",
    ("over", "jew"): "overdue", ("over", "do"): "overdue", ("over", "dew"): "overdue", ("stat", "fizzy"): "visit", ("un", "allocated"): "unallocated",
     ("case", "lode"): "caseload", ("referal",): "referral", ("seen", "visit"): "cin visit",
    ("sin", "visit"): "cin visit", ("chin", "visit"): "cin visit", ("can", "visit"): "cin visit", ("kin", "visit"): "cin visit", ("can", "review"): "cin review", ("kin", "review"): "cin review",
    ("bin", "visit"): "cin visit", ("tin", "visit"): "cin visit", ("son", "visit"): "cin visit", ("pathway", "planned"): "pathway plan",
}  # fmt: skip
"""What a phone hears: words as heard, and what was said."""


def _hears(word: str) -> str:
    """A rough key of how a word sounds: consonants, like sounds made one."""
    for old, new in (
        ("ph", "f"),
        ("ck", "k"),
        ("ch", "x"),
        ("sh", "x"),
        ("kn", "n"),
        ("wr", "r"),
        ("gh", ""),
        ("ie", "y"),
    ):
        word = word.replace(old, new)
    table = str.maketrans({"c": "k", "q": "k", "z": "s", "j": "g", "v": "f", "w": "", "h": "", "y": ""})
    coded = word.translate(table)
    out = ""
    for place, char in enumerate(coded):
        if (char not in "aeiou" or place == 0) and (not out or out[-1] != char):
            out += char
    return out


def mend(tokens: list[Token], is_name: Callable[[str], bool], names: frozenset[str]) -> list[Token]:
    """The tokens with typing errors corrected.

    is_name: whether a lower-case word is (part of) a name of a unit or a worker, or a child's id.
    names: the words of those names, as further aims of a correction.
    """
    tokens = _collapse_heard(tokens)
    tokens = _letters(tokens)
    words = lexicon()
    known = words.known
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.kind != "word" or token.norm in known or is_name(token.low) or token.low in known:
            out.append(token)
            place += 1
            continue
        joined = _joined(tokens, place, is_name)
        if joined is not None:
            out.append(joined)
            place += 2
            continue
        close = _nearest_word(token.low)
        sure = close is not None and close[1] == 1 and lemma(close[0]) in words.strong and len(close[0]) > 6
        split = _split(token.low) if not token.possessive and not sure else None
        if split is not None:
            out.extend(replace(token, low=part, norm=lemma(part), fixed=True) for part in split)
            place += 1
            continue
        left = out[-1].norm if out else ""
        right = tokens[place + 1].norm if place + 1 < len(tokens) else ""
        right_low = nearest(right, names) or right if right and right not in known else right
        named = token.capital and place > 0 and not token.raw.isupper() and len(token.low) < 7
        if named:
            certain = (
                close is not None
                and OSA.distance(token.low, close[0]) == 1
                and (close[0] in TIME_WORDS or len(close[0]) > 4)
            )
            fixed = _nearest_name(token.low, names) or (close[0] if certain and close is not None else None)
        else:
            seen = beside(token.low, left, right_low)
            if seen is not None and close is not None and close[1] == 1 and OSA.distance(token.low, seen) > 1:
                seen = None
            english = token.low in common_words() and (not token.capital or place == 0)
            fixed = seen or (None if english else nearest(token.low, names))
        if fixed in NUMBERS:
            value = str(NUMBERS[fixed])
            out.append(replace(token, low=value, norm=value, kind="number", fixed=True))
        elif fixed is not None:
            out.append(replace(token, low=fixed, norm=lemma(fixed), fixed=True))
        else:
            out.append(token)
        place += 1
    return out


def _collapse_heard(tokens: list[Token]) -> list[Token]:
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        for length in (2, 1):
            heard = tuple(token.norm for token in tokens[place : place + length])
            said = HEARD.get(heard) if len(heard) == length else None
            if said and length == 1 and not _beside_kind(tokens, place):
                said = None
            if said:
                span = tokens[place]
                end = tokens[place + length - 1].end
                out.extend(replace(span, low=w, norm=lemma(w), end=end, fixed=True) for w in said.split())
                place += length
                break
        else:
            out.append(tokens[place])
            place += 1
    return out


def _beside_kind(tokens: list[Token], place: int) -> bool:
    """Whether the next word is one that a population stands before ("lack reviews")."""
    after = tokens[place + 1].norm if place + 1 < len(tokens) else ""
    return after in {
        "visit",
        "review",
        "child",
        "kid",
        "case",
        "plan",
        "conference",
        "number",
        "meeting",
        "unallocated",
        "overdue",
    }


def _letters(tokens: list[Token]) -> list[Token]:
    """Letters spoken or typed one by one: "see pee" -> cp, "L A C" -> lac."""
    out: list[Token] = []
    place = 0
    while place < len(tokens):
        run = []
        for token in tokens[place : place + 5]:
            letter = (
                token.low[0] if _is_letter(token) and token.kind == "word" else LETTER_SOUNDS.get(token.low)
            )
            if letter is None:
                break
            run.append((letter, token))
        for length in range(len(run), 1, -1):
            word = "".join(letter for letter, _ in run[:length])
            parts = [token.low for _, token in run[:length]]
            firm = (
                all(_is_letter(token) for _, token in run[:length])
                or sum(p in FIRM_SOUNDS or len(p) == 1 for p in parts) >= len(parts) - 1
            )
            if word in ACRONYMS and firm:
                first, final = run[0][1], run[length - 1][1]
                out.append(
                    replace(first, low=word, norm=lemma(word), end=final.end, fixed=True, capital=False)
                )
                place += length
                break
        else:
            out.append(tokens[place])
            place += 1
    return out


def _is_letter(token: Token) -> bool:
    """One letter, or the plural of a last one ("C Ps")."""
    return len(token.low) == 1 or (
        len(token.low) == 2 and token.low[1] == "s" and token.low not in ("is", "as", "us")
    )


def _joined(tokens: list[Token], place: int, is_name: Callable[[str], bool]) -> Token | None:
    """An unknown word and its neighbour as one word that we know ("super vision")."""
    if place + 1 >= len(tokens) or tokens[place + 1].kind != "word":
        return None
    word = tokens[place].low + tokens[place + 1].low
    if len(word) > 5 and (lemma(word) in lexicon().strong or is_name(word)):
        return replace(tokens[place], low=word, norm=lemma(word), end=tokens[place + 1].end, fixed=True)
    return None


@lru_cache(maxsize=4096)
def _split(word: str) -> tuple[str, ...] | None:
    """A word in which a space is missing, as two or three words of the lexicon ("cpvisits")."""
    words = lexicon()

    def content(part: str) -> bool:
        senses = words.phrases.get((lemma(part),), ())
        kinds = {sense.kind for sense in senses}
        return bool(kinds & {"concept", "aspect", "by"}) and (len(part) > 2 or part in ACRONYMS)

    if len(word) < 5:
        return None
    for cut in range(len(word) - 2, 1, -1):
        left, right = word[:cut], word[cut:]
        if (lemma(left), lemma(right)) in words.phrases and len(word) > 6:
            return left, right
        if content(left) and content(right) and max(len(left), len(right)) > 3:
            return left, right
    for cut in range(2, len(word) - 3):
        if content(word[:cut]):
            rest = _split(word[cut:])
            if rest is not None and len(word) > 9:
                return (word[:cut], *rest)
    return None


def _room(length: int) -> int:
    """Slips that are believed in a word of that length."""
    return 0 if length < 4 else 1 if length < 7 else 2 if length < 12 else 3


@lru_cache(maxsize=64)
def _candidates(length: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The words that a word of that length may be a typing error of, under the slips believed in them."""
    out: dict[int, list[str]] = {}
    for other, candidates in lexicon().by_length.items():
        room = min(_room(other), _room(length) or (1 if other == 4 else 0))
        if room and abs(other - length) <= room:
            out.setdefault(room, []).extend(candidates)
    return tuple((room, tuple(candidates)) for room, candidates in out.items())


def _near(word: str) -> Iterator[tuple[str, int]]:
    """The words of the lexicon within the slips believed, each with its distance."""
    for room, candidates in _candidates(len(word)):
        for candidate, distance, _ in process.extract(
            word, candidates, scorer=OSA.distance, processor=None, score_cutoff=room, limit=None
        ):
            yield candidate, int(distance)


@lru_cache(maxsize=8192)
def _nearest_word(word: str) -> tuple[str, int] | None:
    """The word of the lexicon that this is a typing error of, with its distance."""
    squeezed = _squeeze(word)
    best: tuple[tuple[int, int, int, int, int, int, str], str] | None = None
    words = lexicon()
    for number, attempt in enumerate(dict.fromkeys((word, squeezed, lemma(word)))):
        for candidate, distance in _near(attempt):
            same_start = attempt[0] == candidate[0]
            if not same_start and (distance > 1 or len(candidate) < 6):
                continue
            if distance > 1 and not _close(attempt, candidate):
                continue
            firm = lemma(candidate) in words.strong or candidate in TIME_WORDS or candidate in NUMBERS
            if not firm and not _slip(attempt, candidate, distance):
                continue
            if len(candidate) == 4 and not same_start:
                continue
            if candidate.startswith("rere") != attempt.startswith(("rere", "rref", "erer", "reer", "rree")):
                continue
            rank = (
                distance, 0 if firm else 1, 0 if same_start else 1, _kind(attempt, candidate),
                number, -words.weight.get(lemma(candidate), 0), candidate,
            )  # fmt: skip
            if best is None or rank < best[0]:
                best = (rank, candidate)
    return None if best is None else (best[1], best[0][0])


@lru_cache(maxsize=4096)
def others(word: str, taken: str) -> tuple[str, ...]:
    """At most two other words with a meaning of their own that a typing error could have been of, nearest first."""
    found = []
    for candidate, distance in _near(word):
        if candidate[0] != word[0]:  # few people mistake the first letter
            continue
        if lemma(candidate) != lemma(taken) and lemma(candidate) in lexicon().strong:
            found.append((distance, candidate))
    return tuple(candidate for _, candidate in sorted(found)[:2])


def _kind(attempt: str, candidate: str) -> int:
    """How likely a slip is: letters swapped, left out or doubled before letters taken for others before extra ones."""
    if sorted(attempt) == sorted(candidate) or len(candidate) > len(attempt):
        return 0
    if len(candidate) == len(attempt):
        return 1
    doubled = any(
        attempt[i] == attempt[i + 1] and attempt[:i] + attempt[i + 1 :] == candidate
        for i in range(len(attempt) - 1)
    )
    return 0 if doubled else 2


def _slip(attempt: str, candidate: str, distance: int) -> bool:
    """A filler word is aimed at only where two letters changed places, or one is missing or doubled: a word that
    would be dropped from the question must not swallow a word that means something."""
    if distance > 1 or attempt[0] != candidate[0]:
        return False
    return sorted(attempt) == sorted(candidate) or (
        len(attempt) != len(candidate) and min(len(attempt), len(candidate)) > 4
    )


def _close(attempt: str, candidate: str) -> bool:
    """Several slips are believed when the word sounds the same, or begins and ends alike with the same letters."""
    if _hears(attempt) == _hears(candidate):
        return True
    alike = attempt[:2] == candidate[:2] and (attempt[-1] == candidate[-1] or attempt[:5] == candidate[:5])
    return alike and len(set(attempt) ^ set(candidate)) < 3


def _squeeze(word: str) -> str:
    out = ""
    for char in word:
        if len(out) < 2 or out[-1] != char or out[-2] != char:
            out += char
    return out


def nearest(word: str, names: frozenset[str]) -> str | None:
    """The word of the lexicon or of a name that an unknown word is a typing error of, or None."""
    found = _nearest_word(word)
    best_name = _nearest_named(word, names)
    if found is None:
        return best_name[1] if best_name else None
    if best_name is not None and best_name[0] < found[1]:
        return best_name[1]
    return found[0]


def _nearest_name(word: str, names: frozenset[str]) -> str | None:
    found = _nearest_named(word, names)
    return found[1] if found else None


def _nearest_named(word: str, names: frozenset[str]) -> tuple[int, str] | None:
    """The name that the word is a typing error of, with its distance."""
    best: tuple[int, str] | None = None
    if len(word) > 3:
        room = 1 if len(word) < 7 else 2
        for name in names:
            if len(name) > 3 and abs(len(name) - len(word)) <= room and name[0] == word[0]:
                distance = OSA.distance(word, name, score_cutoff=room)
                if distance <= room and (best is None or (distance, name) < best):
                    best = (distance, name)
    return best


@lru_cache(maxsize=8192)
def beside(word: str, left: str, right: str) -> str | None:
    """What an unknown word must be, seeing its neighbour: "kor groups" -> core, since "core groups" is a phrase."""
    words = lexicon()
    best: tuple[int, int, str] | None = None
    for candidate in sorted(words.before.get(right, frozenset()) | words.after.get(left, frozenset())):
        if len(candidate) < 4 or not candidate.isalpha():
            continue
        distance = OSA.distance(word, candidate)
        near = (distance == 1 and len(word) > 2) or (
            distance <= max(2, len(candidate) // 3) and _hears(word) == _hears(candidate) and len(word) > 2
        )
        if near and (best is None or (distance, _kind(word, candidate), candidate) < best):
            best = (distance, _kind(word, candidate), candidate)
    return best[2] if best else None
