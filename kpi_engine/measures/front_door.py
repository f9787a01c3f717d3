"""The front door: contacts and referrals (improvement plan, work stream 2)."""

from __future__ import annotations

from kpi_engine.measure import Flow, Rate, Share

MEASURES = (
    Flow(
        slug="contacts_received",
        title="Contacts received",
        definition="Contacts received in the period.",
        cases="contacts",
        good_is="neutral",
        counts="contacts",
        needs=("ssd_contacts",),
    ),
    Rate(
        slug="contacts_decided_in_time",
        title="Contacts decided in time",
        definition=(
            "Of the contacts whose decision fell due in the period, "
            "the share decided by the next working day."
        ),
        clocks=("contact_decision",),
        basis="due",
        needs=("ssd_contacts", "local_contact_decisions"),
        briefed=True,
    ),
    Share(
        slug="contact_conversion",
        title="Contacts that became referrals",
        definition="Of the contacts received in the period, the share that led to a new referral.",
        cases="contacts",
        good_is="neutral",
        work_stream="WS2",
        needs=("ssd_contacts",),
    ),
    Flow(
        slug="referrals_received",
        title="Referrals received",
        definition="Referrals received in the period.",
        cases="referrals",
        good_is="neutral",
        counts="referrals",
        needs=("ssd_cin_episodes",),
    ),
    Share(
        slug="rereferrals",
        title="Re-referrals",
        definition=(
            "Of the referrals received in the period, the share whose child "
            "had an earlier referral in the 365 days before."
        ),
        cases="rereferrals",
        good_is="low",
        needs=("ssd_cin_episodes",),
    ),
    Share(
        slug="referrals_no_further_action",
        title="Referrals with no further action",
        definition="Of the referrals received in the period, the share closed with no further action.",
        cases="referrals_nfa",
        good_is="neutral",
        needs=("ssd_cin_episodes",),
    ),
)
