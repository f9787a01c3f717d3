"""The aspect: overdue, late, in time, a share, due, done, not done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.naming import Naming
from bot.understanding.pieces import Piece
from bot.understanding.subjects import (
    is_share,
)

DATES = frozenset({"date", "due date", "deadline", "timescale", "limit", "target date"})
WAITING = frozenset(
    {"wait for", "waiting for", "still waiting for", "awaiting", "yet to", "still need", "without"}
)
"""Beside "overdue" these say the same once more."""
WAITING_FOR = WAITING - {"without", "yet to"}
"""Waiting for a placement is no placement that fails its measure."""
FALLING = frozenset({"fall", "falls", "falling", "land", "lands", "landing"})
PAST_TENSE = frozenset({"was", "were", "did", "had", "been", "fell"})


PICKING = frozenset(
    [
        "which",
        "who",
        "whose",
        "what",
        "list",
        "how",
        "many",
        "number",
        "count",
        "percentage",
        "share",
        "rate",
        "%",
    ]
)
"""A "not" behind one of these says which are wanted."""


class AspectReading(Naming):
    """Reads how the subject is asked about."""

    def _read_aspects(self) -> None:
        asked, aspects = self.asked, self.aspects
        found = {value: asked.find("aspect", value) for value in (
            "overdue", "late", "in_time", "up_to_date", "rate", "performance", "due", "done",
        )}  # fmt: skip
        if self.named and all(n.subject.is_clock for n in self.named):
            found["due"] += self._falls_in()
        negated = asked.find("negation", "not")
        if not found["overdue"] and not found["late"]:
            found["overdue"] = self._past_its_date()
        if negated and found["in_time"]:
            found["late"] = found.pop("in_time")
            found["in_time"] = []
            asked.use_all(negated, "aspect", "late")
            negated = []
        if negated and found["up_to_date"]:
            found["overdue"] += found["up_to_date"]
            found["up_to_date"] = []
            asked.use_all(negated, "aspect", "overdue")
            negated = []
        if (
            negated
            and self.named
            and all(n.subject.is_clock for n in self.named)
            and not found["overdue"]
            and not found["late"]
        ):
            if found["done"] or self._negates_subject(negated):
                if not any(n.subject.negated for n in self.named):
                    found["overdue"] += found["done"]
                    found["done"] = []
                    aspects.name, aspects.said = "overdue", negated[0].text
                asked.use_all(negated, "aspect", "overdue")
                self.negated = True
                negated = []
        elif (found["overdue"] or found["late"] or self._of_unallocated()) and self._denies_any(negated):
            asked.use_all(negated, "ignorable")  # the number answers, whether there are any or none
            negated = []
        elif negated and (found["overdue"] or found["late"]) and all(p.norm in WAITING for p in negated):
            asked.use_all(negated, "aspect", "overdue")
            negated = []
        elif (
            negated
            and self.named
            and is_share(s for n in self.named for s in n.subject.plain)
            and all(n.subject.plain for n in self.named)
            and not all(p.norm in WAITING_FOR for p in negated)
        ):
            asked.use_all(negated, "aspect", "not met")
            self.negated = True
        order = ("late", "overdue", "in_time", "rate", "up_to_date", "performance", "due", "done")
        names = {"up_to_date": "weak", "performance": "weak"}
        if not aspects.name:
            for value in order:
                if found[value]:
                    aspects.name = names.get(value, value)
                    aspects.said = found[value][0].text
                    break
        worst = [
            p for p in asked.find("rank") if "overdue" in p.norm or {"late", "behind"} & set(p.norm.split())
        ]
        if not aspects.name and (
            worst or any(amount.late or "overdue" in amount.order for _, amount in self.amounts)
        ):
            aspects.name, aspects.said = "overdue", "overdue"
        self.rate_said = bool(found["rate"])
        if found["late"] and found["overdue"] and not self._past():
            aspects.name = "overdue"
        self.late_and_rate = bool(found["rate"]) and bool(found["late"] or found["overdue"])
        self.found_aspects = found
        for value, pieces in found.items():
            for piece in pieces:
                if value == "due" and aspects.name not in ("due",) and not (self.when and self.when.ahead):
                    pass
                asked.use(piece, "aspect", value)
        if aspects.name:
            self.draft.said.add("aspect")

    def _of_unallocated(self) -> bool:
        slugs = [s for n in self.named for s in n.subject.plain]
        return bool(slugs) and all(s.endswith(("_unallocated", "_over_standard")) for s in slugs)

    def _denies_any(self, negated: Sequence[Piece]) -> bool:
        """ "Skylakes have not got any overdue assessments", "no visits are late": a claim to be checked. Asked of
        teams or workers it would pick those without."""
        norms = self.norms
        picks = PICKING & set(norms)
        return (
            len(negated) == 1
            and not picks
            and (
                "any" in norms[negated[0].end :][:1]
                or (negated[0].first == 0 and negated[0].norm in ("no", "nobody", "none"))
            )
        )

    def _past_its_date(self) -> list[Piece]:
        """ "past their CIN review date": the words stand apart."""
        pieces = self.asked.open
        past = next((p for p in pieces if p.norm in ("past", "beyond", "gone past") and p.when is None), None)
        date = next((p for p in pieces if p.norm in DATES and past and p.first > past.first), None)
        return [past, date] if past and date else []

    def _falls_in(self) -> list[Piece]:
        """ "How many reviews fall in December": falling due, when the time stands directly behind."""
        if PAST_TENSE & set(self.norms):
            return []  # "did it fall in October" asks for a movement
        return [
            p for p, behind in pairwise(self.asked.cut.pieces)
            if p.norm in FALLING and behind.when is not None
        ]  # fmt: skip

    def _negates_subject(self, negated: Sequence[Piece]) -> bool:
        """ "not had a visit", "without a review": a duty not done."""
        first = negated[0].first
        return any(p.first > first for p, (taken, _) in self.asked.used.items() if taken == "measure")

    def _past(self) -> bool:
        when = self.when
        if when is None or when.past is None or when.now or when.ahead or when.since_last_week:
            return False
        if when.current and "week" in self.when_text and when.past.last == self.env.as_at:
            return bool(PAST_TENSE & set(self.norms))
        return True
