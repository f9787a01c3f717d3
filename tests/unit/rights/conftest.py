"""The small authority, once for every test of rights."""

from __future__ import annotations

import pytest
from small_authority import SmallAuthority

from kpi_engine.engine import Engine


@pytest.fixture(scope="session")
def authority() -> Engine:
    return SmallAuthority()
