"""What the whole suite shares: a skip for want of PostgreSQL or Chromium is a failure where they are required."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.databases import database_kind, postgres_server, postgres_url

__all__ = ["database_kind", "postgres_server", "postgres_url"]

REQUIRED = {
    "PERFBOT_REQUIRE_POSTGRES": ("postgresql",),
    "PERFBOT_REQUIRE_BROWSER": ("chromium", "web chat"),
}
"""Set by CI: words in a skip's reason that turn it into a failure."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    if not report.skipped:
        return
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    for name, words in REQUIRED.items():
        if os.environ.get(name) and any(word in reason.lower() for word in words):
            report.outcome = "failed"
            report.longrepr = f"Required here ({name} is set), but {reason}"
