"""An Annex A workbook's records as SSD rows, list by list.

Annex A has no ids of records: a record's id is made of the child's id and the record's date, so that the same record
has the same id in the next workbook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kpi_engine.cells import flag
from kpi_engine.extracts.annex_a_rows import Entry, ListRows
from kpi_engine.extracts.raw import ROW_SUFFIX
from kpi_engine.extracts.workbook import is_date
from kpi_engine.findings import Finding

REFERRAL_WITHIN_DAYS = 60
"""The start of a child in need belongs to the child's latest referral in the days up to it."""
FIRST_REVIEW_DAYS, SECOND_REVIEW_DAYS = 28, 28 + 91
"""When a looked-after child's first and second review fall due, about: 20 working days, and three months more."""
CLOSED = "closed episode"
LONG_TERM = "long-term fostering"

Row = dict[str, str]
Lists = Mapping[int, ListRows]


def records(lists: Lists, as_at: date, findings: list[Finding]) -> dict[str, list[Row]]:
    """{table: its rows}; the table of a list that is missing is absent."""
    out: dict[str, list[Row]] = {}
    made = _episodes(lists, findings)
    episodes = _by_child(made)
    if 3 in lists or 6 in lists:
        out["ssd_cin_episodes"] = [one.row() for one in made]
    makers = {1: _contacts, 2: _early_help, 7: _plans, 8: _care, 9: _leavers, 10: _adoption}
    for number, make in makers.items():
        if number in lists:
            out |= make(lists[number])
    if 4 in lists:
        out["ssd_cin_assessments"] = [_assessment(e, episodes) for e in lists[4].entries]
    if 5 in lists:
        out |= _enquiries(lists[5], episodes, as_at)
    return out


def _row(entry: Entry, **cells: str) -> Row:
    return {ROW_SUFFIX: str(entry.row), **cells}


def _id(prefix: str, entry: Entry, when: str, number: int = 1) -> str:
    """A record's id; empty, which is a finding, where the child is not named."""
    again = f"-{number}" if number > 1 else ""
    return f"{prefix}-{entry['child']}-{when}{again}" if entry["child"] else ""


# Lists 1 and 2


