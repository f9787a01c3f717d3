"""The subject: which concepts were named, and what they name together."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.amounts import limit_words
from bot.understanding.asked import segments_of
from bot.understanding.draft import Walk
from bot.understanding.pieces import Piece
from bot.understanding.subjects import (
    CASE_TYPES,
    POPULATIONS,
    Named,
    best_subject,
    limits_of,
    nearly,
    several,
)
from bot.understanding.times import When, side_by_side
from kpi_engine.vocabulary import Subject, words

HELD = frozenset({"allocated", "allocated to", "assigned", "assigned to", "held by", "picked up"})


LASTING = frozenset({"lasting", "lasted", "last", "staying", "time open", "taking", "stay"})
OFTEN = {
    "monthly": "month",
    "every month": "month",
    "each month": "month",
    "yearly": "year",
    "annually": "year",
    "every year": "year",
}
COMPARING = frozenset(
    {
        "against",
        "versus",
        "vs",
        "v",
        "than",
        "compare",
        "compares",
        "compared",
        "comparing",
        "comparison",
        "or",
    }
)
"""Beside two periods: they are to be held against each other."""
EVERY = {"weekly": "week", "monthly": "month", "daily": "day"}


OWN_LIMITS = {
    "45 day": "assessment", "45 working day": "assessment", "26 week": "proceedings", "14 week": "pre_proceedings",
    "12 to 14 week": "pre_proceedings", "15 working day": "icpc", "15 day": "icpc", "72 hour": "rhi",
}  # fmt: skip
"""Timescales that one duty alone has, and that people say instead of its name."""


def subject_named(name: str) -> Subject:
    """A subject of the vocabulary by its name."""
    return words().subjects[name]


class Naming(Walk):
    """Reads time words and the subject."""

    def _times(self) -> None:
        for piece in self.asked.cut.pieces:
            if piece in self.asked.used and piece.when is not None:
                continue  # taken back: "September, not October"
            if piece.when is not None:
                if self.when is None or (self.when.now and not piece.when.now):
                    self.when, self.when_text = piece.when, piece.norm
                    self.asked.use(piece, "time", piece.norm)
                elif piece.when.now or piece.when.since_last_week:
                    self.asked.use(piece, "time", piece.norm)
                elif self.when.since_last_week:
                    self.when, self.when_text = piece.when, piece.norm
                    self.asked.use(piece, "time", piece.norm)
                else:
                    self._two_periods(piece, piece.when)
            elif piece.amount is not None:
                self.amounts.append((piece, piece.amount))

    def _two_periods(self, piece: Piece, when: When) -> None:
        """ "October against September", "this month vs last month": both, the one beside the other."""
        both = side_by_side(self.when, when) if self.when is not None else None
        if both is not None and COMPARING & set(self.norms):
            self.when, self.when_text = both, f"{self.when_text} {piece.norm}"
            self.asked.use(piece, "time", piece.norm)

    def _name_subject(self) -> None:
        asked = self.asked
        self._of_that_placement()
        pieces = [*asked.concepts, *self._nobody_allocated()]
        said = frozenset(p.value("concept") for p in asked.concepts)
        implied = self._limited(said) - said
        if asked.children:
            asked.use_all([p for p in pieces if p.value("concept") == "child"], "child")
            pieces = asked.concepts
        if not pieces and not implied:
            return
        optional = frozenset(
            p.value("concept")
            for p in pieces
            if len({s.kind for s in p.senses} - {"concept", "term", "beyond"}) > 0
        )
        if "duration" in {p.value("concept") for p in pieces}:
            pieces = self._runs_over(pieces)
        unheld = [p for p in pieces if not p.has("concept")]
        pieces = [p for p in pieces if p.has("concept")]
        everything = frozenset(p.value("concept") for p in pieces) | implied
        if unheld and pieces:
            everything |= {"unallocated"}
        firm = everything - optional
        if "allocated" in everything and self._asks_whether_all():
            everything = everything - {"allocated"} | {"unallocated"}
            firm = everything - optional
        if (
            "plan" in everything
            and not everything & POPULATIONS
            and (self._abuse_category() or self._on_or_off_a_plan())
        ):
            everything, firm = everything | {"cp"}, firm | {"cp"}
        groups = [g for g in segments_of(asked, pieces) if any(p.value("concept") != "child" for p in g)]
        one = best_subject(everything, optional) if everything else None
        found: list[Named] = [one] if one else []
        if len(groups) > 1:
            bags = [frozenset(p.value("concept") for p in g) for g in groups]
            listed = several(bags, optional, self._counted(groups))
            if listed is not None and self._is_list(listed, one, groups):
                found = listed
        if not found and firm:
            found = []
        if not found and len(everything) > 1:
            with_case = self._with_case_type(everything, optional)
            found = [with_case] if with_case else []
        if not found:
            near = nearly(everything)
            if near is not None:
                found = [near]
        if not found:
            return
        used = frozenset().union(*(n.used for n in found))
        if "conference" in used:
            used |= {"icpc", "rcpc"}
        self.named = found
        for piece in pieces:
            if piece.value("concept") in used or (
                piece.value("concept") == "allocated" and "unallocated" in used
            ):
                asked.use(piece, "measure", piece.value("concept"))
        if "unallocated" in used:
            asked.use_all(unheld, "measure", "unallocated")
        self._own_rhythm()
        self._how_regularly()

    def _of_that_placement(self) -> None:
        """ "LAC in U1 placements": the word belongs to the code before it, and is no measure of placements."""
        for piece in self.asked.find("concept", "placement"):
            before = next((p for p in self.asked.open if p.end == piece.first), None)
            if before is not None and before.value("filter").startswith("placement_type="):
                self.asked.use(piece, "filter", before.value("filter"))

    def _how_regularly(self) -> None:
        """ "Supervised monthly", "visited every 10 working days": as often as the subject's timescale asks."""
        limits = {limit for n in self.named for limit in limits_of(n.subject)}
        for piece in self.asked.open:
            unit = OFTEN.get(piece.norm)
            before = [p for p in self.asked.used if p.end == piece.first]
            named = any(self.asked.used[p][0] == "measure" for p in before)
            if unit and named and f"1 {unit}" in limits:
                self.asked.use(piece, "aspect", "in time")
                self.aspects.name, self.aspects.said = "in_time", piece.text

    def _runs_over(self, pieces: list[Piece]) -> list[Piece]:
        """ "Lasting beyond 26 weeks": those that run over, not how long they last on average."""
        over = any(a.what == "time" and a.compare in ("over", "at_least") for _, a in self.amounts)
        verbs = [p for p in pieces if p.norm in LASTING]
        if not over or not verbs:
            return pieces
        self.asked.use_all(verbs, "ignorable")
        return [p for p in pieces if p not in verbs]

    def _own_rhythm(self) -> None:
        """ "Six weekly visits", "ten day visits": the subject's own timescale says nothing new about it."""
        limits = {limit for n in self.named for limit in limits_of(n.subject)}
        tokens = self.asked.cut.tokens
        for first, token in enumerate(tokens[:-1]):
            if not token.norm.isdigit():
                continue
            end = first + (3 if tokens[first + 1].norm == "working" and first + 2 < len(tokens) else 2)
            unit = " ".join(EVERY.get(t.norm, t.norm) for t in tokens[first + 1 : end])
            following = next((p for p in self.asked.cut.pieces if p.first == end), None)
            about = following is not None and self.asked.used.get(following, ("",))[0] == "measure"
            if about and f"{token.norm} {unit}" in limits:
                inside = [p for p in self.asked.open if first <= p.first and p.end <= end]
                self.asked.use_all(inside, "measure", "its own timescale")
                self.amounts = [(p, a) for p, a in self.amounts if p not in inside]

    def _nobody_allocated(self) -> list[Piece]:
        """ "has nobody been allocated to": the words stand apart, and mean unallocated, not overdue."""
        held = [p for p in self.asked.open if p.norm in HELD]
        negated = [p for p in self.asked.find("negation", "not") if held and p.first < held[0].first]
        return [*negated, *held] if negated else []

    def _counted(self, groups: Sequence[Sequence[Piece]]) -> frozenset[int]:
        """The groups that a "number of" of their own introduces."""
        counts = [
            n for n, norm in enumerate(self.norms) if norm in ("number", "many", "count", "total", "figure")
        ]
        out = set()
        for place in range(1, len(groups)):
            before, here = groups[place - 1][-1].end, groups[place][0].first
            if any(before <= first < here for first in counts):
                out.add(place)
        return frozenset(out)

    def _limited(self, concepts: frozenset[str]) -> frozenset[str]:
        """What a timescale said without its subject is about: "the 45 days", "26 week rule"."""
        if self.asked.any("aspect", "due"):
            return concepts
        for _, amount in self.amounts:
            implied = (
                OWN_LIMITS.get(limit_words(amount)) if amount.what == "time" and not amount.late else None
            )
            if implied is None or implied in concepts:
                continue
            named = best_subject(concepts | {implied})
            plain = best_subject(concepts) if concepts else None
            if (
                named is not None
                and limit_words(amount) in limits_of(named.subject)
                and (plain is None or (not plain.subject.is_clock and "from_referral" in concepts))
            ):
                return concepts | {implied}
        return concepts

    def _asks_whether_all(self) -> bool:
        """ "Are all our CP children allocated?" asks for those who are not."""
        whole = [
            n
            for n, word in enumerate(self.norms)
            if word in ("all", "every", "everyone", "everybody", "each")
        ]
        return bool(whole) and any(word in ("are", "is", "have", "has") for word in self.norms[: whole[0]])

    def _abuse_category(self) -> bool:
        """A category of abuse was said, so that "plans" are child protection plans."""
        return any(
            s.kind == "filter" and s.value.startswith("category=") and not s.value[-1].isdigit()
            for p in self.asked.cut.pieces
            for s in p.senses
        )

    def _on_or_off_a_plan(self) -> bool:
        """ "came off a plan", "gone on plans": on a plan is on a child protection plan (asking.md, Umbrella)."""
        for piece in self.asked.cut.pieces:
            if piece.has("show", "changes") and piece.norm.split()[-1] in ("on", "off", "onto", "left"):
                after = [
                    p for p in self.asked.cut.pieces if p.first >= piece.end and p.norm not in ("a", "the")
                ]
                if after and after[0].has("concept", "plan"):
                    return True
        return False

    def _is_list(self, listed: Sequence[Named], one: Named | None, groups: Sequence[Sequence[Piece]]) -> bool:
        """Whether "and" joins subjects and is no part of one ("contacts and referrals" is no conversion)."""
        names = {n.subject.name for n in listed}
        if len(names) == 1:
            return one is None
        if one is None:
            return True
        concepts = [frozenset(p.value("concept") for p in g) for g in groups]
        if any(c <= {"child", "open"} or c == {"from_referral"} for c in concepts):
            return False  # "pre-proceedings, how many cases are open": no subject of its own
        if all(best_subject(c) is not None for c in concepts):
            return True
        return len(names) > 1 and one.subject.name not in names

    def _with_case_type(self, concepts: frozenset[str], optional: frozenset[str]) -> Named | None:
        """A subject of children narrowed to one case type ("assessments of LAC")."""
        for population, code in CASE_TYPES.items():
            if population in concepts:
                named = best_subject(concepts - {population}, optional)
                if named is None:
                    named = best_subject(concepts - {population, "child"}, optional)
                if named is not None and named.subject.case_type:
                    self.draft.filters["case_type"] = code
                    self.draft.said.add("filters")
                    return Named(named.subject, named.used | {population, "child"}, named.left)
        return None
