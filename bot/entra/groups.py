"""groups.yaml in PERFBOT_HOME: which Entra group stands for which role and unit.

    0f0c3f9e-5d3a-4c0e-9f57-0d9c1c1f4a11: {role: team_manager, unit: T11}
    7a5e9b1c-2a44-4f0e-8a3e-6f2f8a1f9d22: {role: director, unit: ALL}

Without the file nobody is looked up in Entra, and local_users alone says who may use the bot.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import yaml

from bot.rights import ROLES
from kpi_engine.errors import InputError
from kpi_engine.question import ALL

FILE = "groups.yaml"
SHAPE = f"{FILE} must hold one `group id: {{role: ..., unit: ...}}` a line."


@dataclass(frozen=True)
class Place:
    """What a group makes of its members. unit_id None = the whole authority."""

    group_id: str
    role: str
    unit_id: str | None


def read_groups(home: Path) -> tuple[Place, ...]:
    """The groups of this installation, none without a file. Raises InputError with what is wrong."""
    path = home / FILE
    if not path.exists():
        return ()
    try:
        told = yaml.safe_load(path.read_text("utf-8-sig"))
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        raise InputError(f"{FILE} cannot be read. {SHAPE}") from None
    if not isinstance(told, dict):
        raise InputError(SHAPE)
    places = tuple(_place(str(group), place) for group, place in told.items())
    if len({place.group_id for place in places}) < len(places):
        raise InputError(f"{FILE} names a group twice; one line for each.")
    return places


def _place(group: str, told: object) -> Place:
    try:
        group_id = str(UUID(group))
    except ValueError:
        raise InputError(
            f"{FILE}: {group!r} is not a group's object id (36 letters, as Entra shows it)."
        ) from None
    if not isinstance(told, dict) or set(told) != {"role", "unit"}:
        raise InputError(f"{FILE}, group {group}: give it a role and a unit, and nothing else.")
    if told["role"] not in ROLES:
        raise InputError(f"{FILE}, group {group}: the role must be one of {', '.join(ROLES)}.")
    unit = told["unit"]
    if not isinstance(unit, str) or not unit.strip():
        raise InputError(f"{FILE}, group {group}: the unit must be a department's id, or ALL.")
    return Place(group_id, told["role"], None if unit.strip() == ALL else unit.strip())
