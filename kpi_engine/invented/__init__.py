"""An invented authority, shaped like the published Hillingdon figures of 2015.

An SSD folder with local tables.

For the demo, the screenshots and the tests. Nobody in it is real; the authority says so in its name.

Exact, for the twelve months up to the as-at date, scaled by children / 2,124 (totals rounded, bands by
largest remainder; source: DfE, Children in need, Hillingdon 2015, in
kpi_engine/data/dfe_cin_hillingdon_2015):

- referrals, re-referrals within a year, no further action, not in need (C1); episodes started (B1)
- open episodes by length (B4); ended episodes by length (B5) and by reason (B6, the suppressed reasons
  shared out)
- assessments completed by working days (C2)
- section 47 enquiries started; initial conferences held, by working days (C4)
- child protection plans started, ended and open (D1), open ones by length (D5), ended ones by length
  (D7)
- open plans of three months and more, and how many of them were never reviewed late (D6)

The edges of the bands of days are left free, so that days and calendar months count the same; a plan of
exactly 91 days is in "3 months or less" and in "at least 3 months", as it is with the publisher. Below
about 500 children the families no longer divide finely enough and a band may miss its number by a child
or two; the number of open children is always exact.

Loose, only believable:

- the five years before; re-plans (D3); 340 looked-after children, 230 care leavers and 190 disabled
  children in 2,124
- families (siblings share referral, conferences, visits), moves between teams, workers who come, go and
  change team
- rhythms: about 6% overdue on the as-at date, a tenth done late; review conferences 2 to 3%, which is all
  that D6 allows
- caseloads near the standard, 1.5% of children without a worker, everything about staff, court, homes
  and quality

Wrong on purpose, 1 or 2 in 100 open children:

- a second open allocation (NX... in ssd_involvements), an involvement that ends before it starts, a team
  T99 that no department knows, child in need plans left open when the case closed, distances of 999.9,
  reviews booked for later
"""

from __future__ import annotations

from kpi_engine.invented.authority import NAME, make_authority

__all__ = ["NAME", "make_authority"]
