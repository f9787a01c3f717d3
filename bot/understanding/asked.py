"""What a message asks, slot by slot, before it is decided what that means together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.understanding.pieces import SEPARATORS, Cut, Piece
from bot.understanding.vocabulary import Vocabulary

UNIT_LEADS = frozenset({"in", "into", "for", "at", "from", "within", "across", "inside", "over"})
BESIDE = frozenset({"with", "against", "versus", "vs", "than", "beside"})
UNIT_TAILS = frozenset({"team", "service"})
AGAINST = frozenset({"against", "versus", "vs", "v", "and", "with", "to", "or", ",", "/", "between", "than"})


@dataclass
class Asked:
    """The slots. Pieces move from `open` to `used` (piece -> what it was taken as) as they are understood."""

    cut: Cut
    used: dict[Piece, tuple[str, str]] = field(default_factory=dict)
    units: list[tuple[Piece, tuple[str, ...]]] = field(default_factory=list)
    workers: list[tuple[Piece, tuple[str, ...]]] = field(default_factory=list)
    children: list[tuple[Piece, str | None]] = field(default_factory=list)

    def names_alone(self) -> Asked:
        """A copy in which nothing but names has been understood, to be read again with one name decided."""
        used = {p: t for p, t in self.used.items() if t[0] in ("unit", "worker", "child") and p.name}
        return Asked(self.cut, used, list(self.units), list(self.workers), list(self.children))

    def use(self, piece: Piece, taken_as: str, meaning: str = "") -> None:
        self.used[piece] = (taken_as, meaning)

    def use_all(self, pieces: Iterable[Piece], taken_as: str, meaning: str = "") -> None:
        for piece in pieces:
            self.use(piece, taken_as, meaning)

    @property
    def open(self) -> list[Piece]:
        return [piece for piece in self.cut.pieces if piece not in self.used]

    def find(self, kind: str, *values: str) -> list[Piece]:
        """Open pieces with a sense of that kind (and value)."""
        return [piece for piece in self.open if piece.has(kind, *values)]

    def any(self, kind: str, *values: str) -> bool:
        return bool(self.find(kind, *values))

    def open_content(self) -> list[Piece]:
        """Open pieces that are more than fillers."""
        return [
            p
            for p in self.open
            if p.norm != ","
            and not (
                p.has("ignorable")
                or p.has("talk")
                or p.has("level")
                or p.has("every")
                or p.has("on_list")
                or p.has("point")
                or p.has("show", "show_me")
            )
        ]

    @property
    def concepts(self) -> list[Piece]:
        """Open pieces that name concepts, in order."""
        return [p for p in self.open if p.has("concept") and not self._orders(p)]

    def _orders(self, piece: Piece) -> bool:
        """ "Worst team first": an order, where "first" behind the team names no first conference."""
        if piece.norm != "first":
            return False
        before = [p for p in self.cut.pieces if p.end <= piece.first and p.norm != ","][-2:]
        behind = self.cut.after(piece)
        return behind in ("", ",") and any(p.has("rank") for p in before)


def collect(cut: Cut, vocabulary: Vocabulary, subjects_as_units: bool) -> Asked:
    """The slots that need no decision: names. `subjects_as_units`: read names that are also subjects as units."""
    asked = Asked(cut)
    plain_units = [p for p in cut.pieces if p.name and p.name.kind == "unit" and not p.name.subject]
    for piece in cut.pieces:
        span = piece.name
        if span is None:
            continue
        if span.kind == "child":
            asked.children.append((piece, span.ids[0] if span.ids else None))
            asked.use(piece, "child", span.ids[0] if span.ids else "unknown")
        elif span.kind == "worker":
            asked.workers.append((piece, span.ids))
            asked.use(piece, "worker", ", ".join(span.ids))
        elif _means_every_one(piece, cut):
            continue
        elif (
            not span.subject
            or (subjects_as_units and not piece.has("beyond"))
            or _is_unit_here(piece, cut, bool(plain_units))
        ):
            asked.units.append((piece, span.ids))
            asked.use(piece, "unit", ", ".join(span.ids))
    _numbered_siblings(asked, vocabulary)
    _all_of_a_name(asked, vocabulary)
    return asked


def _means_every_one(piece: Piece, cut: Cut) -> bool:
    """ "for all our care leavers": no name of the authority, which "ALL" and "for all" at the end are."""
    return (
        piece.norm == "all"
        and not cut.tokens[piece.first].raw.isupper()
        and cut.after(piece) not in ("", ",")
    )


def _is_unit_here(piece: Piece, cut: Cut, others: bool) -> bool:
    """Team names that are also subjects are units after in / for / at / team, else the subject (asking.md)."""
    after = cut.after(piece)
    if after in UNIT_TAILS or piece.norm.split()[-1] in UNIT_TAILS:
        return True
    before = cut.before(piece)
    of_another = any(p.name and p.name.kind == "unit" and p.end == piece.first for p in cut.pieces)
    if before in UNIT_TAILS and not of_another:
        return True
    tokens = cut.tokens[piece.first : piece.end]
    if before in ("for", "from", "over", "across", "within") and piece.has("concept") and len(tokens) > 1:
        return all(t.capital for t in tokens if len(t.low) > 3)
    if before in UNIT_LEADS:
        return True
    if before in BESIDE and any(p.has("show", "compare") for p in cut.pieces):
        return True
    return (
        others and before in AGAINST and before not in ("and", "with", "or", ",") and not piece.has("concept")
    )


def _all_of_a_name(asked: Asked, vocabulary: Vocabulary) -> None:
    """ "The four CSWTs": every team of that numbered name."""
    for piece in asked.cut.pieces:
        if piece in asked.used or piece.end - piece.first > 1:
            continue
        ids = vocabulary.numbered.get(asked.cut.tokens[piece.first].low, ())
        if len(ids) < 2:
            continue
        asked.units.extend((piece, (unit_id,)) for unit_id in ids)
        asked.use(piece, "unit", ", ".join(ids))
        asked.use_all(
            [p for p in asked.open if p.end == piece.first and p.norm == str(len(ids))], "unit", "count"
        )


def _numbered_siblings(asked: Asked, vocabulary: Vocabulary) -> None:
    """ "CSWT 1 and 2": a number behind a numbered team is its sibling."""
    pieces = asked.cut.pieces
    for piece, _ in list(asked.units):
        if not piece.name or not piece.name.stem or piece.name.ids == ():
            continue
        place = pieces.index(piece) + 1
        while place + 1 < len(pieces) and pieces[place].norm in (
            "and",
            ",",
            "/",
            "versus",
            "vs",
            "v",
            "against",
            "or",
            "with",
        ):
            number = pieces[place + 1]
            if number.norm in ("and", ","):
                place += 1
                continue
            ids = vocabulary.unit_names.get((*piece.name.stem, number.norm))
            if not number.norm.isdigit() or not ids:
                break
            asked.units.append((number, ids))
            asked.use(number, "unit", ids[0])
            place += 2


def segments_of(asked: Asked, concepts: list[Piece]) -> list[list[Piece]]:
    """The concept pieces between the separators of the message."""
    out: list[list[Piece]] = [[]]
    for piece in asked.cut.pieces:
        if piece in concepts:
            out[-1].append(piece)
        elif piece.norm in SEPARATORS or (piece.has("follow", "and") and piece.norm != "now"):
            out.append([])
    return [segment for segment in out if segment]
