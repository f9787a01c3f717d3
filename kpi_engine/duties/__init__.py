"""Every clock of rules.md 5, one file per family; families never import each other."""

from __future__ import annotations

from collections.abc import Callable

from kpi_engine.clocks import Duties
from kpi_engine.duties import (
    assessment, care_leavers, child_in_need, child_protection, court, fostering_adoption,
    front_door, looked_after, private_fostering, quality, workforce,
)  # fmt: skip
from kpi_engine.world import World

CLOCKS: dict[str, Callable[[World], Duties]] = {
    **front_door.CLOCKS, **assessment.CLOCKS, **child_protection.CLOCKS, **child_in_need.CLOCKS,
    **looked_after.CLOCKS, **care_leavers.CLOCKS, **court.CLOCKS, **private_fostering.CLOCKS,
    **fostering_adoption.CLOCKS, **workforce.CLOCKS, **quality.CLOCKS,
}  # fmt: skip
"""Every clock by name, in the order of rules.md 5."""
