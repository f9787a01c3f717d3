"""Whose: unit, units, worker and child of a question (spec/asking.md, Units and people)."""

from __future__ import annotations

from bot.understanding import wording
from bot.understanding.asked import AGAINST
from bot.understanding.draft import Problem
from bot.understanding.pieces import Piece
from bot.understanding.reading import Choice, Reading
from bot.understanding.refusing import Refusing
from kpi_engine.question import AUTHORITY

COMPARED = frozenset(
    {
        "compare",
        "compared",
        "compares",
        "compared with",
        "compared to",
        "stack up",
        "stack up against",
        "measure up",
    }
)
"""Of what a unit does beside another: "how do we compare with CSWT 2"."""


class Placing(Refusing):
    """Decides whose number is asked for."""

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

    def _against(self) -> bool:
        return bool(AGAINST & set(self.norms)) or bool(self.shows["compare"])

    def _unit(self) -> None:
        asked, draft, env = self.asked, self.draft, self.env
        listener, vocabulary = env.listener, env.vocabulary
        own_strong = [*asked.find("own", "strong"), *self.own_by]
        if any(p.norm.endswith(" than") or p.norm in COMPARED for p in self.shows["compare"]):
            own_strong = own_strong or asked.find("own", "weak")
        own_weak = asked.find("own", "weak")
        own_service = asked.find("own", "service")
        whole = asked.find("whole")
        here = asked.find("here")
        asked.use_all([*own_strong, *own_weak, *own_service], "unit", "own")
        asked.use_all(whole, "unit", "ALL")
        asked.use_all(here, "unit", "here")
        level = asked.find("level")
        self._unknown_unit()
        for piece, candidates in asked.units:
            if len(candidates) > 1:
                raise Problem(self._which_unit(piece, candidates))
        ids: list[str] = list(dict.fromkeys(found[0] for _, found in asked.units))
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
        elif self.every_unit:
            draft.unit = AUTHORITY
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
            if not own_strong:
                self._default_authority()
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
        inside_a_team = draft.by == "team" and draft.unit.kind == "team"
        unsaid = "unit" not in draft.said or (own_weak and not own_strong and not ids)
        if (
            draft.show == "compare"
            and not draft.units
            and unsaid
            and (inside_a_team or draft.by == "service")
        ):
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
        about_placements = bool(wanted) and all(n.subject.whole_authority_for for n in self.named)
        if about_placements and self.env.vocabulary.is_fostering(self.env.listener.default_unit):
            self.draft.unit = AUTHORITY

    def _unknown_unit(self) -> None:
        """ "CSWT 9", "in Narnia team": a name that nobody has is asked back, never replaced."""
        asked, _vocabulary = self.asked, self.env.vocabulary
        for piece, _ in asked.units:
            span = piece.name
            after = asked.cut.after(piece)
            if span and not span.whole and after.isdigit() and len(after) < 3:
                number = next((p for p in asked.open if p.first == piece.end), None)
                if number is not None and number.amount is None and number.when is None:
                    raise Problem(self._nearest(f"{piece.text} {after}", "unit", (piece, number)))

    def _which_unit(self, piece: Piece, ids: tuple[str, ...]) -> Reading:
        asked, vocabulary = self.asked, self.env.vocabulary
        choices = []
        for unit_id in ids[:5]:
            asked.units = [(p, (unit_id,) if p is piece else i) for p, i in asked.units]
            copy = asked.names_alone()
            reading = self.again(copy)
            if reading.outcome != "answered" or reading.question is None:
                return reading
            choices.append(Choice(vocabulary.unit_name(unit_id), reading.question))
        return Reading(
            "clarify",
            None,
            tuple(choices),
            wording.WHICH_UNIT,
            ambiguity=f"unit:{piece.norm}",
            doubtful=piece.text,
        )

    def _worker(self) -> None:
        asked, draft, vocabulary = self.asked, self.draft, self.env.vocabulary
        piece, ids = asked.workers[0]
        everyone = {i for _, found in asked.workers for i in found}
        if len(ids) > 1 or len(everyone) > 1:
            choices = []
            for worker_id in sorted(everyone)[:5]:
                copy = asked.names_alone()
                copy.workers = [(piece, (worker_id,))]
                reading = self.again(copy)
                if reading.outcome != "answered" or reading.question is None:
                    raise Problem(reading)
                choices.append(Choice(str(vocabulary.workers[worker_id].name), reading.question))
            raise Problem(
                Reading(
                    "clarify",
                    None,
                    tuple(choices),
                    wording.WHICH_WORKER,
                    ambiguity=f"worker:{piece.norm}",
                    doubtful=piece.text,
                )
            )
        draft.worker = ids[0]
        team = vocabulary.workers[ids[0]].team_id
        if team:
            draft.unit = vocabulary.unit(team)
            draft.units = ()
