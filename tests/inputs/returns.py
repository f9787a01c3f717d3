"""Statutory returns written from an SSD folder with plain Python, sharing nothing with the product."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

Rows = list[dict[str, str]]


def table(folder: Path, name: str) -> Rows:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _by(rows: Rows, column: str) -> dict[str, Rows]:
    out: dict[str, Rows] = defaultdict(list)
    for row in rows:
        out[row[column]].append(row)
    return out


def runs(start: str, end: str, first: date, last: date) -> bool:
    return start[:10] <= last.isoformat() and (not end or end[:10] >= first.isoformat())


def cin_census(folder: Path, last: date, *, namespace: str = "") -> str:
    """A CIN Census that ends on a day, as XML; what lies outside its year is in it too."""
    born = {r["pers_person_id"]: r["pers_dob"] for r in table(folder, "ssd_person")}
    assessments = _by(table(folder, "ssd_cin_assessments"), "cina_referral_id")
    cin_plans = _by(table(folder, "ssd_cin_plans"), "cinp_referral_id")
    enquiries = _by(table(folder, "ssd_s47_enquiry"), "s47e_referral_id")
    plans = _by(table(folder, "ssd_cp_plans"), "cppl_referral_id")
    reviews = _by(table(folder, "ssd_cp_reviews"), "cppr_cp_plan_id")
    held = {r["icpc_s47_enquiry_id"]: r["icpc_icpc_date"] for r in table(folder, "ssd_initial_cp_conference")}
    children: dict[str, list[str]] = defaultdict(list)

    def tag(name: str, value: str) -> str:
        return f"<{name}>{escape(value)}</{name}>" if value else ""

    for row in table(folder, "ssd_cin_episodes"):
        referral = row["cine_referral_id"]
        inside = [
            f"<Assessments>{tag('AssessmentActualStartDate', a['cina_assessment_start_date'])}"
            f"{tag('AssessmentAuthorisationDate', a['cina_assessment_auth_date'])}</Assessments>"
            for a in assessments[referral]
        ]
        inside += [
            f"<CINPlanDates>{tag('CINPlanStartDate', p['cinp_cin_plan_start_date'])}"
            f"{tag('CINPlanEndDate', p['cinp_cin_plan_end_date'])}</CINPlanDates>"
            for p in cin_plans[referral]
        ]
        inside += [
            f"<Section47>{tag('S47ActualStartDate', e['s47e_s47_start_date'])}"
            f"{tag('DateOfInitialCPC', held.get(e['s47e_s47_enquiry_id'], ''))}</Section47>"
            for e in enquiries[referral]
        ]
        for p in plans[referral]:
            if p["cppl_cp_plan_ola"] == "Y":
                continue
            dates = "".join(
                tag("CPPreviewDate", r["cppr_cp_review_date"]) for r in reviews[p["cppl_cp_plan_id"]]
            )
            inside.append(
                f"<ChildProtectionPlans>{tag('CPPstartDate', p['cppl_cp_plan_start_date'])}"
                f"{tag('CPPendDate', p['cppl_cp_plan_end_date'])}<Reviews>{dates}</Reviews></ChildProtectionPlans>"
            )
        children[row["cine_person_id"]].append(
            f"<CINdetails>{tag('CINreferralDate', row['cine_referral_date'])}"
            f"{tag('PrimaryNeedCode', row['cine_cin_primary_need_code'])}"
            f"{tag('CINclosureDate', row['cine_close_date'])}"
            f"{tag('ReasonForClosure', row['cine_close_reason'])}{''.join(inside)}"
            f"{tag('ReferralNFA', 'true' if row['cine_referral_nfa'] == 'Y' else 'false')}</CINdetails>"
        )
    body = "\n".join(
        f"<Child><ChildIdentifiers>{tag('LAchildID', child)}{tag('PersonBirthDate', born[child])}"
        f"</ChildIdentifiers>{''.join(details)}</Child>"
        for child, details in children.items()
    )
    space = f' xmlns="{namespace}"' if namespace else ""
    return (
        f"<Message{space}><Header><CollectionDetails><Collection>CIN</Collection>"
        f"<ReferenceDate>{last.isoformat()}</ReferenceDate></CollectionDetails></Header>"
        f"<Children>{body}</Children></Message>"
    )


def ssda903(folder: Path, into: Path, first: date, last: date) -> Path:
    """An SSDA903 return of the year, as a folder of CSV files."""
    into.mkdir()
    born = {r["pers_person_id"]: r["pers_dob"] for r in table(folder, "ssd_person")}
    legal = _by(table(folder, "ssd_legal_status"), "lega_person_id")
    homes = {
        r["clap_cla_placement_id"]: r["clap_cla_placement_type"] for r in table(folder, "ssd_cla_placement")
    }
    owner = {}
    episodes = []
    for row in table(folder, "ssd_cla_episodes"):
        child, start, end = (
            row["clae_person_id"], row["clae_cla_episode_start_date"], row["clae_cla_episode_ceased_date"],
        )  # fmt: skip
        owner[row["clae_cla_id"]] = child
        if runs(start, end, first, last):
            status = [
                one["lega_legal_status"]
                for one in legal[child]
                if one["lega_legal_status_start_date"]
                <= start
                < (one["lega_legal_status_end_date"] or "9999")
            ]
            episodes.append([child, _uk(start), row["clae_cla_episode_start_reason"], status[-1] if status else "",
                             homes.get(row["clae_cla_placement_id"], ""), _uk(end),
                             row["clae_cla_episode_ceased_reason"]])  # fmt: skip
    reviews = [
        [owner[r["clar_cla_id"]], _uk(r["clar_cla_review_date"])]
        for r in table(folder, "ssd_cla_reviews")
        if r["clar_cla_review_cancelled"] != "Y"
        and first.isoformat() <= r["clar_cla_review_date"][:10] <= last.isoformat()
    ]
    _write(
        into / "header.csv",
        ["CHILD", "SEX", "DOB"],
        [[c, "1", _uk(born[c])] for c in sorted({e[0] for e in episodes})],
    )
    _write(into / "episodes.csv", ["CHILD", "DECOM", "RNE", "LS", "PLACE", "DEC", "REC"], episodes)
    _write(into / "reviews.csv", ["CHILD", "REVIEW"], reviews)
    return into


def _uk(text: str) -> str:
    return f"{date.fromisoformat(text[:10]):%d/%m/%Y}" if text else ""


def _write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([header, *rows])
