"""The arrow schedules -> bot -> kpi_engine, and families that never import each other: import-linter, as a test."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
HELPERS = {"cases": {"meetings", "owners"}, "duties": {"events"}, "measures": set[str]()}
"""Modules of a package of families that are no family: what more than one family needs."""


def test_every_contract_is_kept() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


@pytest.mark.parametrize("package", HELPERS)
def test_no_family_is_left_out_of_its_contract(package: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    named = {
        module.rsplit(".", 1)[1]
        for contract in contracts
        if contract["type"] == "independence"
        for module in contract["modules"]
        if module.startswith(f"kpi_engine.{package}.")
    }
    there = {path.stem for path in (ROOT / "kpi_engine" / package).glob("*.py")} - {"__init__"}
    assert named == there - HELPERS[package]
