"""Records of the case system in words: what a row of a table is called, and what became of it.

Input: kpi_engine.answering.records_changed.RecordChange as JSON.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.wording.plain import counted, day, listed

NOUNS = {
    "ssd_person": "person record", "ssd_involvements": "allocation", "ssd_contacts": "contact",
    "ssd_cin_episodes": "referral", "ssd_cin_assessments": "assessment", "ssd_cin_plans": "CIN plan",
    "ssd_cin_visits": "CIN visit", "ssd_s47_enquiry": "section 47 enquiry",
    "ssd_initial_cp_conference": "initial CP conference", "ssd_cp_plans": "CP plan",
    "ssd_cp_reviews": "CP review conference", "ssd_cp_visits": "CP visit", "ssd_cla_episodes": "care episode",
    "ssd_cla_placement": "placement", "ssd_cla_reviews": "LAC review", "ssd_cla_visits": "LAC visit",
    "ssd_cla_care_plan": "care plan", "ssd_cla_health": "health check", "ssd_sdq_scores": "SDQ",
    "ssd_legal_status": "legal status", "ssd_missing": "missing episode", "ssd_care_leavers": "care leaver record",
    "local_meetings": "meeting", "local_contact_decisions": "contact decision",
    "local_pre_proceedings": "pre-proceedings", "local_court": "care proceedings",
    "local_private_fostering": "private fostering arrangement",
    "local_private_fostering_visits": "private fostering visit", "local_carer_assessments": "carer assessment",
    "local_placements_in_house": "count of in-house places", "local_return_interviews": "return interview",
    "local_peps": "PEP", "local_exploitation": "exploitation flag", "local_audits": "audit",
    "local_complaints": "complaint", "local_staff": "staff record", "local_supervisions": "supervision",
}  # fmt: skip
MOST = 3
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CAPITALS = {"cp": "CP", "cin": "CIN", "cla": "LAC", "icpc": "conference", "dob": "date of birth"}
_WORDS_OF_DATES = ("start", "end", "close", "ceased", "authorised", "auth", "due", "target", "referral", "decision",
                   "completed", "issue", "conclusion")  # fmt: skip
_PREFIXED = re.compile(r"^[a-z0-9]{4}_")


def noun(table: str) -> str:
    """What one row of the table is called."""
    return NOUNS.get(table, "record")


def change(told: Mapping[str, Any], near: date | None = None) -> str:
    """One change: "CP visit of Fri 25 Sep recorded since", "CP plan of ...: end date moved from ... to ...".

    near: dates of its year are said without the year.
    """
    of = f" of {_day(told['on'], near)}" if told.get("on") else ""
    what = f"{noun(told['table'])}{of}"
    if told["kind"] == "recorded":
        return f"{what} recorded since"
    if told["kind"] == "deleted":
        return f"{what} deleted since"
    column, before, after = _column(told), told["before"], told["after"]
    if not (_is_day(before) or _is_day(after)):
        return f"{what}: {column} changed"  # an id of a worker or a team says nothing to a reader
    if not before:
        return f"{what}: {column} {_day(after, near)} recorded since"
    if not after:
        return f"{what}: {column} {_day(before, near)} taken out"
    return f"{what}: {column} moved from {_day(before, near)} to {_day(after, near)}"


def changes(told: Sequence[Mapping[str, Any]], near: date | None = None) -> str:
    """Some changes in one sentence without its full stop; "" for none."""
    said = list(dict.fromkeys(change(each, near) for each in told))
    more = len(said) - MOST
    return "; ".join([*said[:MOST], *([f"{counted(more, 'more records')} changed"] if more > 0 else [])])


def tally(told: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Changes counted, without child, date or key: {table, kind, count}."""
    seen = {(each["table"], each["kind"], each["key"]) for each in told}
    counts = Counter((table, kind) for table, kind, _ in seen)
    return [{"table": table, "kind": kind, "count": count} for (table, kind), count in sorted(counts.items())]


def in_short(counts: Iterable[Mapping[str, Any]]) -> str:
    """A `tally` in words: "2 CP visits recorded since and 1 CP plan changed since"."""
    return listed(
        f"{each['count']} {_plural(noun(each['table']), each['count'])} {each['kind']} since"
        for each in counts
    )


def _plural(words: str, count: int) -> str:
    if count == 1 or words.endswith(("proceedings", "status")):
        return words
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _column(told: Mapping[str, Any]) -> str:
    """The column in words: "start date" of cppl_cp_plan_start_date, "date" of cppv_cp_visit_date."""
    words = _PREFIXED.sub("", told["column"]).split("_")
    if words[-1] == "date":
        return f"{words[-2]} date" if len(words) > 1 and words[-2] in _WORDS_OF_DATES else "date"
    return " ".join(_CAPITALS.get(word, word) for word in words if word not in ("id", "json", "desc"))


def _is_day(cell: str) -> bool:
    return bool(_DAY.match(cell))


def _day(cell: str, near: date | None) -> str:
    return day(date.fromisoformat(cell[:10]), near)
