"""Looked-after children, their placements, reviews and ways out of care."""

from __future__ import annotations

import numpy as np

from kpi_engine.cases.owners import on_its_date
from kpi_engine.days import NEVER, birthday, plus_months
from kpi_engine.facts import NO_TEAM, NOBODY, Codes
from kpi_engine.sheet import Events, Sheet, of_children
from kpi_engine.view import View
from kpi_engine.world import World

FAR_MILES = 20
INDEPENDENT_PROVIDERS = ("PR4", "PR5")
TOOK_PART = ("PN1", "PN2", "PN3", "PN4", "PN5", "PN6")
PARTICIPATION_AGE = 4
PERMANENCE_REASONS = ("E11", "E12", "E4A", "E4B", "E43", "E44", "E45", "E46", "E47", "E48", "E41")
PERMANENCE_MONTHS = 18


def looked_after(view: View) -> Sheet:
    return of_children(view.looked_after, view.owners)


def lac_unallocated(view: View) -> Sheet:
    return of_children(view.looked_after & (view.owners[0] == NOBODY), view.owners)


def _open_placements(view: View) -> Codes:
    frame = view.facts["ssd_cla_placement"]
    open_ = (frame.day("clap_cla_placement_start_date") <= view.as_at) & (
        frame.day("clap_cla_placement_end_date") > view.as_at
    )
    return np.flatnonzero(open_ & (frame.child >= 0) & view.looked_after[np.maximum(frame.child, 0)])


def _placements(view: View, rows: Codes, met: np.ndarray) -> Sheet:
    child = view.facts["ssd_cla_placement"].child[rows]
    worker, team = view.owners
    return Sheet(child, team[child], worker[child], met)


def placements_by_distance(view: View) -> Sheet:
    """Open placements with a known distance; met: more than 20 miles."""
    miles = view.facts["ssd_cla_placement"].number("clap_cla_placement_distance")
    rows = _open_placements(view)
    rows = rows[~np.isnan(miles[rows])]
    return _placements(view, rows, miles[rows] > FAR_MILES)


def foster_placements(view: View) -> Sheet:
    """Open foster placements (U codes); met: with an independent agency."""
    frame = view.facts["ssd_cla_placement"]
    foster = np.array([str(c).startswith("U") for c in frame.code("clap_cla_placement_type")], dtype=bool)
    rows = _open_placements(view)
    rows = rows[foster[rows]] if len(rows) else rows
    provider = frame.code("clap_cla_placement_provider").astype(str)
    return _placements(view, rows, np.isin(provider[rows], INDEPENDENT_PROVIDERS))


def in_house_places(view: View) -> Sheet:
    """The newest count on or before D; it belongs to the authority as a whole."""
    frame = view.facts["local_placements_in_house"]
    when = frame.day("as_at")
    rows = np.flatnonzero(when <= view.as_at)
    newest = rows[np.argsort(when[rows], kind="stable")][-1:]
    places = np.nan_to_num(frame.number("places"))[newest].astype(np.int64)
    nobody = np.full(len(newest), NOBODY, dtype=np.int64)
    return Sheet(nobody, np.full(len(newest), NO_TEAM), nobody, np.ones(len(newest), dtype=bool), size=places)


def lac_reviews_held(world: World) -> Events:
    """Reviews held of children of four and over; met: the child took part (PN1 to PN6)."""
    frame, care = world.facts["ssd_cla_reviews"], world.care
    owner = {str(i): int(c) for i, c in zip(care.cla_id[::-1], care.child[::-1], strict=True)}
    child = np.array(
        [
            int(c) if c >= 0 else owner.get(str(i), NOBODY)
            for c, i in zip(frame.child, frame.text("clar_cla_id"), strict=True)
        ],
        dtype=np.int64,
    )
    held = frame.day("clar_cla_review_date")
    born = np.append(world.facts.born, NEVER)[np.where(child == NOBODY, len(world.facts.born), child)]
    fourth = birthday(born, PARTICIPATION_AGE)
    counts = ~frame.flag("clar_cla_review_cancelled") & (fourth <= held)
    when = np.where(counts, held, NEVER)
    took_part = np.isin(frame.code("clar_cla_review_participation").astype(str), TOOK_PART)
    return on_its_date(world, child, when, met_from=np.where(took_part, when, NEVER))


def permanence(world: World) -> Events:
    """Care periods that ended by return home, adoption, SGO or CAO; met: within 18 months of their start."""
    episode, care = world.facts["ssd_cla_episodes"], world.care
    ceased = episode.day("clae_cla_episode_ceased_date")
    reason = episode.code("clae_cla_episode_ceased_reason")
    last: dict[tuple[int, str], tuple[int, str]] = {}
    for row in np.flatnonzero(ceased < NEVER):
        key = (int(episode.child[row]), str(episode.text("clae_cla_id")[row]))
        if key not in last or int(ceased[row]) >= last[key][0]:
            last[key] = (int(ceased[row]), str(reason[row]))
    when = np.full(len(care.child), NEVER, dtype=np.int64)
    for place in np.flatnonzero(care.final & (care.end < NEVER) & (care.start < NEVER)):
        if last.get((int(care.child[place]), str(care.cla_id[place])), (0, ""))[1] in PERMANENCE_REASONS:
            when[place] = care.end[place]
    soon = care.end <= plus_months(care.start, PERMANENCE_MONTHS)
    return on_its_date(world, care.child, when, closes=True, met_from=np.where(soon, when, NEVER))


AS_AT = {
    "looked_after": looked_after, "lac_unallocated": lac_unallocated, "foster_placements": foster_placements,
    "placements_by_distance": placements_by_distance, "in_house_places": in_house_places,
}  # fmt: skip
EVENTS = {"lac_reviews_held": lac_reviews_held, "permanence": permanence}
