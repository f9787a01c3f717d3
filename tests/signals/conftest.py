"""Invented authorities opened once for signals, benchmarks, forecasts and drivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import kpi_engine

PUBLISHED_DAY = date(2015, 3, 31)
SUNDAY = date(2026, 11, 15)


@pytest.fixture(scope="session")
def hillingdon_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hillingdon") / "a"
    kpi_engine.make_authority(folder, children=2124, as_at=PUBLISHED_DAY)
    return folder


@pytest.fixture(scope="session")
def hillingdon(hillingdon_folder: Path) -> kpi_engine.Engine:
    return kpi_engine.open_folder(hillingdon_folder)


@pytest.fixture(scope="session")
def borough_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("borough") / "a"
    kpi_engine.make_authority(folder, children=800, as_at=SUNDAY)
    return folder


@pytest.fixture(scope="session")
def borough(borough_folder: Path) -> kpi_engine.Engine:
    return kpi_engine.open_folder(borough_folder)
