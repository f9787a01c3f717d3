"""Named figures that an answer carries beside its number (forecast, benchmark, signals), as label and value.

The engine names them in `MeasureAnswer.extra`; the words here follow from the name, so that a new figure
needs no change in the bot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.wording.phrases import amount, of
from bot.wording.plain import iso_day, number
from kpi_engine.answer import MeasureAnswer
from kpi_engine.measure import Measure

_LABELS = {"low": "lowest", "high": "highest", "value": "expected"}
_NAMES = {"england": "England", "london": "London", "ofsted": "Ofsted"}


def label(name: str) -> str:
    """ "statistical_neighbours" -> "Statistical neighbours"; "england" -> "England"."""
    if name in _NAMES:
        return _NAMES[name]
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def worth(value: Any, measure: Measure) -> str:
    """A figure in words: numbers with the measure's unit, dates as days, text as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return amount(float(value), measure)
    if isinstance(value, str):
        return iso_day(value) if _is_date(value) else value
    if isinstance(value, Mapping):
        return ", ".join(
            f"{_LABELS.get(str(k), str(k).replace('_', ' '))} {_plain(k, v, measure)}"
            for k, v in value.items()
            if v is not None
        )
    return ""


def _plain(key: Any, value: Any, measure: Measure) -> str:
    """A year is a year, not a count of 2,024."""
    return (
        number(value).replace(",", "") if key == "year" and isinstance(value, int) else worth(value, measure)
    )


def facts(a: MeasureAnswer) -> list[tuple[str, str]]:
    """The single figures in `extra`, labelled; series are left to `series`."""
    measure = of(a.measure)
    out = []
    for name, value in a.extra.items():
        if value is None or _is_series(value):
            continue
        text = _plain(name, value, measure)
        if text:
            out.append((label(name), text))
    return out


def series(a: MeasureAnswer) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """The series in `extra` (a forecast's weeks): lists of mappings, each with a `date` or a `name`."""
    return [(label(name), value) for name, value in a.extra.items() if _is_series(value)]


def grid(found: Sequence[Mapping[str, Any]], measure: Measure) -> tuple[list[str], list[list[str]]]:
    """A series as a table: headings and cells, the date or name first, a column for every other figure."""
    names = [n for n in dict.fromkeys(k for row in found for k in row) if n not in ("date", "name", "id")]
    names = [n for n in names if any(row.get(n) is not None for row in found)]
    near = next((date.fromisoformat(row["date"]) for row in found if row.get("date")), None)
    cells = []
    for row in found:
        first = iso_day(row["date"], near) if row.get("date") else str(row.get("name") or "")
        cells.append(
            [first, *(worth(row[n], measure) if row.get(n) is not None else "no data" for n in names)]
        )
    return ["To" if any(row.get("date") for row in found) else "", *(_heading(n) for n in names)], cells


def _heading(name: str) -> str:
    words = _LABELS.get(name, name.replace("_", " "))
    return words[:1].upper() + words[1:]


def extra_lines(a: MeasureAnswer) -> list[str]:
    """Everything in `extra`, one line each."""
    measure = of(a.measure)
    out = [f"{name}: {value.rstrip('.')}." for name, value in facts(a)]
    for name, found in series(a):
        out.append(f"{name}:")
        headings, cells = grid(found, measure)
        for first, *rest in cells:
            named = [_with_heading(h, cell) for h, cell in zip(headings[1:], rest, strict=True)]
            out.append(f"- {first}: {', '.join(named)}")
    return out


def _with_heading(heading: str, cell: str) -> str:
    """ "expected 237.8", but "79.7%" alone: a percentage needs no word for it, and "no data" says it all."""
    return cell if heading in ("Percent", "Rate") else f"{heading.lower()} {cell}"


def _is_series(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _is_date(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
