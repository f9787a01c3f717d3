"""What can go wrong, as a tree:

PerfbotError
├── InputError        somebody's file, date, column or word: one clear sentence, safe to show (exit 2)
│   └── LoadError     an extract that cannot be loaded: all its faults, not only the first
├── NotPermitted      rights say no: the sentence the user reads (exit 3)
└── Unknown           a measure, unit, worker or child nobody knows (exit 2)

Anything else that is raised is a bug (exit 1).
"""

from __future__ import annotations

from collections.abc import Sequence


class PerfbotError(Exception):
    """Base of everything that carries a sentence for the user."""


class InputError(PerfbotError):
    """Bad input: names file, row, column and what to do. Never carries a child id."""


class LoadError(InputError):
    """An extract was refused; nothing of it is kept. `faults` holds one sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


class NotPermitted(PerfbotError):
    """The asker, or the audience, may not see this."""


class Unknown(PerfbotError):
    """Something is named that the catalogue or the extract does not hold."""
