"""From slots to one question: subject, aspect, show, unit, time and filters put together (spec/asking.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from bot.understanding import wording
from bot.understanding.amounts import Amount, age_filters, limit_words, overdue_filters
from bot.understanding.lexicon import TIME_WORDS
from bot.understanding.asked import AGAINST, Asked, collect, segments_of
from bot.understanding.pieces import Cut, Piece
from bot.understanding.reading import Choice, Listener, Reading, Word
from bot.understanding.subjects import (
    CASE_TYPES, Named, best_subject, every_exception, every_overdue, is_share, limits_of, nearly, several,
)  # fmt: skip
from bot.understanding.times import When, ahead_by, back_by, last_weeks, rolling_months
from bot.understanding.vocabulary import Vocabulary
from kpi_engine.measures import CATALOGUE, in_catalogue_order
from kpi_engine.question import AUTHORITY, By, Order, Period, Question, Show, UnitRef, make_filters
from kpi_engine.vocabulary import Subject

TREND_WEEKS = 13
PERIOD_SLUGS = frozenset(s for s, m in CATALOGUE.items() if m.default_period != "as_at")
STAFF_SLUGS = frozenset(s for s, m in CATALOGUE.items() if m.staff)
PAST_TENSE = frozenset({"was", "were", "did", "had", "been", "fell"})


@dataclass(frozen=True)
class Env:
    """Everything outside the message: who listens, which extract, which date, the names of choices made before."""

    listener: Listener
    vocabulary: Vocabulary
    as_at: date
    remembered: dict[str, str] = field(default_factory=dict)


@dataclass
class Aspects:
    """How the subject is asked about."""

    name: str = ""  # overdue, late, in_time, weak, rate, done, due
    said: str = ""
    strict: bool = False


@dataclass
class Draft:
    """A question in the making."""

    show: Show = "headline"
    measures: tuple[str, ...] = ()
    unit: UnitRef = AUTHORITY
    units: tuple[str, ...] = ()
    worker: str | None = None
    child: str | None = None
    unknown_child: str | None = None
    as_at: date = date.min
    period: Period | None = None
    filters: dict[str, int | str] = field(default_factory=dict)
    by: By | None = None
    order: Order | None = None
    limit: int | None = None
    said: set[str] = field(default_factory=set)

    def question(self) -> Question:
        return Question(
            show=self.show, measures=in_catalogue_order(self.measures), unit=self.unit, units=self.units,
            worker=self.worker, child=self.child, as_at=self.as_at, period=self.period,
            filters=make_filters(self.filters), by=self.by, order=self.order, limit=self.limit,
        )  # fmt: skip


class Problem(Exception):
    """The message cannot be answered as it stands; carries the reading that says so."""

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.outcome)
        self.reading = reading


def words_of(asked: Asked) -> tuple[Word, ...]:
    """The account of every piece of the message."""
    out = []
    for piece in asked.cut.pieces:
        taken, meaning = asked.used.get(piece, ("unknown", ""))
        out.append(Word(piece.text, taken, meaning))
    return tuple(out)


def interpret(cut: Cut, env: Env, base: Question | None = None) -> Reading:
    """One message part that stands for itself. base: filled slots of a follow-up are laid over it elsewhere."""
    first = Interpreter(collect(cut, env.vocabulary, False), env).read()
    if first.outcome == "answered" or not any(p.name and p.name.subject for p in cut.pieces):
        return first
    again = Interpreter(collect(cut, env.vocabulary, True), env).read()
    if again.outcome == "answered" or (again.outcome == "clarify" and first.outcome != "clarify"):
        return again
    return first


class Interpreter:
    """Reads one Asked; a new one for every try."""

    def __init__(self, asked: Asked, env: Env) -> None:
        self.asked = asked
        self.env = env
        self.draft = Draft(as_at=env.as_at)
        self.named: list[Named] = []
        self.aspects = Aspects()
        self.when: When | None = None
        self.when_text = ""
        self.amounts: list[tuple[Piece, Amount]] = []
        self.umbrella = False
        self.explaining = False
        self.norms = [t.norm for t in asked.cut.tokens]

    # ---- the way through -------------------------------------------------------------------------------------

    def read(self) -> Reading:
        try:
            return self._read()
        except Problem as problem:
            reading = problem.reading
            if reading.outcome == "clarify" and reading.ambiguity:
                reading = self._checked(reading)
            return replace(reading, words=words_of(self.asked), said=frozenset(self.draft.said))

    def _checked(self, reading: Reading) -> Reading:
        """A clarification, unless a word of the message would be ignored by every choice."""
        left = self._leftover()
        if self.ranks and self.draft.show == "list":
            left = tuple(p for p in left if not p.has("rank"))
        left = tuple(p for p in left if not (p.amount or p.has("by") or p.has("aspect")) and p.norm != ",")
        if not left or self._looks_like_a_name(left):
            return reading
        try:
            return self._unknown(left)
        except Problem as problem:
            return problem.reading

    def _read(self) -> Reading:
        self._times()
        self._name_subject()
        self._read_aspects()
        self._people()
        self._decide_show()
        if self.draft.show == "quality":
            self._unit()
            self._account()
            return self._done()
        if self.draft.show == "explain" and self._term():
            self._unit()
            self._account()
            return self._done(term=self.term)
        self._filters()
        self._unit()
        self._measures()
        self._amounts()
        self._account()
        self._apply_time()
        self._finish()
        return self._done()

    def _done(self, term: str = "") -> Reading:
        return Reading(
            "answered",
            self.draft.question(),
            words=words_of(self.asked),
            term=term,
            said=frozenset(self.draft.said),
        )

    # ---- times -----------------------------------------------------------------------------------------------

    def _times(self) -> None:
        for piece in self.asked.cut.pieces:
            if piece.when is not None:
                if self.when is None or (self.when.now and not piece.when.now):
                    self.when, self.when_text = piece.when, piece.norm
                    self.asked.use(piece, "time", piece.norm)
                elif piece.when.now or piece.when.since_last_week:
                    self.asked.use(piece, "time", piece.norm)
                elif self.when.since_last_week:
                    self.when, self.when_text = piece.when, piece.norm
                    self.asked.use(piece, "time", piece.norm)
            elif piece.amount is not None:
                self.amounts.append((piece, piece.amount))

    # ---- subject ---------------------------------------------------------------------------------------------

    def _name_subject(self) -> None:
        asked = self.asked
        pieces = asked.concepts
        if asked.children:
            asked.use_all([p for p in pieces if p.value("concept") == "child"], "child")
            pieces = asked.concepts
        if not pieces:
            return
        optional = frozenset(
            p.value("concept")
            for p in pieces
            if len({s.kind for s in p.senses} - {"concept", "term", "beyond"}) > 0
        )
        everything = frozenset(p.value("concept") for p in pieces)
        firm = everything - optional
        groups = segments_of(asked, pieces)
        one = best_subject(everything, optional) if everything else None
        found: list[Named] = [one] if one else []
        if len(groups) > 1:
            listed = several([frozenset(p.value("concept") for p in g) for g in groups], optional)
            if listed is not None and self._is_list(listed, one, groups):
                found = listed
        if not found and firm:
            listed = self._loose(pieces, optional)
            found = listed or []
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
            if piece.value("concept") in used:
                asked.use(piece, "measure", piece.value("concept"))

    def _is_list(self, listed: Sequence[Named], one: Named | None, groups: Sequence[Sequence[Piece]]) -> bool:
        """Whether "and" joins subjects and is no part of one ("contacts and referrals" is no conversion)."""
        names = {n.subject.name for n in listed}
        if len(names) == 1:
            return one is None
        if one is None:
            return True
        concepts = [frozenset(p.value("concept") for p in g) for g in groups]
        if all(best_subject(c) is not None for c in concepts):
            return True
        return len(names) > 1 and not (one.subject.name in names)

    def _loose(self, pieces: Sequence[Piece], optional: frozenset[str]) -> list[Named] | None:
        return None

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

    # ---- aspects ---------------------------------------------------------------------------------------------

    def _read_aspects(self) -> None:
        asked, aspects = self.asked, self.aspects
        found = {value: asked.find("aspect", value) for value in (
            "overdue", "late", "in_time", "up_to_date", "rate", "performance", "due", "done",
        )}  # fmt: skip
        negated = asked.find("negation", "not")
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
        elif (
            negated
            and self.named
            and is_share(s for n in self.named for s in n.subject.plain)
            and all(n.subject.plain for n in self.named)
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
        worst = [p for p in asked.find("rank") if "overdue" in p.norm or "late" in p.norm.split()]
        if not aspects.name and (worst or any(amount.late or "overdue" in amount.order for _, amount in self.amounts)):
            aspects.name, aspects.said = "overdue", "overdue"
        self.rate_said = bool(found["rate"])
        self.due_said = bool(found["due"])
        self.done_said = bool(found["done"])
        self.in_time_said = bool(found["in_time"])
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

    negated = False

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

    # ---- people ----------------------------------------------------------------------------------------------

    def _people(self) -> None:
        draft, asked = self.draft, self.asked
        if asked.children:
            piece, child = asked.children[0]
            draft.said.add("child")
            if child is None:
                draft.unknown_child = piece.text
            draft.child = child or piece.text.upper()
        if asked.workers:
            draft.said.add("worker")

    # ---- show ------------------------------------------------------------------------------------------------

    def _decide_show(self) -> None:
        asked, draft = self.asked, self.draft
        self.list_pieces = asked.find("show", "list")
        self._relatives()
        shows = {
            value: asked.find("show", value)
            for value in ("trend", "compare", "forecast", "explain", "timescale", "why", "briefing", "benchmark",
                          "changes", "quality", "change_of", "show_me", "count")
        }  # fmt: skip
        self.shows = shows
        by = {value: asked.find("by", value) for value in ("team", "service", "worker", "week", "month")}
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
        elif self._is_explain(shows):
            show = "explain"
        elif shows["benchmark"]:
            show = "benchmark"
            asked.use_all(
                [
                    *shows["benchmark"],
                    *shows["compare"],
                    *shows["show_me"],
                    *shows["explain"],
                    *shows["count"],
                ],
                "show",
                "benchmark",
            )
        elif shows["forecast"] or self._is_outlook():
            show = "forecast"
            asked.use_all([*shows["forecast"], *shows["show_me"], *shows["count"]], "show", "forecast")
        elif shows["changes"] and not (by["week"] or by["month"] or shows["trend"]):
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
        elif self._is_coming_up():
            show = "coming_up"
        elif (
            (shows["trend"] or shows["change_of"])
            and [n.subject.name for n in self.named] == ["cin_net_change"]
            and all(p.norm in NET_WORDS for p in (*shows["trend"], *shows["change_of"]))
        ):
            asked.use_all([*shows["trend"], *shows["change_of"], *shows["count"], *shows["show_me"]], "show", "headline")
            show = "headline"
        elif by["week"] or by["month"] or shows["trend"] or shows["change_of"]:
            show = "trend"
            asked.use_all(
                [*shows["trend"], *shows["change_of"], *shows["show_me"], *shows["count"]], "show", "trend"
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

    def _relatives(self) -> None:
        """ "assessments in which the child was seen", "managers who are agency": who and which ask nothing there."""
        tokens = self.asked.cut.tokens
        for piece in [p for p in self.list_pieces if p.norm in ("who", "which", "whose", "whom", "that")]:
            before = tokens[piece.first - 1].norm if piece.first else ""
            after = self.asked.cut.after(piece)
            noun = any(p.end == piece.first and t[0] == "measure" for p, t in self.asked.used.items())
            if before in ("in", "for", "of", "during", "by", "at") or (noun and after in RELATIVE_VERBS):
                self.asked.use(piece, "ignorable")
        self.list_pieces = [p for p in self.list_pieces if p not in self.asked.used]

    def _is_quality(self) -> bool:
        firm = any(p.end - p.first > 1 or self.asked.find("data") or p.norm in (
            "finding", "freshness", "duplicate", "dq", "validation", "refreshed", "inaccuracy", "accuracy",
        ) for p in self.shows["quality"])  # fmt: skip
        about = [n for n in self.named if n.subject.name not in ("children", "contacts")]
        return firm and not about

    def _is_explain(self, shows: dict[str, list[Piece]]) -> bool:
        asked = self.asked
        asks = bool(shows["explain"])
        norms = self.norms
        question_word = bool(set(norms[:3]) & {"what", "how", "explain", "when", "tell", "describe", "which"})
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

    def _is_what_is(self) -> bool:
        """ "what is a core group", "what are PEPs": no "our", no unit, no time, no number asked for."""
        norms = self.norms
        start = 0
        while start < len(norms) and norms[start] in (
            "hi",
            "hello",
            "please",
            "so",
            "and",
            "ok",
            "hey",
            "remind",
            "me",
            "tell",
            "can",
            "you",
            "exactly",
            "sorry",
            "but",
        ):
            start += 1
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

    def _is_coming_up(self) -> bool:
        asked = self.asked
        ahead = bool(self.when and self.when.ahead)
        due = bool(self.found_aspects["due"])
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
            and all(
                p.norm in ("need", "required", "expected", "planned", "needed")
                for p in self.found_aspects["due"]
            )
        ):
            return False
        asked.use_all(
            [*self.list_pieces, *self.shows["show_me"], *self.shows["count"], *asked.find("every")],
            "show",
            "coming_up",
        )
        return True

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
            elif ranked and just_who and not (any(p.has("concept", "child") for p in asked.used) and not any(p.norm in ("who", "whose") for p in self.list_pieces)):
                by["worker"] = [next(p for p in self.list_pieces if p.norm in ("who", "whose"))]
            elif (
                ranked
                and self.named
                and all(set(n.subject.plain) & STAFF_SLUGS for n in self.named)
                and not shows["show_me"]
            ):
                by["worker"] = [ranked[0]]
        if self.ranks and by["worker"] and [n.subject.name for n in self.named] == ["children"]:
            self.named = [Named(_subject("caseloads"), self.named[0].used, frozenset())]
        chosen = next((v for v in ("team", "service", "worker") if by[v]), None)
        versus = shows["compare"]
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

    def _against(self) -> bool:
        return bool(AGAINST & set(self.norms)) or bool(self.shows["compare"])

    def _plain_show(self, subject: bool) -> Show:
        asked, shows, aspects = self.asked, self.shows, self.aspects
        every = asked.find("every")
        exceptions = asked.find("exceptions")
        count_words = [p for p in shows["count"]]
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
        if shows["show_me"] and (subject or every or exceptions or aspects.name in ("overdue", "late")):
            asked.use_all(shows["show_me"], "show", "list")
            self.draft.said.add("show")
            return "list"
        asked.use_all(shows["show_me"], "show", "headline")
        if aspects.name in ("overdue", "late") or exceptions or self.negated:
            self.bare_overdue = True
            return "list"
        return "headline"

    bare_overdue = False

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
            chosen: By | None = next((v for v in ("team", "service", "worker") if by[v]), None)  # type: ignore[misc]
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
        ):
            draft.said.add("show")

    def _grain(self) -> By:
        when = self.when
        if when is None or when.past is None:
            return "week"
        days = (when.past.last - when.past.first).days + 1
        return "month" if days > 120 and "week" not in self.when_text else "week"

    # ---- terms -----------------------------------------------------------------------------------------------

    term = ""

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
        self.explaining = True
        return True

    def _is_filler(self, piece: Piece) -> bool:
        return bool(piece.senses) and all(s.kind in ("ignorable", "talk") for s in piece.senses)

    # ---- filters ---------------------------------------------------------------------------------------------

    def _filters(self) -> None:
        asked, draft = self.asked, self.draft
        for piece in asked.find("filter"):
            name, _, code = piece.value("filter").partition("=")
            if name in draft.filters:
                continue
            if not self.named and not asked.find("every") and draft.show in ("explain",):
                continue
            draft.filters[name] = code
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
            self.named = [Named(_subject("cp"), frozenset({"plan"}), frozenset())]
        if "category" in draft.filters and [n.subject.name for n in self.named] == ["plans"]:
            self.named = [Named(_subject("cp"), self.named[0].used, frozenset())]
        if (
            "category" in draft.filters
            and str(draft.filters["category"])[0] != "N"
            and [n.subject.name for n in self.named] == ["children"]
        ):
            self.named = [Named(_subject("cp"), self.named[0].used, frozenset())]
        if ("legal_status" in draft.filters or "placement_type" in draft.filters) and [
            n.subject.name for n in self.named
        ] in (["children"], []):
            self.named = [
                Named(_subject("lac"), self.named[0].used if self.named else frozenset(), frozenset())
            ]

    def _limit(self, piece: Piece, amount: Amount) -> None:
        draft = self.draft
        orders: dict[str, Order] = {
            "worst": "worst", "most overdue": "worst", "longest overdue": "worst", "longest": "worst", "oldest": "oldest",
            "newest": "newest", "most recent": "newest", "best": "best", "top": "worst", "highest": "worst", "latest": "worst",
            "bottom": "best", "lowest": "best", "first": "worst", "longest outstanding": "worst", "most late": "worst",
        }  # fmt: skip
        draft.limit = amount.low
        draft.order = orders.get(amount.order)
        draft.said.update({"limit", "order"} if draft.order else {"limit"})
        self.asked.use(piece, "limit", str(amount.low))
        if draft.show == "headline" and not self.shows["count"]:
            draft.show = "compare" if self.by_pieces["team"] or self.by_pieces["worker"] else "list"

    # ---- unit ------------------------------------------------------------------------------------------------

    def _unit(self) -> None:
        asked, draft, env = self.asked, self.draft, self.env
        listener, vocabulary = env.listener, env.vocabulary
        own_strong = asked.find("own", "strong")
        own_weak = asked.find("own", "weak")
        own_service = asked.find("own", "service")
        whole = asked.find("whole")
        here = asked.find("here")
        asked.use_all([*own_strong, *own_weak, *own_service], "unit", "own")
        asked.use_all(whole, "unit", "ALL")
        asked.use_all(here, "unit", "here")
        level = asked.find("level")
        self._unknown_unit()
        for piece, ids in asked.units:
            if len(ids) > 1:
                raise Problem(self._which_unit(piece, ids))
        ids = list(dict.fromkeys(ids[0] for _, ids in asked.units))
        if (
            own_strong
            and ids
            and self._against()
            and listener.own_unit.id not in ids
            and draft.show in ("compare", "headline", "list")
        ):
            ids.append(listener.own_unit.id)
            if draft.show != "compare" and not self.list_pieces:
                draft.show = "compare"
                draft.by = "team"
        if len(ids) > 1 or (whole and ids and self._against()):
            if whole and len(ids) == 1 and draft.show == "compare":
                draft.unit = AUTHORITY
                draft.units = ()
                draft.by = draft.by or "team"
                draft.said.add("unit")
            else:
                self._several_units(ids)
        elif ids:
            draft.unit = vocabulary.unit(ids[0])
            draft.said.add("unit")
        elif whole:
            text = " ".join(p.norm for p in whole)
            service = "service" in text.split() and listener.own_unit.kind == "service"
            draft.unit = listener.own_unit if service else AUTHORITY
            draft.said.add("unit")
        elif own_service:
            path = vocabulary.path(listener.own_unit.id)
            services = [u for u in path if u in vocabulary.units and vocabulary.units[u].kind == "service"]
            draft.unit = vocabulary.unit(services[0]) if services else listener.own_unit
            draft.said.add("unit")
        elif own_strong or own_weak:
            draft.unit = listener.own_unit
            draft.said.add("unit")
        elif here:
            draft.unit = listener.default_unit
            draft.said.add("unit")
        else:
            draft.unit = listener.default_unit
            self._default_authority()
        if asked.workers:
            self._worker()
        elif draft.child and "unit" not in draft.said:
            team = vocabulary.child_team(draft.child, draft.as_at)
            if team:
                draft.unit = vocabulary.unit(team)
        if draft.show == "compare" and not draft.units and "unit" not in draft.said:
            if draft.by == "team" and draft.unit.kind == "team" or draft.by == "service":
                draft.unit = AUTHORITY
        if draft.show == "compare" and draft.by == "team" and not draft.units and draft.unit.kind == "team":
            if own_weak and not own_strong and not ids:
                draft.unit = AUTHORITY
        asked.use_all(level, "unit", "level")

    def _several_units(self, ids: list[str]) -> None:
        draft, vocabulary = self.draft, self.env.vocabulary
        draft.units = tuple(sorted(ids))
        draft.unit = vocabulary.unit(vocabulary.nearest_common_parent(ids))
        draft.said.add("unit")
        if draft.show in ("headline",) or (
            draft.show == "list" and (self.bare_overdue or not self.list_pieces)
        ):
            draft.show = "compare"
            draft.said.add("show")
        if draft.show == "compare" and "by" not in draft.said:
            kinds = {vocabulary.units[i].kind for i in ids}
            draft.by = "service" if kinds == {"service"} else "team"

    def _default_authority(self) -> None:
        """Placement measures asked by a fostering or adoption unit are about the whole authority."""
        wanted = {kind for n in self.named for kind in n.subject.whole_authority_for}
        if wanted and self.named and all(n.subject.whole_authority_for for n in self.named):
            if self.env.vocabulary.is_fostering(self.env.listener.default_unit):
                self.draft.unit = AUTHORITY

    def _unknown_unit(self) -> None:
        """ "CSWT 9", "in Narnia team": a name that nobody has is asked back, never replaced."""
        asked, vocabulary = self.asked, self.env.vocabulary
        for piece, _ in asked.units:
            span = piece.name
            after = asked.cut.after(piece)
            if span and not span.whole and after.isdigit() and len(after) < 3:
                number = next((p for p in asked.open if p.first == piece.end), None)
                if number is not None and number.amount is None and number.when is None:
                    raise Problem(self._nearest(f"{piece.text} {after}", "unit"))

    def _which_unit(self, piece: Piece, ids: tuple[str, ...]) -> Reading:
        asked, vocabulary = self.asked, self.env.vocabulary
        choices = []
        for unit_id in ids[:5]:
            asked.units = [(p, (unit_id,) if p is piece else i) for p, i in asked.units]
            fresh = Interpreter(_copy(asked), self.env)
            fresh.asked.used = {
                p: t for p, t in asked.used.items() if t[0] in ("unit", "worker", "child") and p.name
            }
            reading = fresh.read()
            if reading.outcome != "answered" or reading.question is None:
                return replace(reading, choices=reading.choices)
            choices.append(Choice(vocabulary.unit_name(unit_id), reading.question))
        return Reading("clarify", None, tuple(choices), wording.WHICH_UNIT, ambiguity=f"unit:{piece.norm}")

    def _worker(self) -> None:
        asked, draft, vocabulary = self.asked, self.draft, self.env.vocabulary
        piece, ids = asked.workers[0]
        everyone = {i for _, found in asked.workers for i in found}
        if len(ids) > 1 or len(everyone) > 1:
            choices = []
            for worker_id in sorted(everyone)[:5]:
                copy = _copy(asked)
                copy.workers = [(piece, (worker_id,))]
                copy.used = {
                    p: t for p, t in asked.used.items() if t[0] in ("unit", "worker", "child") and p.name
                }
                reading = Interpreter(copy, self.env).read()
                if reading.outcome != "answered" or reading.question is None:
                    raise Problem(reading)
                choices.append(Choice(str(vocabulary.workers[worker_id].name), reading.question))
            raise Problem(
                Reading(
                    "clarify", None, tuple(choices), wording.WHICH_WORKER, ambiguity=f"worker:{piece.norm}"
                )
            )
        draft.worker = ids[0]
        team = vocabulary.workers[ids[0]].team_id
        if team:
            draft.unit = vocabulary.unit(team)
            draft.units = ()

    def _nearest(self, name: str, kind: str) -> Reading:
        """No such name: asked back with the nearest ones."""
        vocabulary = self.env.vocabulary
        choices = []
        base = self._shape()
        if kind == "unit":
            for unit_id in vocabulary.nearest_units(name):
                choices.append(
                    Choice(vocabulary.unit_name(unit_id), base.but(unit=vocabulary.unit(unit_id), units=()))
                )
        else:
            for worker_id in vocabulary.nearest_workers(name):
                team = vocabulary.workers[worker_id].team_id
                unit = vocabulary.unit(team) if team else AUTHORITY
                choices.append(
                    Choice(
                        str(vocabulary.workers[worker_id].name),
                        base.but(worker=worker_id, unit=unit, units=()),
                    )
                )
        word = "team or service" if kind == "unit" else "worker"
        return Reading("clarify", None, tuple(choices), wording.no_name(name, word), ambiguity="")

    def _shape(self) -> Question:
        """The question as far as it is read, with its measures if they can be told."""
        if not self.draft.measures and self.named:
            try:
                self._measures()
            except Problem:
                self.draft.measures = self.draft.measures or ()
        return self.draft.question()

    # ---- measures --------------------------------------------------------------------------------------------

    def _measures(self) -> None:
        asked, draft = self.asked, self.draft
        every = asked.find("every")
        exceptions = asked.find("exceptions")
        if not self.named:
            self._no_subject(every, exceptions)
            return
        if [n.subject.name for n in self.named] == ["caseloads"] and (
            self.aspects.name in ("overdue", "late", "due") or draft.show in ("coming_up", "why")
        ):
            self.named = []
            self._no_subject(every, exceptions)
            return
        if self._claimed():
            return
        slugs: list[str] = []
        for named in self.named:
            slugs.extend(self._slugs(named.subject))
        draft.measures = in_catalogue_order(slugs)
        if (
            draft.show == "list"
            and not self.list_pieces
            and self.aspects.name == "late"
            and all(s in PERIOD_SLUGS for s in slugs)
        ):
            self.bare_overdue = True

    def _no_subject(self, every: Sequence[Piece], exceptions: Sequence[Piece]) -> None:
        draft, asked = self.draft, self.asked
        if draft.show == "briefing":
            return
        if exceptions and self.aspects.name == "":
            draft.measures = every_exception()
            asked.use_all([*every, *exceptions], "measure", "everything overdue")
        elif self.aspects.name in ("overdue", "late") and draft.show in (
            "list",
            "headline",
            "compare",
            "trend",
            "changes",
            "why",
            "forecast",
        ):
            draft.measures = every_exception()
            asked.use_all([*every, *exceptions], "measure", "everything overdue")
        elif draft.show in ("coming_up", "changes", "why"):
            draft.measures = every_overdue() if draft.show != "changes" else every_exception()
            asked.use_all(every, "measure", "everything")
        elif draft.child and draft.show in ("headline", "list") and not asked.open_content():
            draft.measures = every_overdue()
            draft.show = "list"
            asked.use_all(every, "measure", "everything")
        elif draft.show in ("headline",) and asked.units and not asked.open_content() and self._only_how():
            draft.show = "briefing"
        else:
            raise Problem(self._no_measure())
        if draft.show == "headline" and self.aspects.name in ("overdue", "late") and not self.shows["count"]:
            draft.show = "list"
        if draft.filters.get("case_type") is None:
            pass

    def _only_how(self) -> bool:
        """ "How is CSWT 1 doing?" is a briefing."""
        return "how" in self.norms or len(self.norms) <= 4

    def _no_measure(self) -> Reading:
        raise Problem(self._unknown(self._leftover() or ()))

    def _claimed(self) -> bool:
        """A word that two subjects claim: asked back."""
        draft, env = self.draft, self.env
        if len(self.named) != 1:
            return False
        subject = self.named[0].subject
        kinds = set(subject.claimed_by)
        if kinds and env.vocabulary.is_fostering(draft.unit):
            other = _subject(next(iter(subject.claimed_by.values())))
            choices = []
            for candidate in (subject, other):
                self.named = [Named(candidate, frozenset(), frozenset())]
                slugs = self._slugs(candidate)
                choices.append((candidate.says, tuple(slugs)))
            self.named = [Named(subject, frozenset(), frozenset())]
            raise Problem(self._ask(wording.WHICH_MEASURE, choices, subject.name))
        return False

    def _ask(self, ask: str, options: Sequence[tuple[str, tuple[str, ...]]], name: str) -> Reading:
        draft = self.draft
        aspect = "overdue" if self.aspects.name in ("overdue", "late") else self.aspects.name
        key = f"{name}:{aspect}"
        chosen = self.env.remembered.get(key)
        choices = []
        self._apply_show_row_rule()
        for says, slugs in options[:5]:
            draft.measures = in_catalogue_order(slugs)
            saved = (draft.as_at, draft.period, draft.order)
            self._apply_time()
            self._finish()
            question = draft.question()
            draft.as_at, draft.period, draft.order = saved
            if chosen and chosen == ",".join(question.measures):
                return Reading("answered", question, remembered=key)
            choices.append(Choice(says[0].upper() + says[1:], question))
        draft.measures = ()
        return Reading("clarify", draft.question(), tuple(choices), ask, ambiguity=key)

    def _apply_show_row_rule(self) -> None:
        if self.bare_overdue and not self._rows_allowed():
            self.draft.show = "headline"

    def _slugs(self, subject: Subject) -> tuple[str, ...]:
        """The measures of a subject under the aspect and show of the question."""
        show, aspect = self.draft.show, self.aspects.name
        concepts = {p.value("concept") for p in self.asked.cut.pieces if p.has("concept")}
        if self.late_and_rate and show != "explain" and subject.in_time and subject.overdue:
            raise Problem(self._ask(
                f"As a share in time, or the number overdue of {subject.says}?",
                [(f"{subject.says}, in time", subject.in_time), (f"{subject.says}, overdue", subject.overdue)], subject.name,
            ))  # fmt: skip
        self._limit_aspect(subject)
        aspect = self.aspects.name
        if subject.needs_limit_for and not self._has_permanence(subject):
            raise Problem(self._refuse_subject(subject))
        if "child_seen" in concepts and subject.name.endswith("visits") and "visit" not in concepts:
            if aspect not in ("overdue", "late", "in_time", "due") and not self.negated:
                raise Problem(self._refuse_subject(subject))
        if show == "explain" and subject.explain:
            return subject.explain
        if show == "explain":
            if subject.ask and subject.choices:
                return subject.choices
            return subject.plain or (subject.overdue + subject.in_time) or subject.bare
        if subject.ask and subject.choices:
            options = subject.choices
            if aspect in ("overdue", "late", "due") or show in ("coming_up", "changes", "why"):
                options = subject.choices_overdue or (subject.overdue if subject.overdue else options)
                if subject.overdue and len(subject.overdue) == 1 and not subject.choices_overdue:
                    return subject.overdue
            elif aspect in ("in_time", "rate", "weak") and subject.choices_in_time:
                options = subject.choices_in_time
            raise Problem(self._ask(subject.ask, [(CATALOGUE[s].title, (s,)) for s in options], subject.name))
        if show in ("coming_up", "why"):
            slugs = subject.due or subject.overdue or subject.in_time
            if not slugs and subject.choices_overdue:
                raise Problem(
                    self._ask(
                        f"What about {subject.says}?",
                        [(CATALOGUE[s].title, (s,)) for s in subject.choices_overdue],
                        subject.name,
                    )
                )
            if not slugs and show == "why":
                return subject.plain
            if not slugs:
                raise Problem(self._refuse_aspect(subject, "falls due"))
            return slugs
        if show == "changes":
            return subject.overdue or subject.plain or subject.in_time
        if self.negated and subject.negated:
            return subject.negated
        if aspect in ("overdue", "late"):
            return self._overdue_slugs(subject)
        if (
            aspect == "in_time"
            or (aspect == "due" and show != "coming_up")
            or (aspect == "done" and subject.in_time and (self.when is not None or self.shows["count"]))
        ):
            return self._in_time_slugs(subject, aspect)
        if aspect == "rate":
            if subject.in_time:
                return subject.in_time
            if subject.plain and is_share(subject.plain):
                return subject.plain
            if set(subject.plain) == {"caseload_average", "caseloads_over_standard"} or show == "benchmark":
                return subject.plain
            raise Problem(self._refuse_aspect(subject, self.aspects.said))
        if aspect == "weak" and subject.in_time:
            return subject.in_time
        if "open" in concepts and subject.open:
            for piece in self.asked.find("concept", "open"):
                self.asked.use(piece, "measure", "open")
            return subject.open
        if "child" in concepts and subject.open and not aspect and show == "headline":
            return subject.open
        counting = bool(self.shows["count"])
        if (
            counting
            and (subject.count or subject.open)
            and show in ("headline", "trend", "compare", "forecast", "list")
        ):
            return subject.count or subject.open
        if counting and subject.no_count_without and subject.no_count_without not in concepts:
            raise Problem(self._refuse_subject(subject))
        if self.ranks and subject.best_for_ranking and show == "compare":
            return subject.best_for_ranking
        if show == "list":
            return subject.overdue or subject.plain or subject.open or subject.in_time
        return subject.bare or subject.plain or (subject.overdue + subject.in_time)

    def _overdue_slugs(self, subject: Subject) -> tuple[str, ...]:
        if (
            self.aspects.name == "late"
            and self._past()
            and subject.in_time
            and self.draft.show in ("list", "headline")
        ):
            return subject.in_time
        if subject.overdue:
            return subject.overdue
        if subject.choices_overdue:
            raise Problem(
                self._ask(
                    f"What about {subject.says} is {self.aspects.said}?",
                    [(CATALOGUE[s].title, (s,)) for s in subject.choices_overdue],
                    subject.name,
                )
            )
        if subject.in_time:
            return subject.in_time
        if subject.plain and all("unallocated" in slug for slug in subject.plain):
            return subject.plain
        raise Problem(self._refuse_aspect(subject, self.aspects.said))

    def _in_time_slugs(self, subject: Subject, aspect: str) -> tuple[str, ...]:
        if subject.in_time:
            return subject.in_time
        if subject.choices_in_time:
            raise Problem(
                self._ask(
                    f"What about {subject.says}?",
                    [(CATALOGUE[s].title, (s,)) for s in subject.choices_in_time],
                    subject.name,
                )
            )
        if subject.plain and is_share(subject.plain):
            return subject.plain
        if aspect != "in_time" and subject.overdue and not subject.plain:
            return subject.bare or subject.overdue
        raise Problem(self._refuse_aspect(subject, self.aspects.said))

    def _has_permanence(self, subject: Subject) -> bool:
        forms = {p.norm for p in self.asked.cut.pieces if p.has("concept", "permanence")}
        if self.aspects.name in ("in_time", "rate", "weak", "late") or self.draft.show in (
            "explain",
            "benchmark",
        ):
            return True
        if any(a.what == "time" and limit_words(a) in limits_of(subject) for _, a in self.amounts):
            return True
        return any("permanen" in form for form in forms)

    def _limit_aspect(self, subject: Subject) -> None:
        """ "within 45 days" is the subject's own timescale: in time. "Over 26 weeks" is overdue."""
        for piece, amount in self.amounts:
            if amount.what != "time" or piece in self.asked.used or amount.late:
                continue
            words = limit_words(amount)
            if words not in limits_of(subject) and words not in {
                " ".join(_norms(k)) for k in subject.limits_of
            }:
                continue
            if (amount.inside or amount.compare == "at_most") and self.draft.show in (
                "coming_up",
                "forecast",
            ):
                continue
            self.asked.use(piece, "aspect", words)
            self.draft.said.add("aspect")
            if self.aspects.name in ("", "done", "weak", "due", "rate"):
                if amount.compare in ("over", "at_least"):
                    if subject.overdue:
                        self.aspects.name = "overdue"
                        self.bare_overdue = self.bare_overdue or (
                            self.draft.show == "headline" and not self.shows["count"]
                        )
                        if self.bare_overdue:
                            self.draft.show = "list"
                elif subject.in_time and amount.compare == "is" and self.asked.any("target"):
                    self.aspects.name = "in_time"
                elif amount.compare in ("at_most", "under") and (subject.in_time or subject.plain):
                    self.aspects.name = "in_time" if subject.in_time else self.aspects.name

    # ---- amounts ---------------------------------------------------------------------------------------------

    def _amounts(self) -> None:
        """What is left of numbers: days overdue, periods ahead or back."""
        asked, draft = self.asked, self.draft
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
            overdue = bool(draft.measures) and all(s.endswith("_overdue") for s in draft.measures)
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

    # ---- refusing --------------------------------------------------------------------------------------------

    def _leftover(self) -> tuple[Piece, ...]:
        """Pieces that the answer would ignore."""
        self._use_fillers()
        return tuple(self.asked.open)

    def _use_fillers(self) -> None:
        asked, draft = self.asked, self.draft
        if draft.show == "list" or (draft.order is None and self.ranks):
            self._order()
        for piece in asked.open:
            if piece.when is not None or piece.amount is not None:
                continue
            if piece.norm == "next" and draft.show == "coming_up":
                asked.use(piece, "ignorable")
            if piece.has("target") or piece.has("claim"):
                asked.use(piece, "ignorable")
            elif (
                piece.has("ignorable")
                or piece.has("talk")
                or piece.norm in (",", "/", "&", "@", "#", "=", "plus", "<", ">")
            ):
                if not piece.has("beyond"):
                    asked.use(piece, "ignorable")
            elif piece.has("on_list") or piece.has("follow") or piece.has("point") or piece.has("level"):
                asked.use(piece, "ignorable")
            elif piece.has("staff") and (
                draft.worker or any(n.subject.family == "workforce" for n in self.named)
            ):
                asked.use(piece, "ignorable")
            elif piece.has("show", "show_me", "count", "list"):
                asked.use(piece, "show", draft.show)
            elif piece.has("every") and (self.named or draft.measures):
                asked.use(piece, "ignorable")
            elif (
                piece.has("data")
                and draft.show in ("headline", "list", "briefing", "trend", "compare", "explain")
                and piece.norm in ("data", "info", "information")
            ):
                asked.use(piece, "ignorable")

    def _order(self) -> None:
        draft, asked = self.draft, self.asked
        orders: dict[str, Order] = {
            "worst": "worst",
            "longest": "worst",
            "best": "best",
            "oldest": "oldest",
            "newest": "newest",
            "most": "worst",
            "least": "best",
        }
        for piece in asked.find("rank"):
            value = piece.value("rank")
            if draft.show in ("list", "compare"):
                if draft.order is None or value in ("oldest", "newest"):
                    draft.order = orders[value]
                    draft.said.add("order")
                asked.use(piece, "order", orders[value])
        if draft.show in ("list", "compare"):
            asked.use_all(asked.find("order_word"), "order")

    def _account(self) -> None:
        left = [p for p in self._leftover()]
        if self.draft.show == "compare":
            self._order()
            left = [p for p in left if p not in self.asked.used]
        if left:
            raise Problem(self._unknown(tuple(left)))

    def _unknown(self, left: tuple[Piece, ...]) -> Reading:
        asked = self.asked
        self._shape_for_rights()
        question = self.draft.question()
        name = self._looks_like_a_name(left)
        if name is not None:
            kind, text = name
            return self._nearest(text, kind)
        nearby = self._nearby()
        words = [p.text for p in left if p.norm not in (",",)]
        topics = [p for p in left if p.has("beyond")]
        if topics:
            return Reading(
                "out_of_scope",
                question,
                because=wording.topic([p.text for p in topics], topics[0].value("beyond")),
                nearby=nearby,
            )
        wordish = [p for p in left if _wordish(p.norm)]
        anything = bool(
            self.named or asked.units or asked.workers or asked.children or self.aspects.name or asked.used
        )
        if left and (self.named or (wordish and anything and not self._gibberish(left))):
            return Reading("out_of_scope", question, because=wording.unknown_word(words), nearby=nearby)
        if left:
            return Reading("not_understood", question, because=wording.NOT_UNDERSTOOD, nearby=nearby)
        return Reading("not_understood", question, because=wording.NOTHING_READ, nearby=nearby)

    def _gibberish(self, left: Sequence[Piece]) -> bool:
        """Nothing of the message is known but fillers, and the rest has no vowels or no sense."""
        if self.named or self.asked.units or self.aspects.name:
            return False
        meant = [p for p, (taken, _) in self.asked.used.items() if taken not in ("ignorable",)]
        fillers = [
            p for p, (taken, _) in self.asked.used.items() if taken == "ignorable" and p.norm.isalpha()
        ]
        return not meant and not fillers

    def _shape_for_rights(self) -> None:
        """A refused question still says whose rows it wanted, so that rights come before scope."""
        draft, asked = self.draft, self.asked
        if not draft.measures and self.named and draft.show not in ("quality",):
            try:
                self._measures()
            except Problem:
                draft.measures = ()
        if draft.unit == AUTHORITY and "unit" not in draft.said:
            ids = list(dict.fromkeys(i[0] for _, i in asked.units if len(i) == 1))
            if len(ids) == 1:
                draft.unit = self.env.vocabulary.unit(ids[0])
            elif not ids:
                draft.unit = self.env.listener.default_unit

    def _looks_like_a_name(self, left: Sequence[Piece]) -> tuple[str, str] | None:
        """An unknown word in the place of a name: ("unit" or "worker", the name)."""
        asked = self.asked
        tokens = asked.cut.tokens
        unknown = [
            p
            for p in left
            if p.norm not in TIME_WORDS
            and not p.senses and p.amount is None and p.when is None and p.norm.isalpha() and len(p.norm) > 2
        ]
        if not unknown or len(unknown) > 2 or len(unknown) != len([p for p in left if p.norm.isalpha()]):
            return None
        if not (
            self.named
            or self.aspects.name in ("overdue", "late", "due")
            or self.draft.show in ("briefing", "coming_up", "compare")
        ):
            return None
        first, final = unknown[0], unknown[-1]
        if len(unknown) == 2 and final.first != first.end:
            return None
        text = " ".join(p.text for p in unknown)
        shouting = all(t.raw.isupper() for t in tokens if t.kind == "word" and len(t.raw) > 3)
        capital = (
            all(tokens[p.first].capital for p in unknown)
            and not shouting
            and (first.first > 0 or len(unknown) == 2)
        )
        before = asked.cut.before(first)
        after = asked.cut.after(final)
        bare = text.removesuffix("'s").removesuffix("’s")
        if tokens[final.first].possessive and final.norm not in NOT_PEOPLE:
            return "worker", bare
        if after in ("team", "service") or before == "team":
            return "unit", bare
        if capital and before in ("in", "at", "within", "across", "from"):
            unit, worker = self.env.vocabulary.best_likeness(bare)
            return ("worker" if worker > unit + 20 else "unit"), bare
        if capital and before in ("for", "is", "by", "of", "does", "has", "with", "about", "to"):
            unit, worker = self.env.vocabulary.best_likeness(bare)
            return ("unit" if unit > worker else "worker"), bare
        if capital and len(unknown) == 2:
            return "worker", bare
        unit, worker = self.env.vocabulary.best_likeness(bare)
        if max(unit, worker) >= 75 and before in ("in", "for", "at"):
            return ("unit" if unit > worker else "worker"), bare
        return None

    def _refuse_aspect(self, subject: Subject, said: str) -> Reading:
        return Reading(
            "out_of_scope",
            self._rights_question(),
            because=wording.no_aspect(subject.says, said),
            nearby=self._nearby(),
        )

    def _refuse_subject(self, subject: Subject) -> Reading:
        return Reading(
            "out_of_scope",
            self._rights_question(),
            because=f"I hold no number of that kind; what I can tell you about is {subject.says}.",
            nearby=self._nearby(),
        )

    def _rights_question(self) -> Question:
        return self.draft.question()

    def _nearby(self) -> tuple[Choice, ...]:
        """At most three questions that can be asked instead."""
        draft = self.draft
        out: list[Choice] = []
        for named in self.named:
            subject = named.subject
            for slug in (*subject.bare, *subject.plain, *subject.overdue, *subject.in_time, *subject.choices)[
                :3
            ]:
                question = Question("headline", (slug,), draft.unit, draft.as_at)
                choice = Choice(wording.label(question, self.env.vocabulary), question)
                if choice not in out:
                    out.append(choice)
        if not out:
            unit = draft.unit
            for show, slugs in (("briefing", ()), ("list", every_exception())):
                question = Question(show, slugs, unit, draft.as_at)  # type: ignore[arg-type]
                name = "Briefing" if show == "briefing" else "Everything overdue"
                out.append(Choice(f"{name}, {wording.whose(question, self.env.vocabulary)}", question))
        return tuple(out[:3])

    # ---- time applied ----------------------------------------------------------------------------------------

    def _apply_time(self) -> None:
        apply_time(self.draft, self.when, self.when_text, self.env.as_at)

    def _finish(self) -> None:
        draft = self.draft
        if (
            self.bare_overdue
            and draft.show == "list"
            and not self._rows_allowed()
            and not draft.worker
            and not draft.child
        ):
            draft.show = "headline"
        if draft.show == "list" and draft.child and not draft.measures:
            draft.measures = every_overdue()
        if draft.show in ("list", "compare") and draft.order is None:
            draft.order = "worst"
        if draft.show == "compare":
            self._best_or_worst()
        if draft.show not in ("list", "compare", "coming_up", "changes"):
            draft.order = None
        if draft.show == "headline" and draft.limit is not None:
            draft.show = "list"
            draft.order = draft.order or "worst"

    def _best_or_worst(self) -> None:
        """ "Fewest overdue" is best, "lowest timeliness" is worst: it depends on which way is good."""
        said = {p.value("rank") for p in self.ranks}
        high = all(CATALOGUE[s].good_is == "high" for s in self.draft.measures)
        if "best" in said or (said & {"most"} and high) or (said & {"least"} and not high):
            self.draft.order = "best"
        elif said:
            self.draft.order = "worst"

    def _rows_allowed(self) -> bool:
        allowed = self.env.listener.row_units
        return allowed is None or self.draft.unit.id in allowed