def _contacts(found: ListRows) -> dict[str, list[Row]]:
    """A child may have several contacts on a day: they are numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    out = []
    for entry in found.entries:
        seen[entry["child"], entry["when"]] += 1
        number = seen[entry["child"], entry["when"]]
        out.append(_row(entry, cont_contact_id=_id("CONTACT", entry, entry["when"], number),
                        cont_person_id=entry["child"], cont_contact_date=entry["when"],
                        cont_contact_source_desc=entry["source"]))  # fmt: skip
    return {"ssd_contacts": out}


def _early_help(found: ListRows) -> dict[str, list[Row]]:
    return {"ssd_early_help_episodes": [
        _row(e, earl_episode_id=_id("EARLY", e, e["start"]), earl_person_id=e["child"],
             earl_episode_start_date=e["start"], earl_episode_end_date=e["end"],
             earl_episode_organisation=e["organisation"])
        for e in found.entries
    ]}  # fmt: skip


# Lists 3 and 6: referrals and episodes of need


@dataclass
class Episode:
    """One referral and what it opened. working: List 6 carries it on, or an assessment of it is open."""

    child: str
    referred: str
    close: str = ""
    need: str = ""
    reason: str = ""
    source: str = ""
    nfa: str = ""
    team: str = ""
    working: bool = False

    @property
    def id(self) -> str:
        return f"REFERRAL-{self.child}-{self.referred}" if self.child else ""

    def holds(self, when: str) -> bool:
        """Whether it was open on a day, as far as List 6 says."""
        return self.working and self.referred <= when <= (self.close or when)

    def row(self) -> Row:
        return {
            "cine_referral_id": self.id, "cine_person_id": self.child, "cine_referral_date": self.referred,
            "cine_referral_source_desc": self.source, "cine_referral_nfa": self.nfa,
            "cine_cin_primary_need_code": self.need, "cine_close_date": self.close,
            "cine_close_reason": self.reason, "cine_referral_team": self.team,
        }  # fmt: skip


def _by_child(episodes: list[Episode]) -> dict[str, list[Episode]]:
    out: dict[str, list[Episode]] = {}
    for one in episodes:
        out.setdefault(one.child, []).append(one)
    return out


def _episodes(lists: Lists, findings: list[Finding]) -> list[Episode]:
    """List 6 says who is in need; List 3 when they were referred, and of whom nothing came.

    A referral that List 6 does not carry on, and of which no assessment is open, is taken as closed on its own day:
    it counts as a referral and in no number of open cases.
    """
    referrals = [
        Episode(e["child"], e["when"], source=e["source"], nfa=e["nfa"], team=e["team"])
        for e in (lists[3].entries if 3 in lists else ())
    ]
    out, theirs = list(referrals), _by_child(referrals)
    for entry in lists[6].entries if 6 in lists else ():
        one = _referral_of(entry, theirs.get(entry["child"], []))
        if one is None:
            one = Episode(entry["child"], entry["start"])
            out.append(one)
        one.close, one.need, one.reason, one.working = entry["end"], entry["need"], entry["reason"], True
        one.team = entry["team"] or one.team
        if CLOSED in entry["status"].casefold() and not entry["end"]:
            findings.append(
                Finding("closed without a closing date", "ssd_cin_episodes", one.id,
                        f"List 6, row {entry.row}: the case status is closed and there is no closure date; the case "
                        "counts as open.", entry["child"] or None)
            )  # fmt: skip
    for entry in lists[4].entries if 4 in lists else ():
        if not entry["authorised"]:
            for one in theirs.get(entry["child"], []):
                one.working |= one.referred <= entry["start"] and flag(one.nfa) != "Y"
    for one in referrals:
        if not one.working and flag(one.nfa) != "Y":
            one.close = one.referred
    return out


def _referral_of(entry: Entry, referrals: list[Episode]) -> Episode | None:
    """The child's latest referral, not yet carried on, in the days up to the start."""
    if not is_date(entry["start"]):
        return None
    start = _day(entry["start"])
    near = [
        one
        for one in referrals
        if not one.working and flag(one.nfa) != "Y" and is_date(one.referred)
        and start is not None and (day := _day(one.referred)) is not None
        and timedelta(0) <= start - day <= timedelta(days=REFERRAL_WITHIN_DAYS)
    ]  # fmt: skip
    return max(near, key=lambda one: one.referred, default=None)


def _day(text: str) -> date | None:
    """The day of a date cell; None for one that does not exist (30 February)."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _held_by(entry: Entry, episodes: Mapping[str, list[Episode]]) -> str:
    """The id of the child's latest episode that was open on the day the record began."""
    found = [one for one in episodes.get(entry["child"], []) if one.holds(entry["start"])]
    return max(found, key=lambda one: one.referred).id if found else ""


# Lists 4 and 5


def _assessment(entry: Entry, episodes: Mapping[str, list[Episode]]) -> Row:
    return _row(
        entry, cina_assessment_id=_id("ASSESSMENT", entry, entry["start"]), cina_person_id=entry["child"],
        cina_referral_id=_held_by(entry, episodes), cina_assessment_start_date=entry["start"],
        cina_assessment_child_seen=entry["seen"], cina_assessment_auth_date=entry["authorised"],
        cina_assessment_team=entry["team"],
    )  # fmt: skip


