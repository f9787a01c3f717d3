"""The worked cases tested here are the specification's own, where the specification lies beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECIFIED = ROOT.parent / "shared" / "worked-cases"
TESTED = ROOT / "tests" / "worked_cases"

needs_specification = pytest.mark.skipif(
    not SPECIFIED.is_dir(),
    reason="the specification's worked cases are not beside the project, so nothing to compare with",
)


@needs_specification
def test_no_worked_case_is_missing() -> None:
    assert {path.name for path in SPECIFIED.glob("*.yaml")} <= {path.name for path in TESTED.glob("*.yaml")}


@needs_specification
@pytest.mark.parametrize("name", sorted(path.name for path in TESTED.glob("*.yaml")))
def test_the_worked_cases_are_the_specifications(name: str) -> None:
    if not (SPECIFIED / name).exists():
        pytest.skip(f"{name} holds the project's own cases")
    assert (TESTED / name).read_text("utf-8") == (SPECIFIED / name).read_text("utf-8")
