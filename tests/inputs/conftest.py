"""One small invented authority for the whole folder, and databases that are gone after each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

import kpi_engine

AS_AT = date(2026, 11, 15)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SSD folder with every table, of an authority of 120 open children; not to be written in."""
    folder = tmp_path_factory.mktemp("authority") / "ssd"
    kpi_engine.make_authority(folder, children=120, as_at=AS_AT, seed=3)
    (folder / "extract.json").unlink()  # a database cannot say what it says
    return folder


@pytest.fixture(scope="session")
def server(postgres_server: URL) -> URL:
    """The PostgreSQL server, as extracts are read from one."""
    return postgres_server.set(drivername="postgresql+psycopg")


@pytest.fixture
def schema(server: URL) -> Iterator[URL]:
    """An empty schema of its own: the URL whose search path is that schema."""
    name = f"inputs_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(server)
    with admin.begin() as connection:
        connection.execute(sa.schema.CreateSchema(name))
    try:
        yield server.update_query_dict({"options": f"-csearch_path={name}"})
    finally:
        with admin.begin() as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True))
        admin.dispose()


def text_of(url: URL) -> str:
    return url.render_as_string(hide_password=False)
