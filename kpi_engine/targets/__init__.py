"""Targets: the plan's, or the authority's own.

The file is data a manager edits; a file of the same form at PERFBOT_HOME/targets.yaml takes its place.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from kpi_engine.targets.plan import Amber, Target, Targets, Trajectory
from kpi_engine.targets.reading import read_all
from kpi_engine.yaml_file import read_text, refusal

__all__ = ["FILE_NAME", "SHIPPED", "Amber", "Target", "Targets", "Trajectory", "read", "read_all", "shipped",
           "shipped_text", "targets"]  # fmt: skip

SHIPPED = "hillingdon_2014_16.yaml"
FILE_NAME = "targets.yaml"


def shipped_text() -> str:
    """The plan's file as it comes with the engine."""
    return resources.files(__package__).joinpath(SHIPPED).read_text("utf-8")


@cache
def shipped() -> Targets:
    """The plan's targets as they come with the engine."""
    return read(shipped_text(), SHIPPED)


def targets(home: Path | None = None) -> Targets:
    """The authority's own targets at home/targets.yaml, else the plan's."""
    own = home / FILE_NAME if home else None
    return read(read_text(own), own.name) if own and own.exists() else shipped()


def read(text: str, source: str) -> Targets:
    """A target file. Raises InputError naming the file, the line of the first fault and what is wrong there."""
    found, faults = read_all(text, source)
    if faults:
        raise refusal(source, faults)
    return found