def _enquiries(found: ListRows, episodes: Mapping[str, list[Episode]], as_at: date) -> dict[str, list[Row]]:
    """An enquiry that needed no conference had ended by the extract's date; Annex A does not say when."""
    enquiries, conferences = [], []
    for entry in found.entries:
        unnecessary = flag(entry["unnecessary"]) == "Y"
        enquiry = _id("S47", entry, entry["start"])
        enquiries.append(
            _row(entry, s47e_s47_enquiry_id=enquiry, s47e_person_id=entry["child"],
                 s47e_referral_id=_held_by(entry, episodes), s47e_s47_start_date=entry["start"],
                 s47e_s47_end_date=as_at.isoformat() if unnecessary else "",
                 s47e_s47_nfa="Y" if unnecessary else "", s47e_s47_completed_by_team=entry["team"])
        )  # fmt: skip
        if entry["conference"]:
            conferences.append(
                _row(entry, icpc_icpc_id=_id("ICPC", entry, entry["start"]), icpc_person_id=entry["child"],
                     icpc_s47_enquiry_id=enquiry, icpc_icpc_date=entry["conference"],
                     icpc_icpc_outcome_cp_flag=entry["plan"])
            )  # fmt: skip
    return {"ssd_s47_enquiry": enquiries, "ssd_initial_cp_conference": conferences}


# List 7


def _plans(found: ListRows) -> dict[str, list[Row]]:
    """A visit that is called statutory is taken as one at which the child was seen."""
    plans, visits, reviews = [], [], []
    for e in found.entries:
        plan = _id("PLAN", e, e["start"])
        plans.append(
            _row(e, cppl_cp_plan_id=plan, cppl_person_id=e["child"], cppl_cp_plan_start_date=e["start"],
                 cppl_cp_plan_end_date=e["end"], cppl_cp_plan_initial_category=e["first_category"],
                 cppl_cp_plan_latest_category=e["category"])
        )  # fmt: skip
        if e["visit"]:
            visits.append(
                _row(e, cppv_cp_visit_id=_id("VISIT", e, e["start"]), cppv_person_id=e["child"],
                     cppv_cp_plan_id=plan, cppv_cp_visit_date=e["visit"], cppv_cp_visit_seen="Y",
                     cppv_cp_visit_seen_alone=e["alone"])
            )  # fmt: skip
        if e["review"]:
            reviews.append(
                _row(e, cppr_cp_review_id=_id("REVIEW", e, e["start"]), cppr_person_id=e["child"],
                     cppr_cp_plan_id=plan, cppr_cp_review_date=e["review"])
            )  # fmt: skip
    out = {"ssd_cp_plans": plans}
    return out | {
        table: made
        for column, table, made in (
            ("visit", "ssd_cp_visits", visits),
            ("review", "ssd_cp_reviews", reviews),
        )
        if column in found.columns
    }


# List 8


def _care(found: ListRows) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = {"ssd_cla_episodes": []}
    tables = {
        "review": "ssd_cla_reviews",
        "visit": "ssd_cla_visits",
        "placement_start": "ssd_cla_placement",
        "status": "ssd_legal_status",
        "permanence": "ssd_cla_care_plan",
        "health": "ssd_cla_health",
        "dental": "ssd_cla_health",
    }
    for column, table in tables.items():
        if column in found.columns:
            out.setdefault(table, [])
    for e in found.entries:
        for table, row in _one_in_care(e, _id("CARE", e, e["start"])):
            if table in out:
                out[table].append(row)
    return out


