"""What somebody says beside the question: why they ask, who is pressing them, what they will do with the answer.

"My IRO keeps nagging me, so which LAC reviews are late?" asks for late LAC reviews; an aside says nothing of which.
Taken off are whole clauses only, with a subject and a verb of their own, and only where nothing in them could narrow
the question: no name, number, filter or measure, no topic ("I am looking at fathers"), no wish ("I only want
fathers"). Everything else stays, and an unknown word in it refuses the question. The words are in asides.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from bot.understanding.lexicon import TIME_WORDS
from bot.understanding.pieces import Cut, Piece
from bot.understanding.text import lemma

LONGEST_ASIDE = 26
SUBJECT = 5
"""Within so many words the subject of an aside is said."""
BARRED = ("filter", "beyond", "aspect", "whole", "by", "every", "exceptions", "staff")
ALSO_VERBS = ("child_seen", "started", "open", "closure", "received", "evidence", "complaint_answer", "good", "repeat",
              "decision", "meeting")  # fmt: skip
"""What words mean of a measure that are plain verbs beside one: "I am seeing the director", "inspectors are coming"."""
_ASKS = (
    r"(?:how (?:many|much|are|is|do|did|well)|which|what|whats|who|whos|whose|list|show me|give me|tell me"
    r"|can you|could you|would you|please|it would (?:help|be)|i(?:'d| would) like|i need|i want|(?:want|need) to see"
    r"|any)"
)
_ALSO_ASKS = r"(?:are|is|do|does|did|have|has|can|was|were|when|where|why)"
"""Openings of a question behind a joining word: by themselves they stand inside a clause, too."""
_BOUND = re.compile(
    rf"[,;:.!?\n]+\s*(?:and |so |but |then )*|\s-+\s|\s(?:so|and|but|and so|so then)\s(?=(?:{_ASKS}|{_ALSO_ASKS})\b)"
    rf"|\s(?={_ASKS}\b)|\s(?=(?:whether|if) (?:we|our|the|any)\b)|\s(?:about|asking for)\s",
    re.IGNORECASE,
)
"""Where an aside before the question may end."""
_BEHIND = re.compile(
    r"[,;:.!?\n]+\s*(?:and |but )?|\s-+\s"
    r"|\s(?=(?:because|cause|cos|coz|as|since|so|so that|before|while|when|otherwise|in case) (?:i|we|my|our|the)\b)",
    re.IGNORECASE,
)
"""Where an aside behind the question may begin."""
_DROPPED = frozenset(
    ["checking", "asking",
     "come", "came", "been", "got", "getting", "heading", "trying", "preparing", "prepping", "writing", "sat",
     "sitting", "doing", "had", "having", "planning", "finishing", "pulling", "putting", "going", "popping", "rushing"]
)  # fmt: skip
"""Verbs whose "I" people leave out: "Just come out of a meeting"."""
_SAYS_WHY = re.compile(
    r"(?:and |but |so |sorry |only )*"
    r"(?:(?:the |my )?reason (?:why )?(?:i (?:am asking|ask)|for (?:asking|my asking|this))"
    r"|i (?:am |only |just )*ask(?:ing)? (?:because|as|since)|asking (?:because|as|since|for)|sorry (?:to|for|about)"
    r"|(?:a )?(?:bit|lot|touch) of a (?:panic|rush|mess|nightmare|crisis|flap|scramble|wobble|hurry))\b"
)
"""What follows says why, whatever it holds."""
_HERS = re.compile(r"\b(?:her|his|their)\b", re.IGNORECASE)
_TOLD = re.compile(r"promised?|told|tell|owe|ring|rang|phone|call|email|chase|update|brief|warn|ask|asked")
"""Who is told, promised or chased is no part of the question: "I promised the carers"."""
_WHOSE = frozenset({"my", "our", "the", "a", "an", "some", "one", "this", "their"})
_WHICH_OF_THEM = frozenset(
    {"new", "another", "duty", "senior", "acting", "interim", "half", "some", "most", "couple", "of"}
)
"""What may stand before who asks: "a new worker", "two of my staff"."""
_LEADS = frozenset({"for", "by", "before", "after", "with", "from", "in", "at", "on"})
_THEY = frozenset({"they", "he", "she", "somebody", "someone", "everybody", "people", "you"})


@dataclass(frozen=True)
class Words:
    """The lists of asides.yaml: words, phrases of several words, and patterns of verbs."""

    openers: frozenset[str]
    offices: frozenset[tuple[str, ...]]
    callers: frozenset[tuple[str, ...]]
    occasions: frozenset[tuple[str, ...]]
    helping: frozenset[str]
    about: frozenset[str]
    into: frozenset[str]
    plain: frozenset[str]
    mine: re.Pattern[str]
    theirs: re.Pattern[str]
    topical: re.Pattern[str]
    wishes: re.Pattern[str]


@cache
def words() -> Words:
    """The words of asides, read once."""
    told = yaml.safe_load((resources.files(__package__) / "asides.yaml").read_text("utf-8"))

    def phrases(name: str) -> frozenset[tuple[str, ...]]:
        return frozenset(tuple(lemma(word) for word in str(phrase).split()) for phrase in told[name])

    def verbs(name: str) -> re.Pattern[str]:
        stems = "|".join(sorted(map(str, told[name]), key=len, reverse=True))
        return re.compile(rf"(?:{stems})(?:e|es|s|ed|d|y|ies|ied|ing|ying|(?<=(\w))\1(?:ing|ed))?")

    def single(name: str) -> frozenset[str]:
        return frozenset(map(str, told[name]))

    return Words(
        single("openers"), phrases("offices"), phrases("callers"), phrases("occasions"), single("helping"),
        single("about"), single("into"), single("plain"),
        verbs("my_verbs"), verbs("their_verbs"), verbs("topical"), verbs("wishes"),
    )  # fmt: skip


def asides_off(text: str) -> Iterator[tuple[str, str]]:
    """(the rest, what would be taken off), for every way of taking a clause off the front or the end of a message."""
    for match in _BOUND.finditer(text):
        front, rest = text[: match.start()].strip(), text[match.end() :].strip()
        if front and rest:
            yield rest, front
    for match in _BEHIND.finditer(text):
        rest, behind = text[: match.start()].strip(), text[match.end() :].strip()
        if rest and behind:
            yield rest, behind


def whose(rest: str, clause: Cut) -> tuple[str, str]:
    """(the rest with "her" as the worker whom the clause names, the name): "Nadia is off sick, which of her visits
    are late?". The rest as it is, and "", where that is not so."""
    named = [piece for piece in clause.pieces if piece.name is not None]
    if len(named) != 1 or named[0].name is None or named[0].name.kind != "worker" or not _HERS.search(rest):
        return rest, ""
    return _HERS.sub(f"{named[0].text}'s", rest, count=1), named[0].text


