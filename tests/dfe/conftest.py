"""The invented authority of the published size and date, opened once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import kpi_engine


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("published") / "a"
    kpi_engine.make_authority(made, children=2124, as_at=date(2015, 3, 31))
    return made


@pytest.fixture(scope="session")
def engine(folder: Path) -> kpi_engine.Engine:
    return kpi_engine.open_folder(folder)
