"""The Annex A workbook an authority would make of its SSD extract on a day, with plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from .books import book
from .returns import Rows, table


def annex_a(folder: Path, path: Path, as_at: date, since: date) -> Path:
    """A workbook of Lists 3 to 8. since: the first day of the six months."""
    return book(path, Snapshot(folder, as_at, since).lists())


class Snapshot:
    def __init__(self, folder: Path, as_at: date, since: date) -> None:
        self.folder, self.now, self.since = folder, as_at.isoformat(), since.isoformat()
        self.born = {r["pers_person_id"]: r["pers_dob"] for r in table(folder, "ssd_person")}
        self.teams = {r["dept_team_id"]: r["dept_team_name"] for r in table(folder, "ssd_department")}
        workers = {
            r["prof_professional_id"]: r["prof_professional_name"] for r in table(folder, "ssd_professionals")
        }
        self.held: dict[str, dict[str, str]] = {}
        rows = table(folder, "ssd_involvements")
        for r in sorted(
            rows,
            key=lambda r: (r["invo_involvement_start_date"], int(r["invo_involvements_id"][1:].strip("X"))),
        ):
            if r["invo_professional_role_id"] == "CW" and self.running(
                r["invo_involvement_start_date"], r["invo_involvement_end_date"]
            ):
                self.held[r["invo_person_id"]] = {
                    "team": self.teams.get(r["invo_professional_team"], r["invo_professional_team"]),
                    "worker": workers.get(r["invo_professional_id"], ""),
                }

    def running(self, start: str, end: str) -> bool:
        return bool(start) and start <= self.now and (not end or end > self.now)

    def known(self, when: str) -> str:
        """A date that has come, else nothing."""
        return when if when and when <= self.now else ""

    def recent(self, start: str, end: str) -> bool:
        """Running, or ended in the six months."""
        return bool(start) and start <= self.now and (not end or end >= self.since)

    def newest(self, dates: Iterable[str]) -> str:
        return max((d[:10] for d in dates if self.known(d[:10])), default="")

    def child(self, one: str) -> dict[str, Any]:
        return {"child": one, "born": self.born[one], **self.held.get(one, {})}

    def lists(self) -> dict[int, list[dict[str, Any]]]:
        return {3: self.referrals(), 4: self.assessments(), 5: self.enquiries(), 6: self.need(), 7: self.plans(),
                8: self.care()}  # fmt: skip

    def referrals(self) -> list[dict[str, Any]]:
        return [
            self.child(r["cine_person_id"]) | {"when": r["cine_referral_date"], "nfa": r["cine_referral_nfa"]}
            for r in table(self.folder, "ssd_cin_episodes")
            if self.since <= r["cine_referral_date"] <= self.now
        ]

    def assessments(self) -> list[dict[str, Any]]:
        return [
            self.child(r["cina_person_id"])
            | {"start": r["cina_assessment_start_date"], "authorised": self.known(r["cina_assessment_auth_date"]),
               "seen": r["cina_assessment_child_seen"]}
            for r in table(self.folder, "ssd_cin_assessments")
            if self.recent(r["cina_assessment_start_date"], r["cina_assessment_auth_date"])
        ]  # fmt: skip

    def enquiries(self) -> list[dict[str, Any]]:
        held = {
            r["icpc_s47_enquiry_id"]: r["icpc_icpc_date"]
            for r in table(self.folder, "ssd_initial_cp_conference")
            if r["icpc_icpc_transfer_in"] != "Y"
        }
        out = []
        for r in table(self.folder, "ssd_s47_enquiry"):
            conference = self.known(held.get(r["s47e_s47_enquiry_id"], ""))
            needed = '"CP_CONFERENCE_FLAG":"Y"' in r["s47e_s47_outcome_json"] and r["s47e_s47_nfa"] != "Y"
            none = bool(self.known(r["s47e_s47_end_date"])) and not needed and not conference
            if self.since <= r["s47e_s47_start_date"] <= self.now:
                out.append(self.child(r["s47e_person_id"]) | {
                    "start": r["s47e_s47_start_date"], "unnecessary": "a) Yes" if none else "b) No",
                    "conference": conference,
                })  # fmt: skip
        return out

    def need(self) -> list[dict[str, Any]]:
        return [
            self.child(r["cine_person_id"])
            | {"start": r["cine_referral_date"], "end": self.known(r["cine_close_date"]),
               "need": r["cine_cin_primary_need_code"], "reason": r["cine_close_reason"]}
            for r in table(self.folder, "ssd_cin_episodes")
            if r["cine_referral_nfa"] != "Y" and self.recent(r["cine_referral_date"], r["cine_close_date"])
        ]  # fmt: skip

    def plans(self) -> list[dict[str, Any]]:
        visits, reviews = defaultdict(list), defaultdict(list)
        for r in table(self.folder, "ssd_cp_visits"):
            if r["cppv_cp_visit_seen"] == "Y":
                visits[r["cppv_cp_plan_id"]].append(r["cppv_cp_visit_date"])
        for r in table(self.folder, "ssd_cp_reviews"):
            if r["cppr_cp_review_quorate"] != "N":
                reviews[r["cppr_cp_plan_id"]].append(r["cppr_cp_review_date"])
        return [
            self.child(r["cppl_person_id"])
            | {"start": r["cppl_cp_plan_start_date"], "end": self.known(r["cppl_cp_plan_end_date"]),
               "visit": self.newest(visits[r["cppl_cp_plan_id"]]),
               "review": self.newest(reviews[r["cppl_cp_plan_id"]])}
            for r in table(self.folder, "ssd_cp_plans")
            if r["cppl_cp_plan_ola"] != "Y" and self.recent(r["cppl_cp_plan_start_date"], r["cppl_cp_plan_end_date"])
        ]  # fmt: skip

    def care(self) -> list[dict[str, Any]]:
        periods: dict[tuple[str, str], Rows] = defaultdict(list)
        for r in table(self.folder, "ssd_cla_episodes"):
            if self.known(r["clae_cla_episode_start_date"]):
                periods[r["clae_person_id"], r["clae_cla_id"]].append(r)
        lasting = {
            r["lacp_person_id"]
            for r in table(self.folder, "ssd_cla_care_plan")
            if self.running(r["lacp_cla_care_plan_start_date"], r["lacp_cla_care_plan_end_date"])
            and '"LTFOST18":"Y"' in r["lacp_cla_care_plan_json"].replace(": ", ":")
        }
        homes, statuses, visits, reviews, checks = (defaultdict(list) for _ in range(5))
        for r in table(self.folder, "ssd_cla_placement"):
            homes[r["clap_cla_id"]].append(r)
        for r in table(self.folder, "ssd_legal_status"):
            statuses[r["lega_person_id"]].append(r)
        for r in table(self.folder, "ssd_cla_visits"):
            if r["clav_cla_visit_seen"] == "Y":
                visits[r["clav_person_id"]].append(r["clav_cla_visit_date"])
        for r in table(self.folder, "ssd_cla_reviews"):
            if r["clar_cla_review_cancelled"] != "Y":
                reviews[r["clar_cla_id"]].append(r["clar_cla_review_date"])
        for r in table(self.folder, "ssd_cla_health"):
            if r["clah_health_check_status"] == "Completed":
                kind = "dental" if "dental" in r["clah_health_check_type"].lower() else "health"
                checks[r["clah_person_id"], kind].append(r["clah_health_check_date"])
        out = []
        for (child, care), episodes in periods.items():
            start = min(e["clae_cla_episode_start_date"] for e in episodes)
            ends = [self.known(e["clae_cla_episode_ceased_date"]) for e in episodes]
            end = max(ends) if all(ends) else ""
            if not self.recent(start, end):
                continue
            home = max((h for h in homes[care] if self.known(h["clap_cla_placement_start_date"])),
                       key=lambda h: h["clap_cla_placement_start_date"], default=defaultdict(str))  # fmt: skip
            status = max((s for s in statuses[child] if self.known(s["lega_legal_status_start_date"])),
                         key=lambda s: s["lega_legal_status_start_date"], default=defaultdict(str))  # fmt: skip
            out.append(self.child(child) | {
                "start": start, "end": end, "review": self.newest(reviews[care]), "visit": self.newest(visits[child]),
                "health": self.newest(d for d in checks[child, "health"] if d >= start),
                "dental": self.newest(checks[child, "dental"]), "status": status["lega_legal_status"],
                "status_start": status["lega_legal_status_start_date"],
                "permanence": "f) Long-term fostering" if child in lasting else "a) Return to family",
                "placement_start": home["clap_cla_placement_start_date"],
                "placement_type": home["clap_cla_placement_type"], "provider": home["clap_cla_placement_provider"],
            })  # fmt: skip
        return out
