"""What is said about measures that somebody follows. Pure."""

from __future__ import annotations

from datetime import date

from bot.follows import Follow
from bot.wording import phrases
from bot.wording.names import Names

BECAUSE = 'You follow this; "what am I following?" lists what you do.'
_NOW_IS = {"red": "has turned red", "amber": "has turned amber or red", "green": "has turned green",
           "above": "has gone above {value}", "at_least": "has reached {value}",
           "below": "has fallen below {value}", "at_most": "has come down to {value}"}  # fmt: skip
_NO_LONGER = {"red": "is no longer red", "amber": "is no longer amber or red", "green": "is no longer green",
              "above": "is no longer above {value}", "at_least": "is below {value} again",
              "below": "is no longer below {value}", "at_most": "is above {value} again"}  # fmt: skip
_WHEN = {"red": "it turns red", "amber": "it turns amber or red", "green": "it turns green",
         "above": "it goes above {value}", "at_least": "it reaches {value}", "below": "it falls below {value}",
         "at_most": "it comes down to {value}"}  # fmt: skip
_IS = {"red": "red", "amber": "amber or red", "green": "green", "above": "above {value}",
       "at_least": "at {value} or more", "below": "below {value}", "at_most": "at {value} or less"}  # fmt: skip


def label(follow: Follow, names: Names) -> str:
    """ "CP visits overdue in CSWT 1"."""
    asked = follow.question(date.min)
    narrowed = "".join(f", {words}" for words in phrases.filters(asked))
    where = f"held by {names.worker(follow.worker)}" if follow.worker else f"in {names.unit(follow.unit.id)}"
    return f"{phrases.title(follow.measure)} {where}{narrowed}"


def when(follow: Follow) -> str:
    """ "it turns red"."""
    return _filled(_WHEN, follow)


def crossed(follow: Follow, names: Names, *, is_over: bool) -> str:
    """The first sentence of an alert: "CP visits overdue in CSWT 1 has turned red.", or that it is back."""
    if is_over:
        return f"{label(follow, names)} {_filled(_NOW_IS, follow)}."
    return f"Back to normal: {label(follow, names)} {_filled(_NO_LONGER, follow)}."


def stands(follow: Follow) -> str:
    """ "is red": where the condition holds already."""
    return f"is {_filled(_IS, follow)}"


def _filled(words: dict[str, str], follow: Follow) -> str:
    if follow.value is None:
        return words[follow.when]
    return words[follow.when].format(value=phrases.amount(follow.value, phrases.of(follow.measure)))
