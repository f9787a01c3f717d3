"""The same records from an opened extract, of the kinds and days of a return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from kpi_engine.days import NEVER, iso, to_date
from kpi_engine.duties.child_protection import first_conferences
from kpi_engine.facts import NOBODY, Frame
from kpi_engine.joins import Holder
from kpi_engine.reconcile.records import (
    ASSESSMENT,
    CIN_PLAN,
    CP_PLAN,
    CP_REVIEW,
    END,
    ENQUIRY,
    EPISODE,
    LAC_REVIEW,
    REFERRAL,
    Record,
    Return,
)  # fmt: skip
from kpi_engine.world import World, rows_by_id

if TYPE_CHECKING:
    from kpi_engine.engine import Engine

TABLES = {
    REFERRAL: "ssd_cin_episodes", ASSESSMENT: "ssd_cin_assessments", CIN_PLAN: "ssd_cin_plans",
    ENQUIRY: "ssd_s47_enquiry", CP_PLAN: "ssd_cp_plans", CP_REVIEW: "ssd_cp_reviews",
    EPISODE: "ssd_cla_episodes", LAC_REVIEW: "ssd_cla_reviews",
}  # fmt: skip


def our_return(engine: Engine, theirs: Return) -> Return:
    """What the extract holds of the kinds of a return; its tables that are absent are no kind of ours."""
    world = engine.world
    kinds = tuple(kind for kind in theirs.kinds if world.facts[TABLES[kind]].present)
    out = Return("extract", theirs.first, min(theirs.last, engine.as_at), kinds)
    person = world.facts["ssd_person"]
    out.children = {
        str(child): _iso(int(born))
        for child, born in zip(person.text("pers_person_id"), person.day("pers_dob"), strict=True)
    }
    out.also = {
        str(legacy): str(child)
        for child, legacy in zip(person.text("pers_person_id"), person.text("pers_legacy_id"), strict=True)
        if legacy
    }
    for kind in kinds:
        out.records += MAKERS[kind](world, kind)
    absent = [TABLES[kind] for kind in theirs.kinds if kind not in kinds]
    if absent:
        out.notes.append(f"The extract does not hold {' and '.join(absent)}; that part is not compared.")
    if engine.as_at < theirs.last:
        out.notes.append(
            f"The extract is as at {engine.as_at.isoformat()}, before the return's end on {theirs.last.isoformat()}: "
            "later events are not compared."
        )
    return out


def _iso(number: int) -> str:
    return iso(number) or ""


def _made(
    world: World, kind: str, frame: Frame, start: str, values: Callable[[int], dict[str, str]]
) -> Iterator[Record]:
    days = frame.day(start)
    for row in np.flatnonzero((frame.child != NOBODY) & (days < NEVER)).tolist():
        child = world.facts.children.name(int(frame.child[row])) or ""
        yield Record(kind, child, to_date(int(days[row])), values(row))


def _referrals(world: World, kind: str) -> Iterator[Record]:
    frame = world.facts["ssd_cin_episodes"]
    close, nfa = frame.day("cine_close_date"), frame.text("cine_referral_nfa")
    need, reason = frame.code("cine_cin_primary_need_code"), frame.code("cine_close_reason")

    def values(row: int) -> dict[str, str]:
        return {
            END: _iso(int(close[row])), "primary need": str(need[row]), "reason for closure": str(reason[row]),
            "no further action": "Y" if nfa[row] == "Y" else "N",
        }  # fmt: skip

    return _made(world, kind, frame, "cine_referral_date", values)


def _spells(table: str, start: str, end: str) -> Callable[[World, str], Iterator[Record]]:
    """Records with a start and an end and nothing else to compare."""

    def make(world: World, kind: str) -> Iterator[Record]:
        frame = world.facts[table]
        ends = frame.day(end)
        return _made(world, kind, frame, start, lambda row: {END: _iso(int(ends[row]))})

    return make


def _plans(world: World, kind: str) -> Iterator[Record]:
    """This authority's own plans: the census holds no others."""
    frame = world.facts["ssd_cp_plans"]
    ends, others = frame.day("cppl_cp_plan_end_date"), frame.flag("cppl_cp_plan_ola")
    own = {str(one) for one in frame.text("cppl_cp_plan_id")[~others]}
    ids = iter(
        frame.text("cppl_cp_plan_id")[
            (frame.child != NOBODY) & (frame.day("cppl_cp_plan_start_date") < NEVER)
        ]
    )
    found = _made(world, kind, frame, "cppl_cp_plan_start_date", lambda row: {END: _iso(int(ends[row]))})
    return (record for record, one in zip(found, ids, strict=True) if str(one) in own)


def _enquiries(world: World, kind: str) -> Iterator[Record]:
    held, _ = first_conferences(world)
    frame = world.facts["ssd_s47_enquiry"]
    return _made(
        world, kind, frame, "s47e_s47_start_date", lambda row: {"conference date": _iso(int(held[row]))}
    )


def _cp_reviews(world: World, kind: str) -> Iterator[Record]:
    return _made(world, kind, world.facts["ssd_cp_reviews"], "cppr_cp_review_date", lambda row: {})


def _lac_reviews(world: World, kind: str) -> Iterator[Record]:
    """Reviews that were not cancelled."""
    frame = world.facts["ssd_cla_reviews"]
    cancelled = frame.flag("clar_cla_review_cancelled")
    real = (frame.child != NOBODY) & (frame.day("clar_cla_review_date") < NEVER)
    found = _made(world, kind, frame, "clar_cla_review_date", lambda row: {})
    return (record for record, off in zip(found, cancelled[real], strict=True) if not off)


def _episodes(world: World, kind: str) -> Iterator[Record]:
    """With the legal status of the first day and the type of the placement the episode names."""
    facts = world.facts
    frame, legal, placement = facts["ssd_cla_episodes"], facts["ssd_legal_status"], facts["ssd_cla_placement"]
    end, why = frame.day("clae_cla_episode_ceased_date"), frame.code("clae_cla_episode_ceased_reason")
    begun = frame.code("clae_cla_episode_start_reason")
    holder = Holder(legal.child, legal.day("lega_legal_status_start_date"), legal.day("lega_legal_status_end_date"),
                    legal.text("lega_legal_status_id"))  # fmt: skip
    status = np.append(legal.code("lega_legal_status"), "")[
        holder.at(frame.child, frame.day("clae_cla_episode_start_date"))
    ]
    named = rows_by_id(placement.text("clap_cla_placement_id"), frame.text("clae_cla_placement_id"))
    home = np.append(placement.code("clap_cla_placement_type"), "")[named]

    def values(row: int) -> dict[str, str]:
        told = {"reason for start": begun[row], "reason for end": why[row], "legal status": status[row],
                "placement type": home[row]}  # fmt: skip
        return {END: _iso(int(end[row]))} | {name: str(code) for name, code in told.items() if code}

    return _made(world, kind, frame, "clae_cla_episode_start_date", values)


MAKERS: dict[str, Callable[[World, str], Iterator[Record]]] = {
    REFERRAL: _referrals,
    ASSESSMENT: _spells("ssd_cin_assessments", "cina_assessment_start_date", "cina_assessment_auth_date"),
    CIN_PLAN: _spells("ssd_cin_plans", "cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
    ENQUIRY: _enquiries,
    CP_PLAN: _plans,
    CP_REVIEW: _cp_reviews,
    EPISODE: _episodes,
    LAC_REVIEW: _lac_reviews,
}
