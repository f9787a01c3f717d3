"""What an extract and a statutory return have in common: dated records of children, by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

REFERRAL, ASSESSMENT, CIN_PLAN = "referral", "assessment", "child in need plan"
ENQUIRY, CP_PLAN, CP_REVIEW = "section 47 enquiry", "child protection plan", "child protection review"
EPISODE, LAC_REVIEW = "episode of care", "looked-after review"
CIN_KINDS = (REFERRAL, ASSESSMENT, CIN_PLAN, ENQUIRY, CP_PLAN, CP_REVIEW)
CARE_KINDS = (EPISODE, LAC_REVIEW)

END = "end date"
"""The value that says when a record stopped, where it did: whoever has none is still running."""


@dataclass(frozen=True)
class Record:
    """One record. child: the id in its own source.  start: its date, None where it has none that can be read.
    values: what else is compared, by name; dates in ISO form, "" = none. A name that is absent is not compared.
    """

    kind: str
    child: str
    start: date | None
    values: Mapping[str, str] = field(default_factory=dict)

    def touches(self, first: date, last: date) -> bool:
        """Whether the record ran on some day from first to last."""
        if self.start is None or self.start > last:
            return False
        end = self.values.get(END, "")
        if END not in self.values:
            return self.start >= first
        return not end or end >= first.isoformat()


@dataclass
class Return:
    """One side. children: date of birth ("" = none) by id.  also: other ids by which its children are known.
    kinds: what it holds.  first, last: the days it covers.  notes: sentences about how it was read.
    """

    name: str
    first: date
    last: date
    kinds: tuple[str, ...]
    children: dict[str, str] = field(default_factory=dict)
    also: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def year_before(last: date) -> date:
    """The first day of the year that ends on a day."""
    return date.fromordinal(_same_day(last, last.year - 1).toordinal() + 1)


def _same_day(day: date, year: int) -> date:
    return date(year, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
