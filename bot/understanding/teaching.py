"""Whether a word of the authority's own can be taught: new, clear, and meaning something that there is.

Pure: the vocabulary with the word is built and asked, so that what is accepted here is what will be understood.
"""

from __future__ import annotations

from rapidfuzz import fuzz, process

from bot.understanding.lexicon import lexicon, norms_of
from bot.understanding.reader import read
from bot.understanding.reading import Listener, Reading
from bot.understanding.text import clean
from bot.understanding.vocabulary import EngineLike, Vocabulary
from kpi_engine.errors import InputError
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import AUTHORITY
from kpi_engine.vocabulary import words

MOST_WORDS = 6
NEAREST = 3
_EVERYBODY = Listener(AUTHORITY, AUTHORITY)


def target_of(said: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """("team", unit id) or ("words", what it means). Raises InputError naming the nearest for what nobody knows."""
    wanted = " ".join(said.split())
    for unit_id, unit in vocabulary.units.items():
        if wanted.casefold() in (unit_id.casefold(), str(unit.name).casefold()):
            return "team", unit_id
    if wanted.casefold() in CATALOGUE:
        return "words", wanted.casefold()
    reading = read(wanted, _EVERYBODY, vocabulary)
    known = any(word.taken_as in ("measure", "aspect", "filter") for word in reading.words)
    known = known and "_" not in wanted and not any(word.read_as for word in reading.words)
    if known and reading.outcome in ("answered", "clarify") and not reading.talk:
        return "words", wanted
    near = "; ".join(_nearest(wanted, vocabulary))
    raise InputError(f"{wanted!r} is no measure, team or word of ours. Nearest: {near}.")


def check_new(said: str, vocabulary: Vocabulary) -> None:
    """Raises InputError, saying why, for words that cannot be taught: too many, or already understood."""
    norms = norms_of(clean(said))
    if not norms or not any(char.isalpha() for char in said):
        raise InputError("The words to teach must hold a word.")
    if len(norms) > MOST_WORDS:
        raise InputError(
            f"{said!r} has more than {MOST_WORDS} words: teach the part that was not understood."
        )
    if norms in vocabulary.synonyms:
        raise InputError(f"{said!r} already has a meaning of your own: remove that first.")
    if any(norms == norms_of(clean(name)) for name in _names(vocabulary)) or norms in vocabulary.unit_names:
        raise InputError(f"{said!r} is the name of a team, service or worker.")
    if norms in lexicon().phrases or (len(norms) == 1 and norms[0] in lexicon().known):
        raise InputError(
            f"{said!r} is a word of ours already; a second meaning would change what others ask."
        )
    reading = read(said, _EVERYBODY, vocabulary)
    if reading.outcome in ("answered", "clarify") and not any(word.read_as for word in reading.words):
        raise InputError(f"{said!r} is understood already{_as_what(reading)}.")


def check_understood(said: str, vocabulary: Vocabulary, kind: str) -> str:
    """What the words are read as by a vocabulary that holds them (" (CP visits overdue)", "" where that is no
    measure). Raises InputError where they still are not understood.
    """
    text = f"CP visits overdue in {said}" if kind == "team" else said
    reading = read(text, _EVERYBODY, vocabulary)
    if any(word.taken_as == "unknown" for word in reading.words) or reading.outcome == "not_understood":
        raise InputError(f"{said!r} would still not be understood: a word of it stands for nothing.")
    return "" if kind == "team" else _as_what(reading).replace(" as ", ": ")


def with_words(engine: EngineLike, synonyms: dict[str, str], nicknames: dict[str, str]) -> Vocabulary:
    """The vocabulary of an extract with these words of the authority's own."""
    return Vocabulary.build(engine, nicknames=nicknames, synonyms=synonyms)


def _names(vocabulary: Vocabulary) -> list[str]:
    workers = [str(worker.name) for worker in vocabulary.workers.values()]
    return [*(str(unit.name) for unit in vocabulary.units.values()), *workers]


def _as_what(reading: Reading) -> str:
    measures = reading.question.measures if reading.question else ()
    return f" as {CATALOGUE[measures[0]].title}" if len(measures) == 1 else ""


def _nearest(wanted: str, vocabulary: Vocabulary) -> list[str]:
    known = [*CATALOGUE, *(subject.says for subject in words().subjects.values())]
    known += [*vocabulary.units, *(str(unit.name) for unit in vocabulary.units.values())]
    found = process.extract(wanted, list(dict.fromkeys(known)), scorer=fuzz.WRatio, limit=NEAREST)
    return [name for name, *_ in found]
