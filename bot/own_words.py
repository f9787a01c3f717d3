"""The authority's own words: what its managers call a measure or a team, in PERFBOT_HOME/synonyms.yaml.

    words:
      green visit: CP visits          # words of theirs: words of ours
      moo rate: cp_visits_in_time     # or a measure by its name
    teams:
      the zoo: T11                    # a nickname: the id of the team or service

A running bot looks at the file before each message. A file that cannot be read leaves the last good words in place.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import yaml

from kpi_engine.errors import InputError
from kpi_engine.measures import CATALOGUE

log = logging.getLogger(__name__)
FILE = "synonyms.yaml"
WORDS, TEAMS = "words", "teams"
LONGEST = 60


@dataclass(frozen=True)
class Words:
    """words: ours by theirs (or the name of a measure).  teams: unit id by nickname."""

    words: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)

    def in_our_words(self) -> dict[str, str]:
        """The synonyms for the vocabulary: a measure's name stands for its title."""
        return {
            said: CATALOGUE[meant].title if meant in CATALOGUE else meant
            for said, meant in self.words.items()
        }


class OwnWords:
    """The file, read again when it has changed."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._words = Words()

    def current(self) -> Words:
        """The words of this moment: the same object as long as the file is the same."""
        with self._lock:
            mark = self._mark()
            if mark != self._seen:
                self._seen = mark
                try:
                    self._words = read_words(self._path)
                except InputError as error:
                    log.error("%s The last good words go on.", error)
            return self._words

    def _mark(self) -> tuple[int, int]:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return 0, 0
        return stat.st_mtime_ns, stat.st_size


def read_words(path: Path) -> Words:
    """What the file says; nothing where there is none. Raises InputError naming the file and the entry at fault."""
    try:
        loaded = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        return Words()
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise InputError(
            f"{path.name} cannot be read as YAML: write words: and teams:, an entry a line."
        ) from None
    if loaded is None:
        return Words()
    if not isinstance(loaded, dict) or not set(loaded) <= {WORDS, TEAMS}:
        raise InputError(f"{path.name} must hold words: and teams:, and nothing else.")
    return Words(_entries(path, loaded, WORDS), _entries(path, loaded, TEAMS))


def _entries(path: Path, loaded: Mapping[str, object], part: str) -> dict[str, str]:
    found = loaded.get(part) or {}
    if not isinstance(found, dict):
        raise InputError(f"{path.name}, {part}: an entry must be written as words: meaning.")
    for said, meant in found.items():
        if not isinstance(said, str) or not isinstance(meant, str) or not said.strip() or not meant.strip():
            raise InputError(
                f"{path.name}, {part}, entry {said!r}: both sides must be words (quote what looks like a number)."
            )
        if len(said) > LONGEST or len(meant) > LONGEST:
            raise InputError(f"{path.name}, {part}, entry {said[:20]!r}: at most {LONGEST} letters.")
    return dict(found)


def write_words(home: Path, words: Words) -> None:
    """Writes the file anew, whole or not at all. Raises InputError where the folder cannot be written."""
    path = home / FILE
    whole = {WORDS: dict(sorted(words.words.items())), TEAMS: dict(sorted(words.teams.items()))}
    draft = path.with_name(f"{FILE}.{os.getpid()}")
    try:
        draft.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
