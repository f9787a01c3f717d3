"""Filters, limits and days overdue: what narrows a question down."""

from __future__ import annotations

from bot.understanding.amounts import Amount, age_filters, overdue_filters
from bot.understanding.naming import subject_named
from bot.understanding.pieces import Piece
from bot.understanding.showing import Showing
from bot.understanding.subjects import Named, falls_due
from bot.understanding.times import When, ahead_by, back_by
from kpi_engine.measures import in_catalogue_order
from kpi_engine.question import Order


class Narrowing(Showing):
    """Reads filters and what is left of numbers."""

    def _filters(self) -> None:
        asked, draft = self.asked, self.draft
        for piece in asked.find("filter"):
            name, _, code = piece.value("filter").partition("=")
            if name in draft.filters:
                if draft.filters[name] == code:
                    asked.use(piece, "filter", piece.value("filter"))
                continue
            if not self.named and not asked.find("every") and draft.show in ("explain",):
                continue
            draft.filters[name] = code
            asked.use_all(
                [p for p in asked.open if p.norm in ("under", "under a", "under an")], "filter", name
            )
            draft.said.add("filters")
            asked.use(piece, "filter", piece.value("filter"))
            for label in asked.find("filter_label"):
                asked.use(label, "filter", label.norm)
        for piece, amount in self.amounts:
            if amount.what == "age":
                try:
                    wanted = age_filters(amount)
                except ValueError:
                    continue
                if any(n.subject.family in ("workforce",) for n in self.named):
                    self._over_standard(piece, amount)
                    continue
                draft.filters.update(wanted)
                draft.said.add("filters")
                asked.use(piece, "filter", ", ".join(wanted))
            elif amount.what == "rows":
                self._limit(piece, amount)
        if (
            "category" in draft.filters
            and not self.named
            and any(p.has("concept", "plan") for p in asked.cut.pieces)
        ):
            self.named = [Named(subject_named("cp"), frozenset({"plan"}), frozenset())]
        if "category" in draft.filters and [n.subject.name for n in self.named] == ["plans"]:
            self.named = [Named(subject_named("cp"), self.named[0].used, frozenset())]
        if (
            "category" in draft.filters
            and not str(draft.filters["category"])[-1].isdigit()
            and [n.subject.name for n in self.named] == ["children"]
        ):
            self.named = [Named(subject_named("cp"), self.named[0].used, frozenset())]
        if ("legal_status" in draft.filters or "placement_type" in draft.filters) and [
            n.subject.name for n in self.named
        ] in (["children"], []):
            self.named = [
                Named(subject_named("lac"), self.named[0].used if self.named else frozenset(), frozenset())
            ]

    def _over_standard(self, piece: Piece, amount: Amount) -> None:
        """ "Whose caseload is over 18?": the number is the standard itself."""
        wanted = subject_named("caseloads_over_standard")
        about_caseloads = all(n.subject.name in ("caseloads", "caseload_average") for n in self.named)
        if about_caseloads and amount.compare == "over" and str(amount.low) in wanted.limits:
            self.named = [Named(wanted, self.named[0].used, frozenset())]
            self.asked.use(piece, "measure", "over the standard")

    def _limit(self, piece: Piece, amount: Amount) -> None:
        draft = self.draft
        orders: dict[str, Order] = {
            "worst": "worst",
            "most overdue": "worst",
            "longest overdue": "worst",
            "longest": "worst",
            "oldest": "oldest",
            "newest": "newest",
            "most recent": "newest",
            "best": "best",
            "top": "worst",
            "highest": "worst",
            "latest": "worst",
            "bottom": "best",
            "lowest": "best",
            "first": "worst",
            "longest outstanding": "worst",
            "most late": "worst",
        }
        draft.limit = amount.low
        draft.order = orders.get(amount.order)
        self.limit_word = amount.order
        draft.said.update({"limit", "order"} if draft.order else {"limit"})
        self.asked.use(piece, "limit", str(amount.low))
        if draft.show == "headline" and not self.shows["count"]:
            draft.show = "compare" if self.by_pieces["team"] or self.by_pieces["worker"] else "list"

    def _amounts(self) -> None:
        """What is left of numbers: days overdue, periods ahead or back."""
        asked, draft = self.asked, self.draft
        if draft.show == "trend" and self.when is None:
            for piece in asked.find("concept", "two_years"):  # "over two years" of a trend is its period
                self.when = When(past=back_by(self.env.as_at, 2, "year"))
                self.when_text = piece.norm
                asked.use(piece, "time", piece.norm)
        for piece, amount in self.amounts:
            if piece in asked.used or amount.what != "time":
                continue
            if amount.unit in ("day", "week", "month", "quarter", "fortnight") and self.when is None:
                if draft.show in ("coming_up", "forecast") and amount.compare in (
                    "at_most",
                    "is",
                    "under",
                    "over",
                ):
                    self.when = When(coming=ahead_by(self.env.as_at, amount.low, amount.unit), ahead=True)
                    asked.use(piece, "time", piece.norm)
                    continue
                if draft.show == "trend" and amount.compare in ("over", "is", "at_most"):
                    self.when = When(past=back_by(self.env.as_at, amount.low, amount.unit))
                    self.when_text = piece.norm
                    asked.use(piece, "time", piece.norm)
                    continue
            overdue = bool(draft.measures) and all(falls_due(s) for s in draft.measures)
            both = bool(self.named) and all(n.subject.overdue for n in self.named) and not self.aspects.name
            wanted = overdue_filters(amount)
            if (
                wanted
                and (overdue or (both and amount.compare in ("over", "at_least")))
                and not (amount.inside and not amount.late)
                and (amount.compare != "is" or amount.late or self.aspects.name in ("overdue", "late"))
            ):
                draft.filters.update(wanted)
                draft.said.update({"filters", "aspect"})
                asked.use(piece, "filter", ", ".join(wanted))
                if not overdue:
                    draft.measures = in_catalogue_order(s for n in self.named for s in n.subject.overdue)
                    self.aspects.name = "overdue"
                    if draft.show == "headline" and not self.shows["count"]:
                        draft.show = "list"
                        self.bare_overdue = True
        if (
            any(f.startswith("days_overdue") for f in draft.filters)
            and draft.show == "headline"
            and not self.shows["count"]
        ):
            draft.show = "list"
            self.bare_overdue = True
