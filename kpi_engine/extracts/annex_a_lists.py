"""The lists of Ofsted's Annex A that are read, their columns, and every heading that has been seen for them.

Source: Ofsted, ILACS child-level data (Annex A); headings of 2018 to 2026 as catalogued in liia-tools-pipeline
(Social Finance Digital Labs, MIT). In 2026 Gender became Sex; List 9 gained three columns before that.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One column. headings: any of them.  needed: without it the list cannot be used."""

    name: str
    headings: tuple[str, ...]
    date: bool = False
    needed: bool = False


@dataclass(frozen=True)
class AnnexList:
    """One list: its number, what it holds, its columns."""

    number: int
    about: str
    fields: tuple[Field, ...]


def _text(name: str, *headings: str, needed: bool = False) -> Field:
    return Field(name, headings, needed=needed)


def _date(name: str, *headings: str, needed: bool = False) -> Field:
    return Field(name, headings, date=True, needed=needed)


CHILD = (
    _text("child", "Child Unique ID", "Child ID", "Child's Unique ID", needed=True),
    _text("sex", "Sex", "Gender"),
    _text("ethnicity", "Ethnicity"),
    _date("born", "Date of Birth"),
)
HELD = (_text("team", "Allocated Team"), _text("worker", "Allocated Worker"))

LISTS = {
    one.number: one
    for one in (
        AnnexList(1, "contacts", (
            *CHILD, _date("when", "Date of Contact", needed=True), _text("source", "Contact Source"),
        )),
        AnnexList(2, "early help assessments", (
            *CHILD, _date("start", "Assessment start date", needed=True),
            _date("end", "Assessment completion date"),
            _text("organisation", "Organisation completing assessment"),
        )),
        AnnexList(3, "referrals", (
            *CHILD, _date("when", "Date of referral", needed=True), _text("source", "Referral Source"),
            _text("nfa", "Referral NFA?"), *HELD,
        )),
        AnnexList(4, "assessments", (
            *CHILD, _date("start", "Continuous Assessment Start Date", "Assessment Start Date", needed=True),
            _text("seen", "Child Seen During Continuous Assessment"),
            _date("authorised", "Continuous Assessment Date of Authorisation", needed=True), *HELD,
        )),
        AnnexList(5, "section 47 enquiries and initial conferences", (
            *CHILD,
            _date("start", "Strategy discussion initiating Section 47 Enquiry Start Date", needed=True),
            _text("unnecessary", "Was an Initial Child Protection Conference deemed unnecessary?", needed=True),
            _date("conference", "Date of Initial Child Protection Conference", needed=True),
            _text("plan", "Did the Initial Child Protection Conference Result in a Child Protection Plan"),
            *HELD,
        )),
        AnnexList(6, "children in need", (
            *CHILD, _date("start", "CIN Start Date", needed=True), _text("need", "Primary Need Code"),
            _date("end", "CIN Closure Date", needed=True), _text("reason", "Reason for Closure"),
            _text("status", "Case Status"), *HELD,
        )),
        AnnexList(7, "child protection plans", (
            *CHILD, _date("start", "Child Protection Plan Start Date", needed=True),
            _text("first_category", "Initial Category of Abuse"), _text("category", "Latest Category of Abuse"),
            _date("visit", "Date of the Last Statutory Visit"), _text("alone", "Was the Child Seen Alone?"),
            _date("review", "Date of latest review conference"),
            _date("end", "Child Protection Plan End Date", needed=True), *HELD,
        )),
        AnnexList(8, "looked-after children", (
            *CHILD, _date("start", "Date Started to be Looked After", needed=True),
            _text("need", "Child's Category of Need"),
            _date("status_start", "Start date of current legal status"), _text("status", "Child's Legal Status"),
            _date("review", "Date of Latest Statutory Review"), _date("visit", "Date of Last Social Work Visit"),
            _text("permanence", "What is the permanence plan for this child?"),
            _date("iro", "Date of Last IRO Visit / Contact to the Child"),
            _date("health", "Date of Last Health Assessment"), _date("dental", "Date of Last Dental Check"),
            _date("end", "Date Ceased to be Looked After", needed=True),
            _text("reason", "Reason Ceased to be Looked After"),
            _date("placement_start", "Start Date of Most Recent Placement"),
            _text("placement_type", "Placement Type"), _text("provider", "Placement Provider"),
            _text("postcode", "Placement postcode"), _text("urn", "URN of Placement"), *HELD,
        )),
        AnnexList(9, "care leavers", (
            *CHILD, *HELD, _text("adviser", "Allocated Personal Advisor", "Allocated Personal Adviser"),
            _text("eligibility", "Eligibility Category", needed=True),
            _date("plan", "Latest Pathway Plan Review Date"), _text("touch", "LA in Touch"),
            _date("contact", "Latest Date of Contact"), _text("home", "Type of Accommodation"),
            _text("suitable", "Suitability of Accommodation"), _text("activity", "Activity Status"),
        )),
        AnnexList(10, "adoption", (
            *CHILD, _date("decision", "Date of Decision that Child Should be Placed for Adoption"),
            _date("order", "Date of Placement Order"),
            _date("matched", "Date of Matching Child and Prospective Adopters"),
            _date("placed", "Date Placed for Adoption"), _date("adopted", "Date of Adoption Order"),
            _date("reversed", "Date of Decision that Child Should No Longer be Placed for Adoption"),
            _text("reason", "Reason Why Child No Longer Placed for Adoption"),
            _date("fostered", "Date the child was placed for fostering in FFA or concurrent planning placement"),
        )),
    )
}  # fmt: skip
"""Lists 1 to 10. List 11 (adopters) has no place in the Standard Safeguarding Dataset and is not read."""
