"""Two sides compared: children by id, records of a child by kind and date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from kpi_engine.reconcile.records import END, Record, Return

NEAR_DAYS = 31
"""Two records of one kind that begin within so many days of each other are one record with two dates."""


@dataclass(frozen=True)
class Difference:
    """One difference. kind: in words, without a child.  child_id: our id where the child is matched, else the
    return's.  start: the record's date.  ours, theirs: what each side says ("" = nothing)."""

    kind: str
    child_id: str
    start: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Reconciliation:
    """What came of it. matched: children by the id that matched them.  unmatched: children of the return that the
    extract does not know.  compared: records of the return that were compared, by kind."""

    name: str
    first: date
    last: date
    children: int
    matched: dict[str, int]
    compared: dict[str, int]
    differences: list[Difference]
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Differences by kind, the most frequent first."""
        found = Counter(one.kind for one in self.differences)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def compare(theirs: Return, ours: Return) -> Reconciliation:
    """The differences between a return and the extract, over the days both cover."""
    first, last = theirs.first, min(theirs.last, ours.last)
    known, matched = _matched(theirs, ours)
    mine, yours = _by_child(ours), _by_child(theirs)
    found: list[Difference] = []
    compared: Counter[str] = Counter()
    for child in theirs.children:
        if child not in known:
            found.append(Difference("child only in the return", child, "", "", ""))
            continue
        born = ours.children[known[child]]
        if theirs.children[child] and born != theirs.children[child]:
            found.append(Difference("date of birth differs", known[child], "", born, theirs.children[child]))
        for kind in ours.kinds:
            told = yours.pop((child, kind), [])
            compared[kind] += sum(one.touches(first, last) for one in told)
            found += _records(kind, known[child], mine.pop((known[child], kind), []), told, (first, last))
    others = {child for (child, _), told in mine.items() if any(one.touches(first, last) for one in told)}
    others -= set(known.values())
    found += [Difference("child only in the extract", child, "", "", "") for child in sorted(others)]
    found.sort(key=lambda d: (d.kind, d.child_id, d.start))
    notes = [*theirs.notes, *ours.notes]
    return Reconciliation(
        theirs.name, first, last, len(theirs.children), matched, dict(compared), found, notes
    )


def _matched(theirs: Return, ours: Return) -> tuple[dict[str, str], dict[str, int]]:
    """Our id of each child of the return: pers_person_id, else pers_legacy_id (an id of one source is never guessed
    from another's); and how many were matched by each."""
    known: dict[str, str] = {}
    matched = {"pers_person_id": 0, "pers_legacy_id": 0}
    for child in theirs.children:
        if child in ours.children:
            known[child] = child
            matched["pers_person_id"] += 1
        elif child in ours.also:
            known[child] = ours.also[child]
            matched["pers_legacy_id"] += 1
    return known, matched


def _by_child(side: Return) -> dict[tuple[str, str], list[Record]]:
    out: dict[tuple[str, str], list[Record]] = {}
    for record in side.records:
        out.setdefault((record.child, record.kind), []).append(record)
    return out


def _records(
    kind: str, child: str, ours: list[Record], theirs: list[Record], span: tuple[date, date]
) -> Iterator[Difference]:
    """The records of one child and kind: first those of the same day, then those of nearly the same day.

    A pair counts if either side of it touches the days compared: a record that ended before them on one side and not
    on the other is one record with two ends.
    """
    pairs = [*_paired(ours, theirs, 0), *_paired(ours, theirs, NEAR_DAYS)]
    for mine, yours in pairs:
        if not (mine.touches(*span) or yours.touches(*span)):
            continue
        if mine.start != yours.start:
            yield Difference(f"{kind}: date differs", child, _day(yours), _day(mine), _day(yours))
        for name in sorted(mine.values.keys() & yours.values.keys()):
            said = [_until(name, side.values[name], span[1]) for side in (mine, yours)]
            if said[0] != said[1]:
                yield Difference(f"{kind}: {name} differs", child, _day(yours), *said)
    for mine in ours:
        if mine.touches(*span):
            yield Difference(f"{kind} only in the extract", child, _day(mine), _day(mine), "")
    for yours in theirs:
        if yours.start is None:
            yield Difference(f"{kind} without a date in the return", child, "", "", "")
        elif yours.touches(*span):
            yield Difference(f"{kind} only in the return", child, _day(yours), "", _day(yours))


def _paired(ours: list[Record], theirs: list[Record], within: int) -> Iterator[tuple[Record, Record]]:
    """Pairs taken out of both lists, the nearest first."""
    gaps = sorted(
        (abs((mine.start - yours.start).days), a, b)
        for a, mine in enumerate(ours)
        for b, yours in enumerate(theirs)
        if mine.start is not None and yours.start is not None
    )
    used: tuple[set[int], set[int]] = (set(), set())
    out = []
    for gap, a, b in gaps:
        if gap <= within and a not in used[0] and b not in used[1]:
            used[0].add(a)
            used[1].add(b)
            out.append((ours[a], theirs[b]))
    ours[:] = [one for place, one in enumerate(ours) if place not in used[0]]
    theirs[:] = [one for place, one in enumerate(theirs) if place not in used[1]]
    yield from out


def _until(name: str, value: str, last: date) -> str:
    """An end after the days compared has not happened yet on either side."""
    return "" if name in (END, "conference date") and value > last.isoformat() else value


def _day(record: Record) -> str:
    return record.start.isoformat() if record.start else ""