NET_WORDS = frozenset(
    {"gone down", "gone up", "going down", "going up", "coming down", "fallen", "risen", "dropped", "change", "changed",
     "gone up or down", "going up or down", "fall", "rise", "increase", "decrease", "drop", "dropping", "falling", "rising"}
)  # fmt: skip
RELATIVE_VERBS = frozenset(
    "is are was were be been have has had do does did need needs will would can could should live lives came went"
    " go get got left hold holds work works started ended began remain had became take took not".split()
)
NOT_PEOPLE = frozenset(
    {
        "school",
        "court",
        "council",
        "government",
        "company",
        "hospital",
        "week",
        "month",
        "year",
        "parent",
        "mother",
        "father",
    }
)


def apply_time(draft: Draft, when: When | None, text: str, as_at: date) -> None:
    """Period and as-at date of a draft (spec/asking.md, Time)."""
    slugs = draft.measures
    flows = [s for s in slugs if s in PERIOD_SLUGS]
    stands = [s for s in slugs if s not in PERIOD_SLUGS]
    if when is not None and not when.since_last_week:
        draft.said.add("period")
    if draft.show in ("explain", "quality", "help"):
        draft.period = None
        return
    if draft.show == "coming_up":
        week = Period(as_at + timedelta(days=1), as_at + timedelta(days=7))
        draft.period = (when.coming if when is not None and when.coming is not None else None) or week
        return
    if draft.show == "forecast":
        draft.period = when.coming if when is not None and when.coming is not None and not when.now else None
        return
    if when is None or when.since_last_week:
        if draft.show == "trend":
            draft.period = (
                last_weeks(as_at, TREND_WEEKS) if draft.by != "month" else rolling_months(as_at, 12)
            )
            if draft.by == "month":
                draft.period = last_weeks(as_at, TREND_WEEKS)
        elif draft.show in ("headline", "list", "compare", "benchmark") and flows and not stands:
            draft.period = default_period(flows, as_at)
        return
    if when.point is not None:
        draft.as_at = min(when.point, as_at)
        if flows and not stands and draft.show in ("headline", "list", "compare"):
            draft.period = default_period(flows, draft.as_at)
        return
    if when.now and not (
        flows and not stands and ("today" in text or "morning" in text or "afternoon" in text)
    ):
        draft.said.discard("period")
        draft.said.add("now")
        if draft.show == "trend":
            draft.period = last_weeks(as_at, TREND_WEEKS)
        elif flows and not stands:
            draft.period = default_period(flows, as_at)
        return
    past = when.past
    if past is None:
        draft.period = when.coming
        return
    if draft.show in ("changes", "why", "briefing"):
        if draft.show == "briefing" and not when.current:
            draft.as_at = min(past.last, as_at)
        return
    if draft.show == "trend":
        draft.period = past
        return
    if stands and not flows:
        draft.as_at = min(past.last, as_at)
        draft.period = None
    else:
        draft.period = past


def default_period(flows: Sequence[str], as_at: date) -> Period | None:
    """The period meant when nothing is said; None when the measures differ in it."""
    kinds = {CATALOGUE[s].default_period for s in flows}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind == "last_week":
        return last_weeks(as_at, 1)
    if kind == "last_12_months":
        return rolling_months(as_at, 12)
    first = as_at.replace(day=1) - timedelta(days=1)
    return Period(first.replace(day=1), first)


def _subject(name: str) -> Subject:
    from kpi_engine import vocabulary

    return vocabulary.words().subjects[name]


def _norms(text: str) -> tuple[str, ...]:
    from bot.understanding.lexicon import norms_of

    return norms_of(text)


def _copy(asked: Asked) -> Asked:
    return Asked(asked.cut, dict(asked.used), list(asked.units), list(asked.workers), list(asked.children))


def _wordish(norm: str) -> bool:
    return any(c.isalpha() for c in norm)
