"""Numbers with a meaning: "over two weeks late", "under 5s", "top 5", "within 45 days".

Works on the normalised words of a message joined by spaces, as times.py does.
"""

# ruff: noqa: E501 - a rule or a table row to a line reads better than one broken over many
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Compare = Literal["over", "at_least", "under", "at_most", "between", "is"]


@dataclass(frozen=True)
class Amount:
    """A number with its unit: days, ages, rows.

    what: "time" (of a number of days, weeks ...), "age", or "rows" (a limit to the list).
    low, high: the number said (`high` only for "between").  unit: day, working day, week, month, year, hour.
    late: "late" or "overdue" stood right behind it.  inside: "within", "in", "inside" stood before it.
    order: for rows, the word that went with it (worst, best, oldest, newest, first).
    """

    what: Literal["time", "age", "rows"]
    compare: Compare
    low: int
    high: int | None = None
    unit: str = ""
    late: bool = False
    inside: bool = False
    order: str = ""


@dataclass(frozen=True)
class AmountSpan:
    """An amount found: characters of the joined words."""

    start: int
    end: int
    amount: Amount


_OVER = r"(?:over|after|more than|greater than|longer than|above|exceeding|exceed|exceeds|in excess of|beyond|past|upwards of|older than|later than|gone past|over the|past the|beyond the|further than|outside the|outside of|outside|>)"
_AT_LEAST = r"(?:at least|minimum of|a minimum of|minimum|>=|no less than|not less than|from)"
_UNDER = r"(?:under|less than|fewer than|below|shorter than|younger than|<)"
_AT_MOST = r"(?:up to|at most|no more than|not more than|maximum of|a maximum of|max|<=|not over)"
_INSIDE = r"(?:within the|within|inside the|inside|in the|in under|in)"
_UNIT = r"(working day|calendar day|day|week|fortnight|month|year|hour)"
_LATE = r"(?: (late|overdue|over due|out of date|past due|behind|out of time|out of timescale|over(?! (?:the |our |this )?(?:last|past|previous|next|coming|year|month|quarter|week))|outstanding|past their due date|overrun|lateness|delay|delayed|or more overdue|or more late))?"
_NOUN = r"(?:worst|most overdue|longest overdue|longest|oldest|newest|most recent|best|top|bottom|highest|lowest|latest|longest outstanding|most late)"


def _amount(match: re.Match[str], compare: Compare, *, inside: bool = False) -> Amount:
    groups = match.groupdict()
    return Amount(
        "time", compare, int(groups["n"] or 1), unit=groups["u"], late=bool(groups.get("late")), inside=inside
    )


_NUM = r"(?P<n>\d{1,4}|a)"
_U = _UNIT.replace("(", "(?P<u>", 1)
_RULE = r"(?: (?:requirement|standard|rule|limit|timescale|time limit|deadline|target|mark|point|maximum))?"
_L = _LATE.replace(" (late", " (?P<late>late", 1)
_TIME_RULES: tuple[tuple[re.Pattern[str], Compare, bool], ...] = tuple(
    (re.compile(rf"(?<!\S){pattern}(?!\S)"), compare, inside)  # type: ignore[misc]
    for pattern, compare, inside in (
        (rf"(?:by |for )?{_OVER} {_NUM} {_U}{_RULE}{_L}", "over", False),
        (rf"(?:by |for )?{_AT_LEAST} {_NUM} {_U}{_L}", "at_least", False),
        (
            rf"(?:by |for )?{_NUM} {_U} (?:or|and) (?:more|over|longer|above|upward|greater|later){_L}",
            "at_least",
            False,
        ),
        (rf"(?:by |for )?{_NUM} (?:or more|plus) {_U}{_L}", "at_least", False),
        (rf"(?:by |for )?{_NUM} {_U} plus{_L}", "at_least", False),
        (rf"(?:by |for )?{_UNDER} {_NUM} {_U}{_L}", "under", False),
        (rf"(?:by |for )?{_AT_MOST} {_NUM} {_U}{_L}", "at_most", False),
        (rf"(?:by |for )?{_NUM} {_U} or (?:less|fewer|under|below){_L}", "at_most", False),
        (rf"{_INSIDE} {_NUM} {_U}{_L}", "at_most", True),
        (rf"(?:by |for |the )?{_NUM} {_U}{_L}", "is", False),
    )
)
_RANGE = re.compile(rf"(?<!\S)(?:between )?(\d{{1,4}}) (?:and|to) (\d{{1,4}}) {_UNIT}{_LATE}(?!\S)")
_AGE_RULES: tuple[tuple[re.Pattern[str], Compare], ...] = tuple(
    (re.compile(rf"(?<!\S){pattern}(?!\S)"), compare)  # type: ignore[misc]
    for pattern, compare in (
        (
            r"(?:aged? )?(?:between )?(?P<n>\d{1,2}) (?:and|to|or|-) (?P<m>\d{1,2}) (?:year old|year of age|year)(?: old)?s?",
            "between",
        ),
        (
            r"(?:aged?|ages) (?:between |from )?(?P<n>\d{1,2}) (?:and|to|or) (?P<m>\d{1,2})(?: year(?: old)?)?",
            "between",
        ),
        (r"between the age of (?P<n>\d{1,2}) and (?P<m>\d{1,2})", "between"),
        (
            r"(?:aged?|ages)? ?(?P<n>\d{1,2}) (?:and|or) (?:over|above|older|up|upwards)(?: year old)?",
            "at_least",
        ),
        (r"(?:aged?|ages)? ?(?P<n>\d{1,2}) plus(?: year old)?", "at_least"),
        (r"(?:aged?|ages)? ?(?P<n>\d{1,2}) (?:and|or) (?:under|younger|below)(?: year old)?", "at_most"),
        (r"(?:aged? )?(?:at least|from) (?P<n>\d{1,2}) year old", "at_least"),
        (
            r"(?:aged? |who are )?(?:over|older than|above)(?: the age of| age)? (?P<n>\d{1,2})(?: s)?(?: year old| year of age)?(?! (?:day|week|month|year|hour|working|mile|case|child|kid|worker|social|%|percent))",
            "over",
        ),
        (
            r"(?:aged? |who are )?(?:under|younger than|below)(?: the age of| age)? (?P<n>\d{1,2})(?: s)?(?: year old| year of age)?(?! (?:day|week|month|year|hour|working|mile|case|child|kid|worker|social|%|percent))",
            "under",
        ),
        (r"(?:over|older than) (?P<n>\d{1,2}) year old", "over"),
        (r"(?:under|younger than) (?P<n>\d{1,2}) year old", "under"),
        (r"(?:aged?|who are|age) (?P<n>\d{1,2})(?: year old| year of age)?", "is"),
        (r"(?P<n>\d{1,2}) year old", "is"),
    )
)
_TEENS = re.compile(r"(?<!\S)(?:teenager|teenage|teen|teenaged)(?: child| kid)?(?!\S)")
_BABIES = re.compile(
    r"(?<!\S)(?:baby|infant|under 1 year of age|under 1 year old|under a year old|under 1 year)(?!\S)"
)
_ROWS = (
    re.compile(
        rf"(?<!\S)(?:just |only )?(?:the )?(?:my |our )?(first|{_NOUN}) (\d{{1,3}})(?: (?:one|row|of them))?(?!\S)(?! (?:day|week|month|year|working|hour|quarter|fortnight|mile))"
    ),
    re.compile(rf"(?<!\S)(?:just |only )?(?:the )?(?:my |our )?(\d{{1,3}}) ({_NOUN})(?!\S)"),
    re.compile(
        r"(?<!\S)(just|only|limit to|limited to|limit|max|maximum|show me|give me|list)(?: the)? (\d{1,3})(?: of them| row| result| please)?(?!\S)(?! (?:day|week|month|year|working|hour|quarter|fortnight|mile))"
    ),
    re.compile(
        r"(?<!\S)(which|what) (\d{1,2})(?= (?!day|week|month|year|working|hour|quarter|fortnight|mile|to|plus|or)[a-z].* (?:most|worst|longest|latest|oldest|newest))"
    ),
)


