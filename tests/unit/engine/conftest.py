"""The authority worked out by hand, opened once for the whole folder."""

from __future__ import annotations

import pytest

from kpi_engine import Engine
from tests.unit.engine.hand_authority import open_by_hand


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return open_by_hand(tmp_path_factory.mktemp("by_hand"))
