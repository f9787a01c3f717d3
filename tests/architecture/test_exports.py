"""The one door of the engine: what is exported, and that each of it is described."""

from __future__ import annotations

import inspect

import pytest

import kpi_engine

EXPORTED = [
    "CheckedTargets", "Engine", "InputError", "LoadError", "LoadReport", "check_targets", "load", "make_authority",
    "open_current", "open_folder", "open_known",
]  # fmt: skip


def test_the_door_is_pinned() -> None:
    assert kpi_engine.__all__ == EXPORTED


@pytest.mark.parametrize("name", EXPORTED)
def test_everything_exported_is_described(name: str) -> None:
    assert (inspect.getdoc(getattr(kpi_engine, name)) or "").strip()


def test_every_public_method_of_the_engine_has_types() -> None:
    for name, method in inspect.getmembers(kpi_engine.Engine, inspect.isfunction):
        if not name.startswith("_"):
            assert "return" in method.__annotations__, name