def find_amounts(joined: str) -> Iterator[AmountSpan]:
    """Every amount in the joined words, overlapping ones included."""
    for match in _RANGE.finditer(joined):
        unit = match[3].replace("calendar ", "")
        yield AmountSpan(
            match.start(),
            match.end(),
            Amount("time", "between", int(match[1]), int(match[2]), unit, bool(match[4])),
        )
    for pattern, compare, inside in _TIME_RULES:
        for match in pattern.finditer(joined):
            number = match["n"]
            if number == "a" and match["u"] in ("working day",) and compare == "is":
                continue
            yield AmountSpan(
                match.start(), match.end(),
                Amount("time", compare, 1 if number == "a" else int(number), unit=match["u"].replace("calendar ", ""),
                       late=bool(match["late"]), inside=inside),
            )  # fmt: skip
    for age_pattern, compare in _AGE_RULES:
        for match in age_pattern.finditer(joined):
            high = int(match["m"]) if "m" in age_pattern.groupindex else None
            yield AmountSpan(match.start(), match.end(), Amount("age", compare, int(match["n"]), high))
    for match in _TEENS.finditer(joined):
        yield AmountSpan(match.start(), match.end(), Amount("age", "between", 13, 17))
    for match in _BABIES.finditer(joined):
        yield AmountSpan(match.start(), match.end(), Amount("age", "under", 1))
    for place, rows in enumerate(_ROWS):
        for match in rows.finditer(joined):
            word, number = (match[2], match[1]) if place == 1 else (match[1], match[2])
            yield AmountSpan(match.start(), match.end(), Amount("rows", "is", int(number), order=word))


def age_filters(amount: Amount) -> dict[str, int]:
    """The age filters of the contract; raises ValueError for an impossible range."""
    low, high = amount.low, amount.high
    match amount.compare:
        case "over":
            return {"age_min": low + 1}
        case "at_least":
            return {"age_min": low}
        case "under":
            return {"age_max": low - 1}
        case "at_most":
            return {"age_max": low}
        case "between" if high is not None and low <= high:
            return {"age_min": low, "age_max": high}
        case "is":
            return {"age_min": low, "age_max": low}
    raise ValueError("impossible ages")


DAYS_IN = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}


def overdue_filters(amount: Amount) -> dict[str, int] | None:
    """The days-overdue filters of the contract; None when the unit is not counted in calendar days."""
    if amount.unit not in DAYS_IN:
        return None
    days = amount.low * DAYS_IN[amount.unit]
    match amount.compare:
        case "over":
            return {"days_overdue_min": days + 1}
        case "at_least" | "is":
            return {"days_overdue_min": days}
        case "under":
            return {"days_overdue_max": days - 1}
        case "at_most":
            return {"days_overdue_max": days}
        case "between" if amount.high is not None and amount.low <= amount.high:
            return {"days_overdue_min": days, "days_overdue_max": amount.high * DAYS_IN[amount.unit]}
    return None


def limit_words(amount: Amount) -> str:
    """The amount as timescales are written in the vocabulary: "45 working days" -> "45 working day"."""
    if amount.compare == "between" and amount.high is not None:
        return f"{amount.low} to {amount.high} {amount.unit}"
    return f"{amount.low} {amount.unit}"