def is_aside(clause: Cut, rest: Cut | None = None, name: str = "") -> bool:
    """Whether a clause only says why or for whom somebody asks, and nothing that an answer would have to heed.

    rest: the question; what it names itself may be named beside it ("she wants a line on audits: how many audits ...").
    name: of a worker in the clause, of whom the rest asks.
    """
    if not 3 <= len(clause.tokens) <= LONGEST_ASIDE:
        return False
    lows = [token.low for token in clause.tokens]
    if _SAYS_WHY.match(" ".join(lows)):
        return True
    told, norms = words(), [lemma(low) for low in lows]
    start = next((n for n, low in enumerate(lows) if low not in told.openers), len(lows))
    offices, occasions = _part_of(norms, told.offices), _part_of(norms, told.occasions)
    callers = _part_of(norms[: start + SUBJECT], told.callers) + [False] * len(norms)
    for place in range(len(norms) - 1, 0, -1):
        callers[place - 1] |= callers[place] and lows[place - 1] in _WHICH_OF_THEM
    who = [office or caller for office, caller in zip(offices, callers, strict=False)]
    idle = [any(each) for each in zip(who, occasions, _with_whom(clause, who, occasions), strict=True)]
    asked = {piece.value("concept") for piece in rest.pieces} if rest is not None else set()
    for piece in clause.pieces:
        if piece.has("concept") and (piece.value("concept") in asked or _a_verb(piece, lows)):
            idle[piece.first : piece.end] = [True] * (piece.end - piece.first)
    if any(_heeded(piece, idle, who) for piece in clause.pieces if not name or piece.text != name):
        return False
    if name:
        return True
    rest_of = lows[start:]
    is_said = _says_something_else(rest_of, who[start:]) or _is_coming(rest_of, occasions[start:])
    return is_said and not _narrows(rest_of, idle[start:], occasions[start:])


def _with_whom(clause: Cut, who: Sequence[bool], occasions: Sequence[bool]) -> list[bool]:
    """By word: the name of somebody whom a meeting is with or a paper is for: "my supervision with Dev"."""
    out = [False] * len(clause.tokens)
    for piece in clause.pieces:
        place = piece.first
        before = clause.tokens[place - 1].low if place else ""
        met = place > 1 and (occasions[place - 2] or who[place - 2])
        named = piece.name is not None and piece.name.kind == "worker"
        owed = place > 1 and before in _WHOSE and _TOLD.fullmatch(clause.tokens[place - 2].low) is not None
        if owed:
            out[place : piece.end] = [True] * (piece.end - place)
        if met and before in ("with", "for", "from", "to") and (named or clause.tokens[place].capital):
            out[place : piece.end] = [True] * (piece.end - place)
    return out


