"""The show: headline, list, trend, compare, coming up, forecast, explain and the others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.amounts import limit_words
from bot.understanding.aspects import PAST_TENSE
from bot.understanding.draft import PERIOD_SLUGS, STAFF_SLUGS
from bot.understanding.lexicon import norms_of
from bot.understanding.measuring import Measuring
from bot.understanding.naming import subject_named
from bot.understanding.pieces import Piece
from bot.understanding.subjects import Named, is_share, limits_of
from bot.understanding.times import When
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import By, Period, Show

RULE_WORDS = frozenset({"should", "must", "suppose", "supposed", "need", "ought"})
NET_WORDS = frozenset(
    {
        "gone down",
        "movement",
        "movements",
        "gone up",
        "going down",
        "going up",
        "coming down",
        "fallen",
        "risen",
        "dropped",
        "change",
        "changed",
        "gone up or down",
        "going up or down",
        "fall",
        "rise",
        "increase",
        "decrease",
        "drop",
        "dropping",
        "falling",
        "rising",
    }
)
REASONS = frozenset({"reason for", "reason", "reasons", "justify"})
"""Words for a cause that may be on record ("reasons for referral")."""
ROW_WORDS = frozenset({"export", "name", "names", "id", "ids", "row", "rows", "line", "list"})
ONE_ROW = ("first", "second", "third", "fourth", "fifth", "last", "that_child")
HALF_A_YEAR = 183
LEADS_OF_RELATIVES = frozenset({"in", "for", "of", "during", "by", "at", "with"})
JOINS = frozenset({"and", ",", "or", "but", "plus", "also"})
RELATIVE_VERBS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "have",
        "has",
        "had",
        "do",
        "does",
        "did",
        "need",
        "needs",
        "will",
        "would",
        "can",
        "could",
        "should",
        "live",
        "lives",
        "came",
        "went",
        "go",
        "get",
        "got",
        "left",
        "hold",
        "holds",
        "work",
        "works",
        "started",
        "ended",
        "began",
        "remain",
        "had",
        "became",
        "take",
        "took",
        "not",
    ]
)


ARTICLES = frozenset({"the", "our", "their", "a", "its"})
OPENING_WHICH = frozenset({"which are", "which have"})
"""Fillers inside a sentence ("visits which are late"), a question at its head ("which are late?")."""


class Showing(Measuring):
    """Decides what is to be shown."""

    def _decide_show(self) -> None:
        asked, draft = self.asked, self.draft
        self.list_pieces = asked.find("show", "list")
        self.list_pieces += [p for p in asked.open if p.first == 0 and p.norm in OPENING_WHICH]
        self._did_we_see()
        self._against_a_limit()
        self._relatives()
        self._gone_on_longer()
        shows = {
            value: asked.find("show", value)
            for value in (
                "trend",
                "compare",
                "forecast",
                "explain",
                "timescale",
                "why",
                "drivers",
                "briefing",
                "benchmark",
                "contract",
                "changes",
                "quality",
                "change_of",
                "show_me",
                "count",
            )
        }
        if self.norms[:2] in (["how", "have"], ["how", "has"]) and self.named:
            shows["trend"] += [
                p for p in asked.open if p.norm == "moved"
            ]  # numbers that move, no child that did
        self.shows = shows
        by = {value: asked.find("by", value) for value in ("team", "service", "worker", "week", "month")}
        if self.env.listener.own_unit.kind == "team":
            self.own_by = [p for p in by["team"] if p.norm in ("my teams", "our teams")]
            by["team"] = [p for p in by["team"] if p not in self.own_by]
            asked.use_all(self.own_by, "unit", "own")
        self.by_pieces = by
        self.ranks = asked.find("rank")
        whatever = bool(self.named)
        show: Show | None = None
        if shows["quality"] and self._is_quality():
            show = "quality"
            asked.use_all(
                [
                    *shows["quality"],
                    *asked.find("data"),
                    *self.list_pieces,
                    *shows["show_me"],
                    *shows["count"],
                    *asked.find("every"),
                    *shows["explain"],
                ],
                "show",
                "quality",
            )
            asked.use_all(
                [p for p in asked.open if p.has("concept", "missing", "child", "contact")], "show", "quality"
            )
        elif self._is_drivers():
            show = "why"
        elif shows["why"] and (draft.child or asked.find("point")):
            show = "why"
            asked.use_all(asked.find("negation"), "show", "why")
            asked.use_all(
                [
                    *shows["why"],
                    *shows["explain"],
                    *asked.find("on_list"),
                    *self.list_pieces,
                    *asked.find("every"),
                ],
                "show",
                "why",
            )
        elif shows["contract"] and self._is_contract():
            show = "contract"
        elif self._is_explain(shows):
            show = "explain"
        elif shows["benchmark"]:
            show = "benchmark"
            asked.use_all(
                [
                    *shows["benchmark"],
                    *shows["compare"],
                    *asked.find("rank"),
                    *shows["show_me"],
                    *shows["explain"],
                    *shows["count"],
                ],
                "show",
                "benchmark",
            )
        elif (shows["forecast"] or self._is_outlook()) and not self._what_will_fall_due():
            show = "forecast"
            if self.aspects.name == "due":
                self.aspects.name = ""
            asked.use_all([*shows["forecast"], *shows["show_me"], *shows["count"]], "show", "forecast")
        elif (
            shows["changes"]
            and not (by["week"] or by["month"] or shows["trend"])
            and not (
                [n.subject.name for n in self.named] == ["cin_net_change"]
                and all(p.norm in NET_WORDS for p in shows["changes"])
            )
        ):
            show = "changes"
            asked.use_all(
                [
                    *shows["changes"],
                    *self.list_pieces,
                    *shows["show_me"],
                    *asked.find("on_list"),
                    *asked.find("every"),
                ],
                "show",
                "changes",
            )
        elif shows["change_of"] and self.when and self.when.since_last_week:
            show = "changes"
            asked.use_all(shows["change_of"], "show", "changes")
        elif self._became_overdue():
            show = "changes"
            asked.use_all([*self.list_pieces, *shows["show_me"]], "show", "changes")
        elif self._is_coming_up():
            show = "coming_up"
        elif (
            (shows["trend"] or shows["change_of"] or shows["changes"])
            and [n.subject.name for n in self.named] == ["cin_net_change"]
            and all(p.norm in NET_WORDS for p in (*shows["trend"], *shows["change_of"]))
        ):
            asked.use_all(
                [*shows["trend"], *shows["change_of"], *shows["changes"], *shows["count"], *shows["show_me"]],
                "show",
                "headline",
            )
            show = "headline"
        elif by["week"] or by["month"] or shows["trend"] or shows["change_of"] or self._is_course():
            show = "trend"
            asked.use_all(
                [*shows["trend"], *shows["change_of"], *shows["show_me"], *shows["count"]], "show", "trend"
            )
        elif self._two_periods_compared():
            show = "trend"
            asked.use_all(
                [*shows["compare"], *shows["show_me"], *shows["count"], *self.ranks, *asked.find("moved")],
                "show",
                "trend",
            )
        else:
            show = self._compare_or_not()
        if show is None:
            show = self._plain_show(whatever)
        draft.show = show
        if self.list_pieces:
            draft.said.add("rows")
        if self.list_pieces and show == "list":
            draft.said.add("show")
        self._by(show)

    def _is_drivers(self) -> bool:
        """ "Why did CP visits drop?", "what is driving the rise in CIN?": what moved a number, of no one child.

        "Why" alone may ask for anything ("why do families complain", "why are visits so bad"): it needs a movement.
        """
        asked = self.asked
        whys = [p for p in self.shows["why"] if p.norm not in REASONS]
        asks = [*self.shows["drivers"], *whys]
        if not asks or not (self.named or self.leans) or asked.workers or asked.find("point", *ONE_ROW):
            return False
        if self.draft.child:
            return False
        moved = asked.find("moved")
        bare = self.leans and not [p for p in asked.open_content() if p not in whys and p.norm != "?"]
        if not (moved or self.shows["drivers"] or bare) or self.found_aspects["due"]:
            return False
        asked.use_all(
            [*asks, *self.shows["why"], *moved, *asked.find("negation"), *asked.find("on_list")],
            "show",
            "why",
        )
        for value in ("trend", "change_of", "changes", "compare"):
            asked.use_all(self.shows[value], "show", "why")
        return True

    def _gone_on_longer(self) -> None:
        """ "Gone on longer than 14 weeks": nothing came on a list there."""
        for piece in self.asked.find("show", "changes"):
            after = next((p for p in self.asked.cut.pieces if p.first == piece.end), None)
            if piece.norm in ("gone on", "come on") and after is not None and after.amount is not None:
                self.asked.use(piece, "ignorable")

    def _is_contract(self) -> bool:
        """A managed service against its contract; "with the other teams" alone only where no measure is named: with
        one it is a comparison like any other."""
        asked, said = self.asked, self.shows["contract"]
        if not any("contract" in p.norm for p in said):
            managed = any(self.env.vocabulary.is_managed(one) for _, ids in asked.units for one in ids)
            if self.named or not managed:
                self.by_pieces["team"] = [*self.by_pieces["team"], *said]
                return False
        asked.use_all(
            [*said, *(p for name in ("compare", "briefing", "show_me", "trend") for p in self.shows[name]),
             *asked.find("target"), *self.found_aspects["performance"]],
            "show",
            "contract",
        )  # fmt: skip
        return True

    def _did_we_see(self) -> None:
        """ "Did we see the children?" asks to be shown nothing; "can we see the children?" does."""
        for piece in self.asked.find("show", "show_me"):
            before = self.norms[: piece.first]
            if (
                piece.norm == "see"
                and set(before[-4:]) & {"did", "do", "have", "not", "does"}
                and before[-1:] != ["to"]
            ):
                self.asked.use(piece, "ignorable")

    def _against_a_limit(self) -> None:
        """ "Against the 45 day standard": a target to be held to, not two things to be compared."""
        for piece in self.asked.find("show", "compare"):
            if piece.norm not in ("against", "versus", "vs", "v", "compared with", "compared to"):
                continue
            following = next(
                (p for p in self.asked.cut.pieces if p.first >= piece.end and p.norm not in ARTICLES), None
            )
            if following is not None and (following.amount is not None or following.has("target")):
                self.asked.use(piece, "ignorable")
                behind = next((p for p in self.asked.cut.pieces if p.first == following.end), None)
                if following.amount is not None and behind is not None and behind.has("target"):
                    self.asked.use(behind, "ignorable")

    def _relatives(self) -> None:
        """ "assessments in which the child was seen", "managers who are agency": who and which ask nothing there."""
        tokens = self.asked.cut.tokens
        for piece in [p for p in self.list_pieces if p.norm in ("who", "which", "whose", "whom", "that")]:
            before = tokens[piece.first - 1].norm if piece.first else ""
            after = self.asked.cut.after(piece)
            noun = any(p.end == piece.first and t[0] == "measure" for p, t in self.asked.used.items())
            counts = [*self.asked.find("show", "count"), *self.found_aspects["rate"]]
            named = any(p.end <= piece.first and t[0] == "measure" for p, t in self.asked.used.items())
            counted = named and before not in JOINS and any(p.first < piece.first for p in counts)
            if before in LEADS_OF_RELATIVES or (noun and after in RELATIVE_VERBS) or counted:
                self.asked.use(piece, "ignorable")
        self.list_pieces = [p for p in self.list_pieces if p not in self.asked.used]

    def _is_quality(self) -> bool:
        firm = any(
            p.end - p.first > 1
            or self.asked.find("data")
            or p.norm
            in (
                "finding",
                "freshness",
                "duplicate",
                "dq",
                "validation",
                "refreshed",
                "inaccuracy",
                "accuracy",
            )
            for p in self.shows["quality"]
        )
        about = [n for n in self.named if n.subject.name not in ("children", "contacts")]
        return firm and not about

    def _is_explain(self, shows: dict[str, list[Piece]]) -> bool:
        asked = self.asked
        norms = self.norms
        asks = bool(shows["explain"]) or (
            norms[:1] == ["what"]
            and norms[1:2] in (["does"], ["do"])
            and norms[-1:] in (["count"], ["include"], ["cover"])
        )
        first = self._opening()
        question_word = bool(
            set(norms[first : first + 3]) & {"what", "how", "explain", "when", "tell", "describe", "which"}
        )
        question_word = question_word or any(p.first == 0 for p in shows["timescale"])
        if shows["timescale"] and self._asks_for_a_share(shows["timescale"]):
            asked.use_all(shows["timescale"], "show", "headline")
            return False
        if shows["timescale"]:
            if asks or question_word:
                asks = True
            else:
                asked.use_all(shows["timescale"], "aspect", "in_time")
                if not self.aspects.name or self.aspects.name in ("weak", "rate"):
                    self.aspects.name = "in_time" if self.aspects.name == "" else self.aspects.name
                    self.draft.said.add("aspect")
        if not asks:
            asks = self._is_what_is()
        if not asks:
            return False
        if (
            shows["explain"]
            and all(
                p.norm in ("measure", "rule", "set", "included", "worked", "counted", "describe")
                for p in shows["explain"]
            )
            and not question_word
        ):
            return False
        asked.use_all(
            [
                *shows["explain"],
                *shows["timescale"],
                *shows["show_me"],
                *shows["count"],
                *asked.find("every"),
                *asked.find("on_list"),
            ],
            "show",
            "explain",
        )
        asked.use_all([*self.list_pieces], "show", "explain")
        return True

    def _opening(self) -> int:
        """The token at which a question begins, behind greetings and politeness."""
        start = 0
        for piece in self.asked.cut.pieces:
            asks = piece.norm.split()[0] in (
                "what",
                "how",
                "when",
                "which",
                "why",
                "explain",
                "describe",
                "tell",
            )
            if asks or not (piece.norm == "," or self._is_filler(piece) or piece.has("follow", "and")):
                break
            start = piece.end
        return start

    def _asks_for_a_share(self, timescale: Sequence[Piece]) -> bool:
        """ "How often do we see the child alone?" wants the share, "how often should we" the rule."""
        often = all(p.norm in ("how often", "how frequently", "how regularly") for p in timescale)
        if not often or RULE_WORDS & set(self.norms):
            return False
        slugs = [s for n in self.named for s in n.subject.plain]
        within = any(amount.what == "time" and amount.inside for _, amount in self.amounts)
        in_time = bool(self.named) and all(n.subject.in_time for n in self.named)
        return bool(slugs and is_share(slugs)) or (in_time and within)

    def _is_what_is(self) -> bool:
        """ "what is a core group", "what are PEPs": no "our", no unit, no time, no number asked for."""
        norms = self.norms
        start = self._opening()
        rest = norms[start:]
        if len(rest) < 3 or rest[0] != "what" or rest[1] not in ("is", "are"):
            return False
        asked = self.asked
        if (
            asked.units
            or asked.workers
            or asked.children
            or asked.find("own")
            or asked.find("whole")
            or asked.find("here")
        ):
            return False
        if (
            self.when
            or self.rate_said
            or self.amounts
            or self.ranks
            or self.aspects.name in ("overdue", "late", "in_time", "weak", "due", "done")
        ):
            return False
        if (
            self.shows["count"]
            or self.shows["trend"]
            or self.shows["compare"]
            or self.shows["forecast"]
            or self.by_pieces["team"]
            or asked.find("target")
        ):
            return False
        opening = next((p for p in asked.cut.pieces if p.first <= start < p.end), None)
        if opening is not None and opening.end - opening.first > 2:
            return False
        article = rest[2] in ("a", "an")
        if "the" in rest[2:4] and not asked.find("term"):
            return False
        if not self.named:
            return bool(asked.find("term")) or article
        slugs = [s for n in self.named for s in (n.subject.bare or n.subject.plain or n.subject.overdue)]
        if any(
            "unallocated" in s or s in ("cin_without_plan", "caseloads_over_standard", "cin_net_change")
            for s in slugs
        ):
            return article
        return article or not all(CATALOGUE[s].kind == "Average" for s in slugs) or bool(asked.find("term"))

    def _is_outlook(self) -> bool:
        """A stock at a date to come ("LAC by March") is a forecast: nothing of it falls due."""
        return (
            bool(self.when and self.when.ahead)
            and not self.found_aspects["due"]
            and self.aspects.name == ""
            and bool(self.named)
            and all(CATALOGUE[s].kind == "Stock" for n in self.named for s in n.subject.plain)
            and all(n.subject.plain for n in self.named)
        )

    def _is_course(self) -> bool:
        """A stock "over the last six months" is its course over them, not the number on their last day."""
        when = self.when
        over = self.when_text.startswith(("over ", "across ", "during ", "throughout "))
        months = when is not None and when.past is not None and (when.past.last - when.past.first).days > 45
        stocks = bool(self.named) and all(
            n.subject.plain and not PERIOD_SLUGS & set(n.subject.plain) for n in self.named
        )
        return over and months and stocks and not (self.by_pieces["team"] or self.by_pieces["worker"])

    def _two_periods_compared(self) -> bool:
        """ "October against September", "compare September and October": one beside the other."""
        when, by = self.when, self.by_pieces
        if when is None or by["team"] or by["service"] or by["worker"]:
            return False
        return when.beside or (when.both and bool(self.shows["compare"]))

    def _what_will_fall_due(self) -> bool:
        """ "What will fall overdue before Friday": what falls due, not a forecast."""
        ahead = bool(self.when and self.when.ahead)
        soft = all(p.norm in ("what will", "how many will", "when will") for p in self.shows["forecast"])
        return ahead and soft and bool(self.found_aspects["due"])

    def _became_overdue(self) -> bool:
        """ "Which have become overdue since last week", "gone overdue since Monday": who came on the list."""
        became = any("become" in p.norm or "became" in p.norm for p in self.found_aspects["due"])
        when = self.when
        gone = any(word in self.norms for word in ("gone", "went", "fallen", "tipped"))
        if gone and self.aspects.name in ("overdue", "late") and self.when_text.startswith("since ") and when:
            return when.since_last_week or when.past is not None
        return (
            became
            and when is not None
            and (when.since_last_week or when.past is not None)
            and "have" in self.norms
        )

    def _is_coming_up(self) -> bool:
        asked = self.asked
        due = bool(self.found_aspects["due"])
        ahead = bool(self.when and (self.when.ahead or (due and self.when.coming and "will" in self.norms)))
        asks_when = "when" in self.norms and "next" in self.norms and bool(self.named)
        if (
            asks_when
            and not ahead
            and self.aspects.name == ""
            and all(n.subject.is_clock for n in self.named)
        ):
            asked.use_all([p for p in asked.open if p.norm == "next"], "show", "coming_up")
            return True
        if self._month_to_come():
            asked.use_all([*self.list_pieces, *self.shows["count"]], "show", "coming_up")
            return True
        if self._reaches_its_limit():
            asked.use_all(
                [*self.list_pieces, *self.shows["show_me"], *self.shows["count"]], "show", "coming_up"
            )
            return True
        if not ahead and not due and self._soon():
            asked.use_all(
                [*self.list_pieces, *self.shows["show_me"], *self.shows["count"]], "show", "coming_up"
            )
            return True
        if not ahead and not due:
            return False
        if self.aspects.name in ("in_time", "rate", "weak") and not ahead and self.aspects.name != "due":
            return False
        if due and not ahead and self.when is not None and self.when.past is not None and not self.when.now:
            past = bool({"was", "were", "did", "fell", "had"} & set(self.norms))
            if past or (self.when.coming is None):
                return False
        if due and self.aspects.name in ("overdue", "late") and not ahead:
            soft = {"need", "needed", "required", "expected", "due date", "due"}
            if all(p.norm in soft for p in self.found_aspects["due"]):
                return False
        if (
            due
            and not ahead
            and not (
                self.when and self.when.current and self.when.coming and not PAST_TENSE & set(self.norms)
            )
            and all(
                p.norm in ("need", "required", "expected", "planned", "needed")
                for p in self.found_aspects["due"]
            )
        ):
            return False
        asked.use_all(
            [
                *self.list_pieces,
                *self.shows["show_me"],
                *self.shows["count"],
                *self.shows["forecast"],
                *asked.find("every"),
            ],
            "show",
            "coming_up",
        )
        return True

    def _month_to_come(self) -> bool:
        """ "What review conferences have we got in December", asked in November: the next one, not last year's."""
        when = self.when
        return (
            when is not None
            and when.past is not None
            and when.coming is not None
            and (self.env.as_at - when.past.last).days > HALF_A_YEAR
            and (when.coming.first - self.env.as_at).days < HALF_A_YEAR
            and self.aspects.name == ""
            and bool(self.named)
            and all(n.subject.is_clock for n in self.named)
            and bool({"have", "got", "are", "is"} & set(self.norms))
            and not PAST_TENSE & set(self.norms)
        )

    def _reaches_its_limit(self) -> bool:
        """ "Which assessments hit their deadline this week?": those that will reach it, not those that kept to it."""
        when, said = self.when, self.aspects.said.lower()
        reaches = re.fullmatch(r"(?:hit|hits|reach|reaches) (?:its|their|the|our) .*", said) is not None
        return reaches and when is not None and when.coming is not None and bool(self.list_pieces)

    def _soon(self) -> bool:
        """ "CIN reviews within 10 days": ahead, unless that is its own timescale or it is done."""
        if self.when is not None or self.aspects.name or self.negated or self.ranks or not self.named:
            return False
        if PAST_TENSE & set(self.norms) or not all(n.subject.is_clock for n in self.named):
            return False
        own = {limit for n in self.named for limit in limits_of(n.subject)}
        own |= {" ".join(norms_of(k)) for n in self.named for k in n.subject.limits_of}
        return any(
            a.what == "time"
            and a.inside
            and a.unit in ("day", "week", "fortnight", "month")
            and limit_words(a) not in own
            for _, a in self.amounts
        )

    def _compare_or_not(self) -> Show | None:
        asked, shows, by = self.asked, self.shows, self.by_pieces
        staff = asked.find("staff")
        level = asked.find("level")
        many_units = len({ids for _, ids in asked.units}) > 1 or (
            len(asked.units) == 1 and bool(asked.find("own", "strong")) and self._against()
        )
        who = any(p.norm in ("who", "which", "whose") for p in self.list_pieces)
        if self.ranks and not any((by["team"], by["service"], by["worker"])):
            ranked = [p for p in self.ranks if p.has("rank", "most", "least", "worst", "best")]
            just_who = any(p.norm in ("who", "whose") for p in self.list_pieces)
            if ranked and level:
                by["service" if level[0].has("level", "service") else "team"] = [level[0]]
            elif ranked and staff:
                by["worker"] = [staff[0]]
            elif (
                ranked
                and just_who
                and not many_units
                and not (
                    any(p.has("concept", "child") for p in asked.used)
                    and not any(p.norm in ("who", "whose") for p in self.list_pieces)
                )
            ):
                by["worker"] = [next(p for p in self.list_pieces if p.norm in ("who", "whose"))]
            elif (
                ranked
                and self.named
                and all(set(n.subject.plain) & STAFF_SLUGS for n in self.named)
                and not shows["show_me"]
            ):
                by["worker"] = [ranked[0]]
        if staff and not any((by["team"], by["service"], by["worker"])):
            counted = {p.end for p, amount in self.amounts if amount.what == "rows"}
            by["worker"] = [p for p in staff if p.first in counted]
        if self.ranks and by["worker"] and [n.subject.name for n in self.named] == ["children"]:
            self.named = [Named(subject_named("caseloads"), self.named[0].used, frozenset())]
        chosen = next((v for v in ("team", "service", "worker") if by[v]), None)
        versus = shows["compare"]
        if versus and not many_units and chosen is None and self._joins_words(versus):
            asked.use_all(versus, "ignorable")
            versus = []
        against_time = (
            bool(versus)
            and not many_units
            and chosen is None
            and (self.when is not None or bool(asked.find("target")))
        )
        if (
            many_units
            and self.list_pieces
            and not versus
            and not self.ranks
            and not chosen
            and any(p.norm not in ("who", "which") or p.has("show", "list") for p in self.list_pieces)
        ):
            return None
        if chosen == "team" and not versus and not self.ranks and self._names_everywhere(by["team"]):
            self.every_unit = True
            asked.use_all(by["team"], "unit", "ALL")
            return None
        if chosen or many_units or (versus and not against_time):
            asked.use_all(
                [
                    *versus,
                    *shows["show_me"],
                    *shows["count"],
                    *self.ranks,
                    *self.list_pieces,
                    *asked.find("order_word"),
                ],
                "show",
                "compare",
            )
            return "compare"
        if against_time and versus:
            asked.use_all(versus, "show", "headline")
            if (
                self.when is not None
                and self.when.past is not None
                and not self.when.since_last_week
                and not self.when.now
            ):
                last = self.when.past
                self.when = When(past=Period(last.first, self.env.as_at), current=True)
                return "trend"
        _ = who
        return None

    def _joins_words(self, versus: Sequence[Piece]) -> bool:
        """ "Contacts vs referrals": what stands on both sides is one subject, and no unit is compared."""
        pieces = self.asked.cut.pieces
        named = {p for p, (taken, _) in self.asked.used.items() if taken == "measure"}
        places = [pieces.index(p) for p in versus if p.norm in ("vs", "versus", "v", "against")]
        return (
            len(self.named) == 1
            and len(places) == len(versus)
            and all(
                0 < n < len(pieces) - 1 and pieces[n - 1] in named and pieces[n + 1] in named for n in places
            )
        )

    def _names_everywhere(self, teams: Sequence[Piece]) -> bool:
        """ "Export the children of every team with their names": a list of rows, not numbers side by side."""
        every = all(p.norm.split()[0] in ("every", "all", "each") for p in teams)
        return every and any(p.norm.split()[0] in ROW_WORDS for p in self.list_pieces)

    def _plain_show(self, subject: bool) -> Show:
        asked, shows, aspects = self.asked, self.shows, self.aspects
        every = asked.find("every")
        exceptions = asked.find("exceptions")
        count_words = list(shows["count"])
        if shows["briefing"] and not subject:
            asked.use_all(
                [
                    *shows["briefing"],
                    *shows["show_me"],
                    *shows["count"],
                    *every,
                    *self.list_pieces,
                    *self.found_aspects["performance"],
                    *asked.find("target"),
                ],
                "show",
                "briefing",
            )
            self.draft.said.add("show")
            return "briefing"
        asked.use_all(shows["briefing"], "show", "headline")
        if self.list_pieces and not (
            count_words
            and not any(p.norm in ("who", "list") or p.norm.startswith("list") for p in self.list_pieces)
        ):
            asked.use_all([*self.list_pieces, *shows["show_me"], *count_words], "show", "list")
            return "list"
        if count_words:
            asked.use_all([*count_words, *shows["show_me"], *self.list_pieces], "show", "headline")
            self.draft.said.add("show")
            return "headline"
        if self.rate_said or aspects.name in ("weak", "in_time", "rate"):
            asked.use_all(shows["show_me"], "show", "headline")
            return "headline"
        if subject and any(p.has("rank", "oldest", "newest") and not p.has("ignorable") for p in self.ranks):
            self.bare_overdue = True
            return "list"
        if shows["show_me"] and (subject or every or exceptions or aspects.name in ("overdue", "late")):
            asked.use_all(shows["show_me"], "show", "list")
            self.draft.said |= {"show", "rows"}
            return "list"
        asked.use_all(shows["show_me"], "show", "headline")
        if aspects.name in ("overdue", "late") or exceptions or self.negated:
            self.bare_overdue = True
            return "list"
        return "headline"

    def _by(self, show: Show) -> None:
        draft, asked, by = self.draft, self.asked, self.by_pieces
        if show == "trend":
            if by["month"]:
                draft.by = "month"
            elif by["week"]:
                draft.by = "week"
            else:
                draft.by = self._grain()
            asked.use_all([*by["week"], *by["month"]], "by", draft.by)
        elif show in ("compare", "coming_up", "list", "headline", "changes", "forecast", "benchmark"):
            chosen: By | None = next((v for v in ("team", "service", "worker") if by[v]), None)
            if show in ("list", "headline") and chosen:
                chosen = None
            if show in ("compare", "coming_up"):
                draft.by = chosen
                if chosen:
                    asked.use_all(by[chosen], "by", chosen)
                    draft.said.add("by")
            if show == "compare" and draft.by is None:
                draft.by = "team"
            if show in ("forecast", "compare"):
                asked.use_all([*by["week"], *by["month"]] if show == "forecast" else [], "by", "week")
        if show in (
            "trend",
            "compare",
            "coming_up",
            "forecast",
            "explain",
            "why",
            "benchmark",
            "changes",
            "quality",
            "contract",
        ):
            draft.said.add("show")

    def _grain(self) -> By:
        when = self.when
        if when is None or when.past is None:
            return "week"
        if when.beside or when.both:
            return "week" if when.past.first.day != 1 or "week" in self.when_text else "month"
        days = (when.past.last - when.past.first).days + 1
        return "month" if days > 120 and "week" not in self.when_text else "week"

    def _term(self) -> bool:
        """A word to be explained that is no measure."""
        asked = self.asked
        content = [p for p in asked.cut.pieces if not self._is_filler(p)]
        with_term = [p for p in content if p.has("term")]
        if not with_term:
            return False
        others = [
            p for p in content if p not in with_term and asked.used.get(p, ("",))[0] not in ("show", "by")
        ]
        piece = max(with_term, key=lambda p: p.end - p.first)
        strong = {"permanence", "participation", "child_voice"}
        if self.named and not all(n.used <= strong for n in self.named) and not piece.has("aspect"):
            if any(p.has("concept") and p not in with_term for p in content):
                return False
            if piece.has("concept") and piece.value("concept") not in strong:
                return False
        if any(p.has("concept") for p in others):
            return False
        self.term = piece.value("term")
        for p in with_term:
            asked.use(p, "term", p.value("term"))
        self.named = []
        self.draft.measures = ()
        return True

    def _is_filler(self, piece: Piece) -> bool:
        return bool(piece.senses) and all(s.kind in ("ignorable", "talk") for s in piece.senses)
