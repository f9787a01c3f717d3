"""The published tables as they may leave the service: 1 to 5 withheld, and what would give one away (rights.md 10).

A withheld number is "c", as in the published files. Of parts that add up to a shown whole, a single small part would
follow by subtraction: the next smallest is withheld with it, until what is hidden adds up to more than 5, and
to more than so many parts of 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SMALL = 5
WITHHELD = "c"
COLUMNS = ("table", "title", "row", "number", "percent", "our_measure", "our_value", "our_of", "differs")
IN_TIME_LIMITS = {"C2": "41-45_days", "C4": "Duration_11-15_days"}
"""The last band that counts as in time."""


def is_small(number: int) -> bool:
    return 0 < number <= SMALL


def withheld_parts(parts: Mapping[str, int]) -> frozenset[str]:
    """Which parts of a shown whole are withheld."""
    out = {name for name, number in parts.items() if is_small(number)}
    rest = sorted((number, name) for name, number in parts.items() if number > SMALL)
    while out and _follows([parts[name] for name in out]) and rest:
        out.add(rest.pop(0)[1])
    return frozenset(out)


def _follows(hidden: list[int]) -> bool:
    """Whether a small part follows from what all hidden ones add up to: it is small, or each of them can only be 1."""
    return sum(hidden) <= SMALL or sum(hidden) == len(hidden)


def published(figures: Mapping[str, Any]) -> dict[str, Any]:
    """`dfe_figures` with its small numbers withheld."""
    tables = {name: _table(name, told) for name, told in figures["tables"].items()}
    year_end = {name: _foretold(one) for name, one in figures["year_end"].items()}
    return {**figures, "tables": tables, "year_end": year_end}


def _foretold(one: Any) -> Any:
    """A forecast without its small numbers; nothing of it where it rests on few."""
    if not isinstance(one, Mapping):
        return one
    if is_small(one.get("of", 0)):
        return {"withheld": WITHHELD}
    return {key: WITHHELD if isinstance(n, int) and is_small(n) else n for key, n in one.items()}


def _table(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    if "no_data" in told:
        return dict(told)
    if "bands" in told:
        return _banded(name, told)
    if "met" in told:
        return _share(told)
    return _counts(told)


def _banded(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    bands: dict[str, int] = told["bands"]
    names = list(bands)
    groups = [names]
    if name in IN_TIME_LIMITS:
        cut = names.index(IN_TIME_LIMITS[name]) + 1
        groups = [names[:cut], names[cut:]]
    hidden: set[str] = set()
    exposed = is_small(told["of"])
    for group in groups:
        mine = withheld_parts({one: bands[one] for one in group})
        hidden |= mine
        exposed |= bool(mine) and sum(bands[one] for one in mine) <= SMALL
    out = dict(told) | {"bands": _hide(bands, hidden)}
    if "percents" in told:
        out["percents"] = _hide(told["percents"], hidden)
    if exposed:
        out |= {key: WITHHELD for key in ("in_time", "percent", "of") if key in told}
        out["bands"] = _hide(bands, names)
        if "percents" in told:
            out["percents"] = _hide(told["percents"], names)
        out |= _ours(told)
    return out


def _share(told: Mapping[str, Any]) -> dict[str, Any]:
    of, met = told["of"], told["met"]
    if not (is_small(of) or is_small(met) or is_small(of - met)):
        return dict(told)
    out = dict(told) | {"met": WITHHELD, "percent": WITHHELD} | _ours(told)
    return out | ({"of": WITHHELD} if is_small(of) else {})


def _counts(told: Mapping[str, Any]) -> dict[str, Any]:
    small = {key for key, value in told.items() if isinstance(value, int) and is_small(value)}
    out = dict(told) | dict.fromkeys(small, WITHHELD)
    for key in small:
        if f"{key}_percent" in told:
            out[f"{key}_percent"] = WITHHELD
    return out | (_ours(told) if small else {})


def _ours(told: Mapping[str, Any]) -> dict[str, Any]:
    """Our own number stands so near the table's that it would give it away."""
    return {"ours": dict(told["ours"]) | {"value": WITHHELD, "of": WITHHELD}} if "ours" in told else {}


def _hide(numbers: Mapping[str, Any], hidden: Iterable[str]) -> dict[str, Any]:
    gone = set(hidden)
    return {name: WITHHELD if name in gone else number for name, number in numbers.items()}


def lines(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One line for each number of each table, in the columns of COLUMNS; the first of a table bears our own number."""
    out: list[dict[str, Any]] = []
    for name, told in figures["tables"].items():
        rows = _rows(told)
        ours = told.get("ours") or {}
        for place, (row, number, percent) in enumerate(rows):
            beside = ours if not place else {}
            out.append({
                "table": name, "title": told["title"], "row": row, "number": number, "percent": percent,
                "our_measure": beside.get("measure"), "our_value": beside.get("value"), "our_of": beside.get("of"),
                "differs": beside.get("differs"),
            })  # fmt: skip
    return out


def _rows(told: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    if "no_data" in told:
        return [(told["no_data"], None, None)]
    if "bands" in told:
        percents = told.get("percents") or {}
        rows = [(band, number, percents.get(band)) for band, number in told["bands"].items()]
        whole = [("all", told["of"], None)]
        return [
            *whole,
            *([("in_time", told["in_time"], told["percent"])] if "in_time" in told else []),
            *rows,
        ]
    if "met" in told:
        return [("all", told["of"], None), ("met", told["met"], told["percent"])]
    numbers = [key for key in told if key not in ("title", "ours") and not key.endswith("_percent")]
    return [(key, told[key], told.get(f"{key}_percent")) for key in numbers]
