"""The cases each measure counts: on a date (AS_AT: View -> Sheet) or over a period (EVENTS: World -> Events).

One file per family; the names are those the measures declare in `cases=`.
"""

from __future__ import annotations

from collections.abc import Callable

from kpi_engine.cases import (
    assessment,
    care_leavers,
    child_in_need,
    child_protection,
    court,
    fostering_adoption,
    front_door,
    looked_after,
    private_fostering,
    quality,
    workforce,
)  # fmt: skip
from kpi_engine.sheet import Events, Sheet
from kpi_engine.view import View
from kpi_engine.world import World

_FAMILIES = (
    front_door, assessment, child_in_need, child_protection, looked_after, care_leavers, court,
    private_fostering, fostering_adoption, workforce, quality,
)  # fmt: skip

AS_AT: dict[str, Callable[[View], Sheet]] = {}
EVENTS: dict[str, Callable[[World], Events]] = {}
for _family in _FAMILIES:
    AS_AT |= getattr(_family, "AS_AT", {})
    EVENTS |= getattr(_family, "EVENTS", {})
