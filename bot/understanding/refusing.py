"""Accounting for every word, and refusing what an answer would ignore."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding import wording
from bot.understanding.aspects import AspectReading
from bot.understanding.draft import Problem
from bot.understanding.lexicon import TIME_WORDS, lexicon
from bot.understanding.pieces import Piece
from bot.understanding.reading import Choice, Reading
from bot.understanding.subjects import (
    every_exception,
)
from kpi_engine.question import AUTHORITY, Order, Question
from kpi_engine.vocabulary import Subject

WHICH_OF_SEVERAL = frozenset({"first", "second", "subsequent", "later", "next", "each", "further"})
HAVING = frozenset(
    {"with a", "have a", "has a", "got a", "has got a", "have got a", "with", "have had", "has had"}
)
PRESSING = frozenset(
    [
        "urgent",
        "single",
        "official",
        "formal",
        "important",
        "key",
        "main",
        "nice",
        "lovely",
        "great",
        "perfect",
        "brilliant",
        "cool",
        "fine",
    ]
)
OF_RULES = frozenset(
    [
        "legal",
        "legally",
        "law",
        "become",
        "becomes",
        "towards",
        "toward",
        "after",
        "before",
        "begin",
        "start",
        "from",
        "until",
        "happen",
    ]
)
"""What a question about a rule may say of it without asking anything else."""
WISHES = frozenset({"like", "want"})
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

REACHING = frozenset({"reach", "hit", "below", "to"})
"""What stands before the level that a forecast is asked about."""


CLAIMED = frozenset({"under", "over", "above", "below", "at", "past", "around", "about"})
"""What stands before the level that somebody believes to be true."""


class Refusing(AspectReading):
    """Uses up fillers; what is left over refuses the question, by name."""

    def _leftover(self) -> tuple[Piece, ...]:
        """Pieces that the answer would ignore."""
        self._use_fillers()
        return tuple(self.asked.open)

    def _use_fillers(self) -> None:
        asked, draft = self.asked, self.draft
        if draft.show == "list" or (draft.order is None and self.ranks):
            self._order()
        for piece in [
            p for p, (taken, _) in asked.used.items() if taken == "show" and p.norm.startswith("on track")
        ]:
            self._target_number(piece)
        if draft.show == "forecast":
            self._level_hoped_for()
        self._level_claimed()
        for piece in asked.open:
            if piece.when is not None or piece.amount is not None:
                continue
            if piece.norm in WISHES and asked.cut.before(piece) == "not":
                continue  # "who do not like their placement" says something of the children
            greets = asked.cut.tokens[piece.first].capital and piece.end - piece.first == 1
            if piece.norm in ("morning", "afternoon", "evening") and piece.first > 1 and not greets:
                continue
            if piece.norm in PRESSING and self._says_how(piece):
                continue
            if piece.norm == "next" and draft.show == "coming_up":
                asked.use(piece, "ignorable")
            if piece.norm in HAVING and self._about_what_follows(piece):
                asked.use(piece, "ignorable")
            if (
                piece.norm in WHICH_OF_SEVERAL or piece.norm in OF_RULES or self._date_worked_out(piece)
            ) and draft.show == "explain":
                asked.use(piece, "ignorable")  # the rule that is shown covers them all
            if piece.has("target") or piece.has("claim"):
                asked.use(piece, "ignorable")
                self._target_number(piece)
                if {"target", "targets", "trajectory"} & set(piece.norm.split()):
                    draft.said.add("target")
            elif (
                piece.has("ignorable")
                or piece.has("talk")
                or piece.norm in (",", "/", "&", "@", "#", "=", "plus", "<", ">")
            ):
                if not piece.has("beyond"):
                    asked.use(piece, "ignorable")
            elif (
                piece.has("on_list")
                or piece.has("follow")
                or piece.has("point")
                or piece.has("level")
                or (
                    piece.has("staff")
                    and (draft.worker or any(n.subject.family == "workforce" for n in self.named))
                )
            ):
                asked.use(piece, "ignorable")
            elif piece.has("show", "show_me", "count", "list"):
                asked.use(piece, "show", draft.show)
            elif (piece.has("every") and (self.named or draft.measures)) or (
                piece.has("data")
                and draft.show in ("headline", "list", "briefing", "trend", "compare", "explain")
                and piece.norm in ("data", "info", "information")
            ):
                asked.use(piece, "ignorable")

    def _date_worked_out(self, piece: Piece) -> bool:
        """ "How is the review date worked out" asks for the rule, "what is the date of the review" does not."""
        return piece.norm in ("date", "due date") and bool(
            {"work", "worked", "calculate", "calculated", "set", "decide", "decided", "count", "counted"}
            & set(self.norms)
        )

    def _about_what_follows(self, piece: Piece) -> bool:
        """ "Plans with a late core group": "with a" says nothing that the aspect behind it does not."""
        after = next((p for p in self.asked.cut.pieces if p.first >= piece.end), None)
        return after is not None and self.asked.used.get(after, ("",))[0] == "aspect"

    def _says_how(self, piece: Piece) -> bool:
        """ "Urgent visits": the word right before what is counted says which of them, and is no plea."""
        following = next((p for p in self.asked.cut.pieces if p.first == piece.end), None)
        if following is None or self.asked.used.get(following, ("",))[0] not in ("measure", "aspect"):
            return False
        tokens = self.asked.cut.tokens
        return tokens[following.first].start - tokens[piece.end - 1].end < 2

    def _target_number(self, target: Piece) -> None:
        """ "The 95% target", "a target of 18": the answer says the target that is in force, whatever was said."""
        pieces = [
            p
            for p in self.asked.cut.pieces
            if p.norm not in ("%", "percent", "of", "is", "a", "at", "an", "for")
        ]
        place = pieces.index(target) if target in pieces else -1
        for near in (place - 1, place + 1):
            if 0 <= near < len(pieces) and place >= 0 and pieces[near].norm.replace(".", "", 1).isdigit():
                self.asked.use(pieces[near], "ignorable")

    def _level_hoped_for(self) -> None:
        """ "Will we get to 40% by March": where the measure is heading answers for any level, and says the target."""
        for piece in self.asked.open:
            if not piece.norm.replace(".", "", 1).isdigit():
                continue
            share = self.asked.cut.after(piece) in ("%", "percent", "per")
            if share or self.asked.cut.before(piece) in REACHING:
                self.asked.use(piece, "ignorable")

    def _level_claimed(self) -> None:
        """ "We are under 40 percent IFA placements": the number itself says whether that is so. Of teams or workers it
        would pick those below."""
        asked = self.asked
        if (
            self.draft.show != "headline"
            or self.list_pieces
            or any(asked.any(k) for k in ("level", "by", "staff"))
        ):
            return
        for piece in asked.open:
            if piece.norm.replace(".", "", 1).isdigit() and asked.cut.after(piece) in ("%", "percent", "per"):
                before = next((p for p in asked.open if p.end == piece.first), None)
                claimed = before is not None and before.norm in CLAIMED
                if claimed or {"we", "are"} <= set(self.norms[: piece.first]):
                    asked.use_all([piece, *([before] if claimed and before else [])], "ignorable")

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
        left = [*self._leftover(), *self._grouped_by_nothing()]
        if self.draft.show == "compare":
            self._order()
            left = [p for p in left if p not in self.asked.used]
        if left:
            raise Problem(self._unknown(tuple(left)))

    def _grouped_by_nothing(self) -> list[Piece]:
        """ "by dentist", "by shoe size": a grouping that is none of ours may not be passed over."""
        out = []
        taken = {piece: used[0] for piece, used in self.asked.used.items()}
        for piece in self.asked.cut.pieces:
            if piece.norm != "by" or taken.get(piece) != "ignorable":
                continue
            following = next((p for p in self.asked.cut.pieces if p.first >= piece.end), None)
            if following is None or asked_how_it_ended(self.asked.cut.before(piece)):
                continue
            mended = any(t.fixed for t in self.asked.cut.tokens[following.first : following.end])
            if taken.get(following) == "measure" or (
                mended and taken.get(following) in ("show", "ignorable")
            ):
                out.append(following)
                self.asked.use(following, "unknown")
        return out

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

    def _unknown(self, left: tuple[Piece, ...]) -> Reading:
        asked = self.asked
        self._shape_for_rights()
        question = self.draft.question()
        name = self._looks_like_a_name(left)
        if name is not None:
            kind, text = name
            return self._nearest(text, kind, left)
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
            and not p.senses
            and p.amount is None
            and p.when is None
            and p.norm.isalpha()
            and len(p.norm) > 2
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
        alike = max(self.env.vocabulary.best_likeness(bare))
        if (after == "team" or before == "team") or (after == "service" and (capital or alike >= 70)):
            return "unit", bare
        following = tokens[final.end] if final.end < len(tokens) else None
        if following is not None and following.capital and following.norm in lexicon().known:
            return None
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

    def _nearest(self, name: str, kind: str, pieces: Sequence[Piece]) -> Reading:
        """No such name: asked back with the nearest ones, each the whole question with that name in its place."""
        vocabulary = self.env.vocabulary
        choices = []
        near = vocabulary.nearest_units(name) if kind == "unit" else vocabulary.nearest_workers(name)
        unknown = [p for p in pieces if p.norm != ","]
        for found in near:
            copy = self.asked.names_alone()
            copy.use_all(unknown, kind, found)
            if kind == "unit":
                copy.units = [(p, i) for p, i in copy.units if p not in unknown]
                copy.units.append((unknown[0], (found,)))
                label = vocabulary.unit_name(found)
            else:
                copy.workers = [(unknown[0], (found,))]
                label = str(vocabulary.workers[found].name)
            reading = self.again(copy)
            if reading.outcome != "answered" or reading.question is None:
                return reading
            choices.append(Choice(label, reading.question))
        word = "team or service" if kind == "unit" else "worker"
        return Reading("clarify", None, tuple(choices), wording.no_name(name, word), doubtful=name)

    def _refuse_aspect(self, subject: Subject, said: str) -> Reading:
        return Reading(
            "out_of_scope",
            self.draft.question(),
            because=wording.no_aspect(subject.says, said),
            nearby=self._nearby(),
        )

    def _refuse_subject(self, subject: Subject) -> Reading:
        return Reading(
            "out_of_scope",
            self.draft.question(),
            because=f"I hold no number of that kind; what I can tell you about is {subject.says}.",
            nearby=self._nearby(),
        )

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


def asked_how_it_ended(word: str) -> bool:
    """ "closed by stepping down" groups nothing."""
    return word in ("closed", "close", "closing", "closure", "closures", "ended", "ending", "end", "left")


def _wordish(norm: str) -> bool:
    return any(c.isalpha() for c in norm)
