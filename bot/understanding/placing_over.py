"""Whose number a follow-up asks for: another unit, one more or one fewer, the wider one, or the same as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.understanding import turns
from bot.understanding.asked import Asked
from bot.understanding.pieces import Piece
from kpi_engine.question import ALL, Question

if TYPE_CHECKING:
    from bot.understanding.laying import Laying

ALSO = frozenset({"and", "also", "plus", "too", "as well", "and also"})


def altered(asked: Asked, base: Question) -> dict[str, list[Piece]]:
    """The words that add a unit to those of the last answer or take one away, before they are taken for something
    else ("drop", "include"). "With" adds to a comparison only."""
    out: dict[str, list[Piece]] = {"add": [], "away": []}
    if not asked.units or asked.workers:
        return out
    if base.show == "compare" and base.units and {i for _, ids in asked.units for i in ids} < set(base.units):
        out["away"] = asked.find("alter", "away")
    elif base.units or base.show in ("headline", "list"):
        out["add"] = [p for p in asked.find("alter", "add") if base.units or p.norm != "with"]
    asked.use_all([*out["add"], *out["away"]], "unit", "one more or one fewer")
    return out


def place_over(walker: Laying) -> None:
    """Unit, units and worker of the draft, over those of the last question."""
    asked = walker.asked
    if _taken_away(walker):
        return
    wider = turns.wider_unit(asked, walker.base, walker.env.vocabulary)
    if asked.workers or (walker.had_unit and wider is None):
        _said_now(walker)
    else:
        _as_before(walker)


def _taken_away(walker: Laying) -> bool:
    """ "Drop CSWT 1", "without CSWT 2": a unit less beside each other; of the last two the other alone."""
    asked, draft, base, vocabulary = walker.asked, walker.draft, walker.base, walker.env.vocabulary
    words = [*walker.altered["away"], *(p for p in asked.cut.pieces if p.has("negation"))]
    gone = {unit_id for _, ids in asked.units for unit_id in ids}
    if not words or not gone or base.show != "compare" or not gone < set(base.units):
        return False
    left = sorted(set(base.units) - gone)
    asked.use_all(words, "unit", "taken away")
    draft.unit = vocabulary.unit(vocabulary.nearest_common_parent(left) if len(left) > 1 else left[0])
    draft.units = tuple(left) if len(left) > 1 else ()
    draft.said.add("unit")
    if len(left) == 1 and not walker.said_show:
        draft.show, draft.by = "headline", None
    return True


def _said_now(walker: Laying) -> None:
    draft, base, asked = walker.draft, walker.base, walker.asked
    many = len({ids for _, ids in asked.units}) > 1
    adds = walker.altered["add"]
    also = adds or [p for p in asked.cut.pieces if p.norm in ALSO]
    walker._unit()
    if adds and asked.units and not asked.workers and (base.units or base.show in ("headline", "list")):
        before = base.units or (base.unit.id,)
        if ALL not in (*before, draft.unit.id) and draft.unit.id not in before:
            draft.show = "compare"
            walker._several_units([*before, *(draft.units or (draft.unit.id,))])
        return
    if (
        len(asked.units) == 1
        and walker.shows["compare"]
        and draft.show == "compare"
        and base.show != "compare"
        and not draft.units
        and ALL not in (base.unit.id, draft.unit.id)
        and base.unit != draft.unit
    ):
        walker._several_units([base.unit.id, draft.unit.id])  # "how does that compare with CSWT 2"
        return
    if not asked.units or asked.workers or base.show != "compare" or draft.show != "compare":
        if base.show == "compare" and draft.show == "compare" and not draft.units:
            _one_of_the_compared(walker)
        return
    if base.units and not many:
        if also:
            walker._several_units([*base.units, draft.unit.id])
        elif len(asked.units) == 1:
            draft.show, draft.by = "headline", None
    elif not draft.units:
        _one_of_the_compared(walker)


def _one_of_the_compared(walker: Laying) -> None:
    """A team alone has no teams to be compared."""
    draft = walker.draft
    if walker.had_unit and draft.unit.kind == "team" and draft.by == "team":
        draft.show, draft.by = "headline", None


def _as_before(walker: Laying) -> None:
    draft, base, asked, vocabulary = walker.draft, walker.base, walker.asked, walker.env.vocabulary
    draft.unit, draft.units = base.unit, base.units
    wider = turns.wider_unit(asked, base, vocabulary)
    if wider is not None and not draft.child and draft.worker is None:
        draft.unit, draft.units = wider, ()
        draft.said.add("unit")
        asked.use_all([*asked.find("level"), *asked.find("whole"), *asked.find("own")], "unit", "level")
        return
    if draft.worker is not None and "worker" in draft.said:
        team = vocabulary.workers[draft.worker].team_id if draft.worker in vocabulary.workers else None
        draft.unit = vocabulary.unit(team) if team else base.unit
    elif draft.child and "child" in draft.said:
        team = vocabulary.child_team(draft.child, walker.env.as_at)
        draft.unit = vocabulary.unit(team) if team else base.unit
        draft.units = ()
    else:
        draft.worker = base.worker
    compared = draft.show == "compare" and not draft.units and draft.worker is None
    newly = compared and (base.show != "compare" or base.by != draft.by)
    if newly and ((draft.by == "team" and draft.unit.kind == "team") or draft.by == "service"):
        draft.unit = vocabulary.unit(ALL)
    if draft.units and draft.show != "compare" and base.show == "compare":
        draft.units = ()
    asked.use_all(asked.find("level"), "unit", "level")
