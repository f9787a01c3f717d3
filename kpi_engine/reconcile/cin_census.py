"""A CIN Census return (XML, with or without a namespace) as records.

Source: DfE, CIN census schema 2017 to 2026 (element names).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from kpi_engine.errors import InputError
from kpi_engine.reconcile.records import (
    ASSESSMENT,
    CIN_KINDS,
    CIN_PLAN,
    CP_PLAN,
    CP_REVIEW,
    END,
    ENQUIRY,
    REFERRAL,
    Record,
    Return,
    year_before,
)  # fmt: skip

YES = ("1", "true", "y", "yes")


def read_cin_census(path: Path, year_ending: date | None = None) -> Return:
    """The return in a file. Raises InputError, in one sentence, for a file that holds none."""
    root = _root(path)
    last = year_ending or _reference_date(root, path)
    out = Return(f"CIN Census {path.name}", year_before(last), last, CIN_KINDS)
    dates = _Dates()
    nameless = 0
    for child in _all(root, "Child"):
        one = _first(child, "LAchildID")
        if not one:
            nameless += 1
            continue
        out.children[one] = dates.iso(_first(child, "PersonBirthDate"))
        for details in _all(child, "CINdetails"):
            out.records += _records(one, details, dates)
    if nameless:
        out.notes.append(f"{nameless} children of the return have no LAchildID and were left out.")
    if dates.bad:
        out.notes.append(
            f"{dates.bad} dates of the return are not written YYYY-MM-DD; they were taken as empty."
        )
    return out


def _root(path: Path) -> ElementTree.Element:
    data = path.read_bytes()
    if b"<!DOCTYPE" in data[:4096].upper() or b"<!ENTITY" in data:
        raise InputError(
            f"{path.name} defines its own document type, which no CIN Census does; it was not read."
        )
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise InputError(
            f"{path.name}, line {line}: this is not well-formed XML; export the return again."
        ) from None
    for element in root.iter():
        element.tag = str(element.tag).rpartition("}")[2]
    if root.tag != "Message" or root.find("Children") is None:
        raise InputError(
            f"{path.name} is XML but no CIN Census: it should hold Message and, in it, Children."
        )
    return root


def _reference_date(root: ElementTree.Element, path: Path) -> date:
    found = _Dates().day(_first(root, "ReferenceDate"))
    if found is None:
        raise InputError(f"{path.name} has no ReferenceDate; say --year-ending YYYY-MM-DD.")
    return found


class _Dates:
    """Reads ISO dates and counts those that are none."""

    def __init__(self) -> None:
        self.bad = 0

    def day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self.bad += 1
            return None

    def iso(self, text: str) -> str:
        found = self.day(text)
        return found.isoformat() if found else ""


def _all(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return element.iter(tag)


def _first(element: ElementTree.Element, tag: str) -> str:
    found = next(element.iter(tag), None)
    return "" if found is None or found.text is None else found.text.strip()


def _own(element: ElementTree.Element, tag: str) -> str:
    """A direct child's text: the same tag also stands deeper down."""
    return (element.findtext(tag) or "").strip()


def _records(child: str, details: ElementTree.Element, dates: _Dates) -> Iterator[Record]:
    yield Record(REFERRAL, child, dates.day(_own(details, "CINreferralDate")), {
        END: dates.iso(_own(details, "CINclosureDate")), "primary need": _own(details, "PrimaryNeedCode").upper(),
        "reason for closure": _own(details, "ReasonForClosure").upper(),
        "no further action": "Y" if _own(details, "ReferralNFA").lower() in YES else "N",
    })  # fmt: skip
    for one in details.findall("Assessments"):
        yield Record(ASSESSMENT, child, dates.day(_own(one, "AssessmentActualStartDate")),
                     {END: dates.iso(_own(one, "AssessmentAuthorisationDate"))})  # fmt: skip
    for one in details.findall("CINPlanDates"):
        yield Record(CIN_PLAN, child, dates.day(_own(one, "CINPlanStartDate")),
                     {END: dates.iso(_own(one, "CINPlanEndDate"))})  # fmt: skip
    for one in details.findall("Section47"):
        yield Record(ENQUIRY, child, dates.day(_own(one, "S47ActualStartDate")),
                     {"conference date": dates.iso(_own(one, "DateOfInitialCPC"))})  # fmt: skip
    for one in details.findall("ChildProtectionPlans"):
        yield Record(CP_PLAN, child, dates.day(_own(one, "CPPstartDate")),
                     {END: dates.iso(_own(one, "CPPendDate"))})  # fmt: skip
        for review in one.iter("CPPreviewDate"):
            yield Record(CP_REVIEW, child, dates.day((review.text or "").strip()))