def _a_verb(piece: Piece, lows: Sequence[str]) -> bool:
    """ "Trying to plan my rota": something done, and no plan that is counted."""
    before = lows[piece.first - 1] if piece.first else ""
    single = piece.end - piece.first == 1
    return (
        single
        and before in ("to", "i", "we", "will", "must")
        and bool(words().mine.fullmatch(lows[piece.first]))
    )


def _is_coming(lows: Sequence[str], occasions: Sequence[bool]) -> bool:
    """ "Our contract meeting is coming round", "the board is tomorrow"."""
    if not lows or not (lows[0] in _WHOSE or occasions[0]):
        return False
    place = next((n for n in range(1, min(4, len(lows))) if occasions[n]), 0)
    while place and place < len(lows) and occasions[place]:
        place += 1
    return bool(place) and bool(
        {"is", "are", "was", "starts", "begins", "looms"} & set(lows[place : place + 1])
    )


def _part_of(norms: Sequence[str], phrases: frozenset[tuple[str, ...]]) -> list[bool]:
    """By word: whether it is part of one of the phrases ("virtual head")."""
    out = [False] * len(norms)
    for first in range(len(norms)):
        for end in range(first + 1, min(first + 4, len(norms)) + 1):
            if tuple(norms[first:end]) in phrases:
                out[first:end] = [True] * (end - first)
    return out


def _heeded(piece: Piece, idle: Sequence[bool], who: Sequence[bool]) -> bool:
    """A name, an amount, a filter, a measure: the answer would have to take it into account."""
    if all(idle[piece.first : piece.end]):
        return False
    if piece.name is not None or piece.amount is not None:
        return True
    if piece.has("concept") and who[piece.end : piece.end + 1] == [True]:
        return False  # "the conference chair" is no conference
    told = words()
    if all(_plain(w) or told.theirs.fullmatch(w) or w in told.about | told.into for w in piece.norm.split()):
        return piece.has("concept") and not piece.has("concept", *ALSO_VERBS)
    return piece.has("concept") or any(piece.has(kind) and not piece.has("ignorable") for kind in BARRED)


def _says_something_else(lows: Sequence[str], office: Sequence[bool]) -> bool:
    """A subject and a verb: I and we with what people do, others with what they want of one."""
    skipped = 0
    while skipped < len(lows) and (lows[skipped] in _WHICH_OF_THEM or lows[skipped].isdigit()):
        skipped += 1
    lows, office = lows[skipped:], office[skipped:]
    if not lows:
        return False
    if lows[0] in ("i", "we") or lows[0] in _DROPPED:
        begin = 0 if lows[0] in _DROPPED else 1
        return any(words().mine.fullmatch(low) for low in lows[begin : begin + 4])
    if lows[0] in _THEY or office[0]:
        behind = 1
    elif lows[0] in _WHOSE and office[1:2] == [True]:
        behind = 2
    else:
        return False
    while behind < len(lows) and office[behind]:
        behind += 1
    doing = [low for low in lows[behind : behind + 5] if low not in words().helping]
    return any(words().theirs.fullmatch(low) for low in doing[:2])


def _narrows(lows: Sequence[str], idle: Sequence[bool], occasions: Sequence[bool]) -> bool:
    """A topic or a wish: "looking at fathers", "worried about school", "I only want fathers". An office may be wanted
    somewhere ("she needs it for the board"), but as a topic it is one ("looking at health")."""
    told = words()
    for place, low in enumerate(lows):
        nearest = lows[place + 1 : place + 2]
        if not nearest:
            continue
        sets_topic = low in told.about or (told.topical.fullmatch(low) and nearest[0] in told.into)
        after = place + (1 if low in told.about else 2)
        if sets_topic and not _empty(lows, after, occasions):
            return True
        if told.wishes.fullmatch(low) and not _empty(lows, place + 1, idle):
            return True
    return False


def _empty(lows: Sequence[str], place: int, idle: Sequence[bool]) -> bool:
    """Whether what stands from that place on is pronouns, something to be done, a time by when, or an occasion as
    part of a phrase ("for the board"): none of the children's own traits."""
    told = words()
    for now in range(place, min(place + 6, len(lows))):
        low, before = lows[now], lows[now - 1]
        if low == "to":
            return True
        led = before in _WHOSE or before in ("got", "get") or (before in _LEADS and now > place)
        if led and (idle[now] or (low in TIME_WORDS and before in _LEADS)):
            return True
        if low not in told.plain and lemma(low) not in told.plain:
            return False
    return True


def _plain(low: str) -> bool:
    """A word that says nothing of a child by itself."""
    told = words()
    return (
        low in told.plain or lemma(low) in told.plain or low in told.openers or bool(told.mine.fullmatch(low))
    )
