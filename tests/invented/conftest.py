"""Invented authorities written once for the tests of this folder."""

from __future__ import annotations

from datetime import date

import pytest

from tests.invented.folders import Folder, written


@pytest.fixture(scope="session")
def hillingdon(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The published size and date."""
    return written(tmp_path_factory.mktemp("hillingdon"), children=2124, as_at=date(2015, 3, 31))


@pytest.fixture(scope="session")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """3,000 children on a Sunday of another year, with another seed."""
    return written(tmp_path_factory.mktemp("larger"), children=3000, as_at=date(2026, 11, 15), seed=7)
