"""Text to Question: the door of the reader. Pure: the same text, listener, vocabulary and context, the same reading."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from time import perf_counter

from bot.understanding import wording
from bot.understanding.asides import asides_off, is_aside, whose
from bot.understanding.completing import complete
from bot.understanding.context import EMPTY, Context, recalled
from bot.understanding.corrections import corrections
from bot.understanding.draft import Env
from bot.understanding.interpret import interpret
from bot.understanding.laying import follow
from bot.understanding.leaning import hangs, is_correction, is_follow_up
from bot.understanding.pieces import Cut, Piece, cut
from bot.understanding.reading import Listener, Reading, Word
from bot.understanding.text import LONGEST, clean
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.question import Question

_PARTS = re.compile(r"(?:[?!;\n]+|\.(?=\s|$)|\.{2,})\s*")
_AND_THEN = re.compile(
    r"(?:,|\s)\s*(?:and|also|plus|and also)\s+"
    r"(?=(?:how many|which|who|what|whats|list|show|give me|compare|rank|forecast|explain|why|when is|how are|how is"
    r"|how do|are they|are we|were they|were we|did they|did we|do they|do we|have they|have we|has it|is it"
    r"|is that)\b)",
    re.IGNORECASE,
)


def read(
    text: str,
    listener: Listener,
    vocabulary: Vocabulary,
    context: Context | None = None,
    *,
    as_at: date | None = None,
) -> Reading:
    """What the message asks.

    as_at: the as-at date of the question (default the extract's).
    Never raises for anything a person can type.
    """
    if len(text) > LONGEST:
        return Reading("not_understood", because=wording.TOO_LONG)
    day = as_at or vocabulary.as_at
    held = context or EMPTY
    env = Env(listener, vocabulary, day, held.choices, held.over)
    cleaned = clean(text)
    reading = _besides(cleaned, env, held)

    def again(other: str) -> Reading:
        return _whole(other, env, held)

    return replace(reading, corrections=corrections(reading, env, cleaned, again))


def _besides(cleaned: str, env: Env, held: Context) -> Reading:
    """The reading of a message without an aside, if it has one; an aside may hold words that read as a measure."""
    for rest, taken in asides_off(cleaned):
        aside = cut(taken, env.vocabulary, env.as_at, False)
        asked, name = whose(rest, aside)
        corrects = (held.question is not None or bool(held.refused)) and is_correction(aside)
        if corrects:
            continue  # "I said September, not October" is the whole of it
        if not is_aside(aside, cut(asked, env.vocabulary, env.as_at, False), name):
            continue
        found = _besides(asked, env, held)
        if found.outcome in ("answered", "clarify") and not found.talk:
            said = tuple(Word(piece.text, "ignorable", "aside") for piece in aside.pieces)
            before = cleaned.startswith(taken)
            return replace(found, words=(*said, *found.words) if before else (*found.words, *said))
    return _whole(cleaned, env, held)


def _whole(cleaned: str, env: Env, held: Context) -> Reading:
    """The reading of a cleaned message: small talk, one question, or two."""
    vocabulary, day = env.vocabulary, env.as_at
    whole = cut(cleaned, vocabulary, day, held.question is not None, held.over)
    talk = _talk(whole, env)
    if talk is not None:
        return talk
    parts = _parts(cleaned)
    if len(parts) > 1:
        joint = _several(parts, env, held)
        if joint is not None:
            return joint
    return _one(cleaned, whole, env, held)


def _one(cleaned: str, whole: Cut, env: Env, held: Context) -> Reading:
    """One question, in the light of the conversation and of how this person settled doubtful words before."""
    return recalled(_read_one(whole, env, held), env.choices)


def _read_one(whole: Cut, env: Env, held: Context) -> Reading:
    if held.pending is not None or held.pending_choices or held.refused:
        completed = complete(whole, env, held)
        if completed is not None:
            return completed
    if held.others and is_correction(whole):
        other = complete(whole, env, replace(held, pending_choices=held.others, ambiguity=held.others_of))
        if other is not None:
            return replace(other, corrects=True)
    if held.question is not None and is_follow_up(whole, env, held):
        followed = follow(whole, env, held)
        if followed is not None:
            return replace(followed, corrects=is_correction(whole))
    reading = interpret(whole, env)
    if held.question is not None and (
        reading.outcome == "not_understood" or (reading.outcome == "out_of_scope" and hangs(whole))
    ):
        followed = follow(whole, env, held)
        if followed is not None and followed.outcome == "answered":
            return followed
    return reading


def _parts(cleaned: str) -> list[str]:
    """The sentences of a message, and what an "and which", "and how many" joins."""
    out = []
    for sentence in _PARTS.split(cleaned):
        for part in _AND_THEN.split(sentence):
            if part and any(c.isalnum() for c in part):
                out.append(part.strip(" ,"))
    return [part for part in out if part]


def _several(parts: list[str], env: Env, held: Context) -> Reading | None:
    """Two questions in one message; None when it is one question in several sentences."""
    cuts = [cut(part, env.vocabulary, env.as_at, True, env.over) for part in parts]
    kept = [(part, c) for part, c in zip(parts, cuts, strict=True) if not _is_filler(c)]
    if len(kept) < 2:
        if len(kept) == 1 and len(parts) > 1:
            part = kept[0][0]
            again = cut(part, env.vocabulary, env.as_at, held.question is not None, held.over)
            reading = _one(part, again, env, held)
            return _with_words(reading, parts, kept, cuts) if reading.outcome == "answered" else None
        return None
    first_part, _first_cut = kept[0]
    if _only_names(kept[0][1]) and _asks(kept[1][1]) and _names_nothing(kept[1][1]):
        return None  # "Health. Which teams are behind?"
    if _names_nothing(kept[0][1]) and not _names_nothing(kept[1][1]):
        return None  # "who came on and who came off the core group list": said once, for both
    first = _one(
        first_part,
        cut(first_part, env.vocabulary, env.as_at, held.question is not None, held.over),
        env,
        held,
    )
    if first.outcome != "answered" or first.question is None:
        return None
    after = Context(
        question=first.question,
        said=first.said,
        over=first.over or first.question.period,
        choices=held.choices,
    )
    second = _one(kept[1][0], kept[1][1], env, after)
    if second.outcome != "answered" or second.question is None:
        if second.outcome in ("clarify", "out_of_scope") and _asks(kept[1][1]):
            return _with_words(replace(first, note=wording.ONLY_FIRST), parts, kept[:1], cuts)
        return None
    if _same_question(first, second, kept[1][1]):
        return None
    if len(kept) == 2 and not _asks(kept[1][1]):
        joined = " ".join(part for part, _ in kept)
        whole = interpret(cut(joined, env.vocabulary, env.as_at, False), env)
        if (
            whole.question is not None
            and whole.outcome == "answered"
            and whole.question.measures == second.question.measures
        ):
            return None  # "Audits. Good or better": the first half only says what the second is about
    note = wording.ONLY_FIRST if len(kept) > 2 else ""
    return _with_words(replace(first, also=second, note=note), parts, kept[:2], cuts)


def _names_nothing(piece: Cut) -> bool:
    """A question of no subject: not one measure, name, or word for all of them."""
    kinds = ("concept", "exceptions", "every", "quality", "point", "term", "filter")
    briefs = any(p.has("show", "briefing", "explain", "quality") for p in piece.pieces)
    return not briefs and not any(p.name or any(p.has(kind) for kind in kinds) for p in piece.pieces)


def _only_names(piece: Cut) -> bool:
    """Nothing but what the next sentence is about: "Health.", "CP visits:"."""
    return any(p.has("concept") for p in piece.pieces) and all(
        p.has("concept") or p.has("ignorable") or p.norm == "," for p in piece.pieces
    )


def _with_words(reading: Reading, parts: list[str], read_: list[tuple[str, Cut]], cuts: list[Cut]) -> Reading:
    """The reading of some sentences with the account of all of them: pleasantries, and what was left unanswered."""
    words: list[Word] = []
    taken = [part for part, _ in read_]
    done: list[tuple[Word, ...]] = [reading.words]
    if reading.also is not None:
        done.append(reading.also.words)
    for part, piece in zip(parts, cuts, strict=True):
        if part in taken and done:
            words.extend(done.pop(0))
            taken.remove(part)
        else:
            kind = "ignorable" if _is_filler(piece) else "not answered"
            words.extend(Word(p.text, kind) for p in piece.pieces)
    return replace(reading, words=tuple(words))


def _asks(piece: Cut) -> bool:
    """Whether a sentence is a question of its own and no mere addition that would change the first."""
    words = {t.norm for t in piece.tokens[:3]}
    return bool(
        words
        & {"how", "what", "which", "who", "why", "when", "list", "show", "are", "is", "do", "does", "can"}
    )


def _same_question(first: Reading, second: Reading, piece: Cut) -> bool:
    """A second sentence that only says more about the first ("CP visits. Overdue. CSWT 1") is no second question."""
    return not _asks(piece) and not any(p.has("concept") for p in piece.pieces)


def _is_filler(piece: Cut) -> bool:
    return (
        all(
            (any(s.kind in ("ignorable", "talk", "claim") for s in p.senses) and not p.has("point"))
            or (p.senses and p.has("claim"))
            for p in piece.pieces
        )
        if piece.pieces
        else True
    )


def _talk(whole: Cut, env: Env) -> Reading | None:
    """Greetings, thanks, help, stop, cancel: no numbers."""
    talk = [p for p in whole.pieces if p.has("talk")]
    if not talk:
        return None
    idle = {"ignorable", "claim", "talk", "follow", "point", "every", "level", "aspect"}
    rest = [
        p
        for p in whole.pieces
        if p not in talk
        and p.norm not in (",", "/", "good")
        and not (p.senses and (p.has("ignorable") or p.has("claim")) and {s.kind for s in p.senses} <= idle)
    ]
    if rest and not _addressed(rest, talk):
        return None
    order = ("stop", "cancel", "help", "thanks", "greeting")
    values = {p.value("talk") for p in talk}
    kind = next(k for k in order if k in values)
    if kind in ("thanks", "greeting") and len(whole.tokens) > 14:
        return None
    question = Question("help", (), env.listener.default_unit, env.as_at)
    words = tuple(Word(p.text, "talk" if p in talk else "ignorable", p.value("talk")) for p in whole.pieces)
    return Reading("answered", question, words=words, talk=kind)  # type: ignore[arg-type]


def _addressed(rest: list[Piece], talk: list[Piece]) -> bool:
    """ "Thanks Chloe", "Hi Dave": one name behind a greeting."""
    one = rest[0]
    named = bool(one.name and one.name.kind == "worker") or (not one.senses and one.text[:1].isupper())
    return (
        len(rest) == 1
        and named
        and one.first >= talk[0].end
        and {p.value("talk") for p in talk} <= {"thanks", "greeting"}
    )


def time_reads(
    vocabulary: Vocabulary, listener: Listener, texts: list[str], repeats: int = 3
) -> dict[str, float]:
    """Milliseconds per reading of the texts: median and 99th percentile (for `perfbot bench`)."""
    taken: list[float] = []
    for _ in range(repeats):
        for text in texts:
            begun = perf_counter()
            read(text, listener, vocabulary)
            taken.append((perf_counter() - begun) * 1000)
    taken.sort()
    return {
        "reads": len(taken),
        "p50_ms": round(taken[len(taken) // 2], 3),
        "p99_ms": round(taken[int(len(taken) * 0.99) - 1], 3),
    }