def _one_in_care(e: Entry, care: str) -> Iterator[tuple[str, Row]]:
    child = e["child"]
    yield "ssd_cla_episodes", _row(
        e, clae_cla_episode_id=care, clae_person_id=child, clae_cla_id=care,
        clae_cla_episode_start_date=e["start"], clae_cla_primary_need_code=e["need"],
        clae_cla_episode_ceased_date=e["end"], clae_cla_episode_ceased_reason=e["reason"],
        clae_cla_last_iro_contact_date=e["iro"],
    )  # fmt: skip
    yield "ssd_cla_placement", _row(
        e, clap_cla_placement_id=_id("PLACEMENT", e, e["placement_start"]), clap_person_id=child, clap_cla_id=care,
        clap_cla_placement_start_date=e["placement_start"], clap_cla_placement_end_date=e["end"],
        clap_cla_placement_type=e["placement_type"], clap_cla_placement_provider=e["provider"],
        clap_cla_placement_postcode=e["postcode"], clap_cla_placement_urn=e["urn"],
    )  # fmt: skip
    if e["status"]:
        yield "ssd_legal_status", _row(
            e, lega_legal_status_id=_id("LEGAL", e, e["status_start"] or e["start"]), lega_person_id=child,
            lega_legal_status=e["status"], lega_legal_status_start_date=e["status_start"] or e["start"],
            lega_legal_status_end_date=e["end"],
        )  # fmt: skip
    if LONG_TERM in e["permanence"].casefold().replace("long term", "long-term"):
        # Since when is not said: the plan is taken to have been this one since the placement began.
        yield "ssd_cla_care_plan", _row(
            e, lacp_table_id=_id("PERMANENCE", e, e["start"]), lacp_person_id=child,
            lacp_cla_care_plan_start_date=e["placement_start"], lacp_cla_care_plan_json='{"LTFOST18": "Y"}',
        )  # fmt: skip
    if e["visit"]:
        yield "ssd_cla_visits", _row(
            e, clav_cla_visit_id=_id("VISIT", e, e["start"]), clav_cla_id=care, clav_person_id=child,
            clav_cla_visit_date=e["visit"], clav_cla_visit_seen="Y",
        )  # fmt: skip
    for number, when in enumerate(_reviews(e), start=1):
        yield "ssd_cla_reviews", _row(
            e, clar_cla_review_id=_id("REVIEW", e, e["start"], number), clar_cla_id=care, clar_cla_person_id=child,
            clar_cla_review_date=when,
        )  # fmt: skip
    for column, kind in (("health", "Health assessment"), ("dental", "Dental check")):
        if e[column]:
            yield "ssd_cla_health", _row(
                e, clah_health_check_id=_id(column.upper(), e, e["start"]), clah_person_id=child,
                clah_health_check_type=kind, clah_health_check_date=e[column], clah_health_check_status="Completed",
            )  # fmt: skip


def _reviews(e: Entry) -> list[str]:
    """The latest review, and before it a first one where the latest cannot be the first.

    The next review is due three months after the first and six months after any other, so it matters which one the
    latest is. One that lies nearer to the day the second fell due than to that of the first was not the first: a first
    review is then taken to have been held when it fell due.
    """
    latest, start = _day(e["review"]), _day(e["start"])
    if latest is None or start is None:
        return [e["review"]] if e["review"] else []
    if (latest - start).days <= (FIRST_REVIEW_DAYS + SECOND_REVIEW_DAYS) // 2:
        return [e["review"]]
    return [(start + timedelta(days=FIRST_REVIEW_DAYS)).isoformat(), e["review"]]


# Lists 9 and 10


def _leavers(found: ListRows) -> dict[str, list[Row]]:
    return {"ssd_care_leavers": [
        _row(e, clea_table_id=f"LEAVER-{e['child']}" if e["child"] else "", clea_person_id=e["child"],
             clea_care_leaver_eligibility=e["eligibility"], clea_care_leaver_in_touch=e["touch"],
             clea_care_leaver_latest_contact=e["contact"], clea_care_leaver_accommodation=e["home"],
             clea_care_leaver_accom_suitable=e["suitable"], clea_care_leaver_activity=e["activity"],
             clea_pathway_plan_review_date=e["plan"], clea_care_leaver_personal_advisor=e["adviser"],
             clea_care_leaver_allocated_team=e["team"], clea_care_leaver_worker_id=e["worker"] or e["adviser"])
        for e in found.entries
    ]}  # fmt: skip


def _adoption(found: ListRows) -> dict[str, list[Row]]:
    return {"ssd_permanence": [
        _row(e, perm_table_id=f"ADOPTION-{e['child']}" if e["child"] else "", perm_person_id=e["child"],
             perm_adm_decision_date=e["decision"], perm_placement_order_date=e["order"],
             perm_matched_date=e["matched"], perm_placed_for_adoption_date=e["placed"],
             perm_permanence_order_date=e["adopted"], perm_decision_reversed_date=e["reversed"],
             perm_decision_reversed_reason=e["reason"], perm_placed_ffa_cp_date=e["fostered"])
        for e in found.entries
    ]}  # fmt: skip
