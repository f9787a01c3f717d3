"""A Graph of our own over HTTPS, trusted the way an authority trusts its proxy: by the usual variables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import Settings, load_settings

from .graph_server import SECRET, TENANT, GraphServer


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphServer]:
    made = GraphServer()
    certificate = await made.start(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield made
    await made.close()


@pytest.fixture
def config(server: GraphServer, tmp_path: Path) -> Settings:
    return load_settings(
        home=tmp_path, app_id="11111111-1111-1111-1111-111111111111", app_password=SECRET, app_tenant_id=TENANT,
        graph_url=f"{server.url}/v1.0", login_url=server.url,
    )  # fmt: skip
