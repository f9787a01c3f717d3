"""The measures: a subject under an aspect and a show (spec/asking.md, Aspect and Umbrella words)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding import wording
from bot.understanding.amounts import limit_words
from bot.understanding.draft import PERIOD_SLUGS, Problem
from bot.understanding.lexicon import norms_of
from bot.understanding.naming import subject_named
from bot.understanding.pieces import Piece
from bot.understanding.placing import Placing
from bot.understanding.reading import Choice, Reading
from bot.understanding.subjects import (
    Named,
    every_exception,
    every_overdue,
    is_share,
    limits_of,
)
from kpi_engine.measures import CATALOGUE, in_catalogue_order
from kpi_engine.vocabulary import Subject

CAME_IN = frozenset({"had", "have", "got", "gotten", "recorded"})
"""What is said of things that come in, too: "how many contacts have we had" counts them."""
HOLDING = frozenset(
    {"hold", "holds", "holding", "held", "carry", "carries", "carrying", "got", "have", "has"}
)


HOLDS = frozenset({"hold", "holds", "holding", "carry", "carries", "carrying"})
"""What only a worker's caseload is."""


class Measuring(Placing):
    """Chooses the measures, or asks back which are meant."""

    def _measures(self) -> None:
        asked, draft = self.asked, self.draft
        every = asked.find("every")
        exceptions = asked.find("exceptions")
        if not self.named and self._asks_what_is_held():
            self.named = [Named(subject_named("caseloads"), frozenset(), frozenset())]
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

    def _asks_what_is_held(self) -> bool:
        """ "How many does Chloe Marsh hold?" asks for her caseload."""
        counted = (
            self.draft.show == "headline" and bool(self.shows["count"]) and self.aspects.name in ("", "done")
        )
        return counted and self.draft.worker is not None and bool(HOLDING & set(self.norms))

    def _no_subject(self, every: Sequence[Piece], exceptions: Sequence[Piece]) -> None:
        draft, asked = self.draft, self.asked
        if draft.show in ("briefing", "contract"):
            return
        if (exceptions and self.aspects.name == "") or (
            self.aspects.name in ("overdue", "late")
            and draft.show
            in (
                "list",
                "headline",
                "compare",
                "trend",
                "changes",
                "why",
                "forecast",
            )
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
            raise Problem(self._unknown(self._leftover()))
        if draft.show == "headline" and self.aspects.name in ("overdue", "late") and not self.shows["count"]:
            draft.show = "list"
        if draft.filters.get("case_type") is None:
            pass

    def _only_how(self) -> bool:
        """ "How is CSWT 1 doing?", "MASH performance": a briefing."""
        said = [
            p
            for p in self.asked.cut.pieces
            if p.norm != "," and not all(s.kind in ("ignorable", "talk") for s in p.senses)
        ]
        return "how" in self.norms or len([p for p in said if p.senses or p.name]) <= 3

    def _claimed(self) -> bool:
        """A word that two subjects claim: asked back."""
        draft, env = self.draft, self.env
        if len(self.named) != 1:
            return False
        subject = self.named[0].subject
        kinds = set(subject.claimed_by)
        if kinds and env.vocabulary.is_fostering(draft.unit):
            other = subject_named(next(iter(subject.claimed_by.values())))
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
        choices = []
        self._apply_show_row_rule()
        for says, slugs in options[:5]:
            draft.measures = in_catalogue_order(slugs)
            saved = (draft.as_at, draft.period, draft.order)
            self._apply_time()
            self._finish()
            question = draft.question()
            draft.as_at, draft.period, draft.order = saved
            choices.append(Choice(says[0].upper() + says[1:], question))
        draft.measures = ()
        doubtful = " ".join(
            p.text for p in self.asked.cut.pieces if self.asked.used.get(p, ("",))[0] == "measure"
        )
        return Reading(
            "clarify", draft.question(), tuple(choices), ask, ambiguity=f"{name}:{aspect}", doubtful=doubtful
        )

    def _apply_show_row_rule(self) -> None:
        if self.bare_overdue and not self._rows_allowed():
            self.draft.show = "headline"

    def _slugs(self, subject: Subject) -> tuple[str, ...]:
        """The measures of a subject under the aspect and show of the question."""
        show, aspect = self.draft.show, self.aspects.name
        concepts = {p.value("concept") for p in self.asked.cut.pieces if p.has("concept")}
        if self.late_and_rate and show != "explain" and subject.in_time and subject.overdue:
            raise Problem(
                self._ask(
                    f"As a share in time, or the number overdue of {subject.says}?",
                    [
                        (f"{subject.says}, in time", subject.in_time),
                        (f"{subject.says}, overdue", subject.overdue),
                    ],
                    subject.name,
                )
            )
        self._limit_aspect(subject)
        self._past_limit(subject)
        if self.narrowed is not None:
            subject = self.narrowed
        aspect = self.aspects.name
        if subject.needs_limit_for and not self._has_permanence(subject):
            raise Problem(self._refuse_subject(subject))
        by_seen = "child_seen" in concepts and subject.name.endswith("visits") and "visit" not in concepts
        if by_seen and aspect not in ("overdue", "late", "in_time", "due") and not self.negated:
            raise Problem(self._refuse_subject(subject))
        if show == "explain" and subject.explain:
            return subject.explain
        if show == "explain":
            if subject.ask and subject.choices:
                return subject.choices
            return subject.plain or (subject.overdue + subject.in_time) or subject.bare
        if (
            subject.name == "children"
            and self.asked.workers
            and aspect in ("", "done")
            and show in ("headline", "list")
            and ("case" in self.norms or HOLDS & set(self.norms))
        ):
            # "Nadia's cases" is her caseload; "which children does Nadia hold" lists them
            return subject.choices if show == "list" else subject_named("caseloads").plain
        if subject.ask and subject.choices:
            options = subject.choices
            if aspect in ("overdue", "late", "due") or show in ("coming_up", "changes", "why"):
                options = subject.choices_overdue or (subject.overdue if subject.overdue else options)
                if subject.overdue and len(subject.overdue) == 1 and not subject.choices_overdue:
                    return subject.overdue
            elif aspect in ("in_time", "rate", "weak") and subject.choices_in_time:
                options = subject.choices_in_time
            raise Problem(self._ask(subject.ask, [(CATALOGUE[s].title, (s,)) for s in options], subject.name))
        if show == "why" and not self.draft.child and self.aspects.name not in ("overdue", "late", "due"):
            if aspect in ("in_time", "rate", "weak", "done") and subject.in_time:
                return subject.in_time
            return subject.bare or subject.plain or subject.overdue + subject.in_time
        if self.asks_whether and subject.plain:
            return subject.plain
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
        if aspect == "done" and subject.count and self.aspects.said.split()[-1] in {*CAME_IN, "made"}:
            return subject.count
        if show == "changes":
            return subject.overdue or subject.plain or subject.in_time
        if self.negated and subject.negated:
            return subject.negated
        if aspect in ("overdue", "late"):
            return self._overdue_slugs(subject)
        if (
            aspect == "in_time"
            or (aspect == "due" and show != "coming_up")
            or (
                aspect == "done"
                and subject.in_time
                and (self.when is not None or self.shows["count"])
                and not (subject.count and self.aspects.said.split()[-1] in CAME_IN)
            )
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
        if "child" in concepts and subject.open and not aspect and show in ("headline", "list"):
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
            return subject.plain or subject.overdue or subject.open or subject.in_time
        return subject.bare or subject.plain or (subject.overdue + subject.in_time)

    def _open_and_overdue(self) -> bool:
        """ "Number open and number overdue" asks for both; "open assessments overdue" for one."""
        pieces = self.asked.cut.pieces
        opened = [p for p in pieces if p.has("concept", "open")]
        late = [*self.found_aspects["overdue"], *self.found_aspects["late"]]
        if not opened or not late:
            return False
        first, second = sorted((opened[0], late[0]), key=lambda p: p.first)
        between = [p.norm for p in pieces if first.end <= p.first < second.first]
        return any(norm in ("and", "/", "plus", "also") for norm in between)

    def _overdue_slugs(self, subject: Subject) -> tuple[str, ...]:
        if subject.overdue and subject.open and self._open_and_overdue():
            return subject.open + subject.overdue
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

    def _past_limit(self, subject: Subject) -> None:
        """ "Proceedings past 26 weeks" have run over their timescale; no period is meant."""
        words = self.when_text.removeprefix("past ")
        if words == self.when_text or words not in limits_of(subject) or not subject.overdue:
            return
        if self.aspects.name in ("", "overdue", "late"):
            self.when, self.when_text = None, ""
            self.aspects.name = "overdue"
            self.draft.said.add("aspect")
            if self.draft.show == "headline" and not self.shows["count"]:
                self.draft.show, self.bare_overdue = "list", True

    def _limit_aspect(self, subject: Subject) -> None:
        """ "within 45 days" is the subject's own timescale: in time. "Over 26 weeks" is overdue."""
        for piece, amount in self.amounts:
            if amount.what != "time" or piece in self.asked.used or amount.late:
                continue
            words = limit_words(amount)
            if words not in limits_of(subject) and words not in {
                " ".join(norms_of(k)) for k in subject.limits_of
            }:
                continue
            if (amount.inside or amount.compare == "at_most") and self.draft.show in (
                "coming_up",
                "forecast",
            ):
                continue
            self.asked.use(piece, "aspect", words)
            self.draft.said.add("aspect")
            narrowed = {" ".join(norms_of(k)): v for k, v in subject.limits_of.items()}.get(words)
            if narrowed is not None:
                self.narrowed = subject_named(narrowed)
            if self.aspects.name in ("", "done", "weak", "due", "rate"):
                if amount.compare in ("over", "at_least"):
                    if subject.overdue:
                        self.aspects.name = "overdue"
                        self.bare_overdue = self.bare_overdue or (
                            self.draft.show == "headline" and not self.shows["count"]
                        )
                        if self.bare_overdue:
                            self.draft.show = "list"
                elif amount.compare in ("is", "at_most", "under") and subject.in_time:
                    self.aspects.name = "in_time"
