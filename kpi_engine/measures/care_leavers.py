"""Care leavers (Children (Leaving Care) Act 2000; Care Leavers Regulations 2010; work stream 4)."""

from __future__ import annotations

from kpi_engine.measure import Backlog, Share

MEASURES = (
    Share(
        slug="pathway_plans_in_place",
        title="Pathway plans in place",
        definition="Of the young people whose pathway plan has fallen due, the share who have one.",
        cases="pathway_plans",
        on="as_at",
        default_period="as_at",
        good_is="high",
        work_stream="WS4",
        needs=("ssd_care_leavers",),
    ),
    Backlog(
        slug="pathway_reviews_overdue",
        title="Pathway plan reviews overdue",
        definition="Pathway plans not reviewed for more than six months.",
        clocks=("pathway_review",),
        counts="young people",
        work_stream="WS4",
        needs=("ssd_care_leavers",),
        briefed=True,
    ),
    Share(
        slug="care_leavers_in_touch",
        title="Care leavers in touch",
        definition="Of relevant and former relevant care leavers, the share the authority is in touch with.",
        cases="care_leavers_in_touch",
        on="as_at",
        default_period="as_at",
        good_is="high",
        needs=("ssd_care_leavers",),
    ),
    Backlog(
        slug="care_leaver_contacts_overdue",
        title="Care leaver contacts overdue",
        definition="Care leavers not contacted for more than eight weeks.",
        clocks=("care_leaver_contact",),
        counts="young people",
        needs=("ssd_care_leavers",),
        briefed=True,
    ),
    Share(
        slug="care_leavers_eet",
        title="Care leavers in education, employment or training",
        definition=(
            "Of the care leavers whose activity is known, the share in education, employment or training."
        ),
        cases="care_leavers_eet",
        on="as_at",
        default_period="as_at",
        good_is="high",
        work_stream="WS4",
        needs=("ssd_care_leavers",),
    ),
    Share(
        slug="care_leavers_suitable_homes",
        title="Care leavers in suitable accommodation",
        definition=(
            "Of the care leavers whose accommodation has been judged, the share in suitable accommodation."
        ),
        cases="care_leavers_suitable",
        on="as_at",
        default_period="as_at",
        good_is="high",
        work_stream="WS4",
        needs=("ssd_care_leavers",),
    ),
)
