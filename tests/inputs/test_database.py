"""An SSD database gives what the SSD folder gives, to the byte, or one clear sentence and nothing."""

from __future__ import annotations

import json
import shutil
import socket
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite
from sqlalchemy.engine import URL

import kpi_engine
from kpi_engine.engine import Engine
from kpi_engine.errors import LoadError
from kpi_engine.extracts.ssd_database import _text, read_database, statement
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import EVERYTHING, Question
from kpi_engine.tables import contract

from .conftest import AS_AT, text_of
from .filling import fill
from .servers import hangs_up, listening, refuses

FEW = ("ssd_person", "ssd_cp_plans")


def everything(engine: Engine, folder: Path) -> dict[str, bytes]:
    """What an extract says, as bytes: ledger, measures, findings, and answers that depend on order."""
    engine.write_ledger(folder / "ledger.csv", AS_AT)
    asked = [
        Question("compare", ("cin_open", "cp_visits_overdue"), as_at=AS_AT, by="team"),
        Question("compare", ("caseloads_over_standard",), as_at=AS_AT, by="worker"),
        *(Question("list", (slug,), as_at=AS_AT) for slug in CATALOGUE if slug.endswith("_overdue")),
    ]
    said = {
        "measures": engine.measures(AS_AT),
        "findings": engine.findings(),
        "answers": [engine.ask(question, EVERYTHING).to_json()["answers"] for question in asked],
    }
    return {"ledger": (folder / "ledger.csv").read_bytes()} | {
        name: json.dumps(value).encode() for name, value in said.items()
    }


@pytest.fixture(scope="module")
def from_folder(authority: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return everything(kpi_engine.open_folder(authority, AS_AT), tmp_path_factory.mktemp("folder"))


# The same data, the same answers


def test_postgresql_gives_the_bytes_of_the_folder(
    authority: Path, schema: URL, from_folder: dict[str, bytes], tmp_path: Path
) -> None:
    fill(schema, authority)
    found = everything(Engine(read_database(text_of(schema), AS_AT)), tmp_path)
    assert found == from_folder
    assert found["ledger"].count(b"\n") > 5_000
    assert len(json.loads(found["findings"])) > 0


def test_sqlite_gives_the_bytes_of_the_folder(
    authority: Path, from_folder: dict[str, bytes], tmp_path: Path
) -> None:
    url = URL.create("sqlite", database=str(tmp_path / "ssd.db"))
    fill(url, authority)
    assert everything(Engine(read_database(str(url), AS_AT)), tmp_path) == from_folder


def test_names_in_capitals_are_the_same_names(
    authority: Path, schema: URL, from_folder: dict[str, bytes], tmp_path: Path
) -> None:
    fill(schema, authority, shout=True)
    assert everything(Engine(read_database(text_of(schema), AS_AT)), tmp_path) == from_folder


def test_a_schema_can_be_named_in_the_url(server: URL, schema: URL, authority: Path) -> None:
    fill(schema, authority, only=FEW)
    name = str(schema.query["options"]).partition("=")[2]
    extract = read_database(text_of(server.update_query_dict({"schema": name})), AS_AT)
    assert set(extract.tables) == set(FEW)


def test_rows_do_not_depend_on_the_order_in_which_the_database_gives_them(
    authority: Path, tmp_path: Path
) -> None:
    backwards = tmp_path / "backwards"
    shutil.copytree(authority, backwards)
    for path in backwards.glob("*.csv"):
        header, *lines = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([header, *reversed(lines)]) + "\n", "utf-8")
    tables = []
    for folder in (authority, backwards):
        url = URL.create("sqlite", database=str(tmp_path / f"{folder.name}.db"))
        fill(url, folder, only=(*FEW, "ssd_involvements", "ssd_cp_visits"))
        tables.append(read_database(str(url), AS_AT).tables)
    assert tables[0] == tables[1]


def test_of_two_rows_with_one_key_the_same_one_is_used_every_time(tmp_path: Path) -> None:
    for first, second in (("2026-01-01", "2026-02-02"), ("2026-02-02", "2026-01-01")):
        url = URL.create("sqlite", database=str(tmp_path / f"{first}.db"))
        people = "insert into ssd_person values ('10', :dob), ('9', '2020-01-01'), ('10', :other)"
        with sa.create_engine(url).begin() as connection:
            connection.execute(sa.text("create table ssd_person (pers_person_id text, pers_dob text)"))
            connection.execute(sa.text(people), {"dob": first, "other": second})
        extract = read_database(str(url), AS_AT)
        table = extract.tables["ssd_person"].to_pydict()
        assert table["pers_person_id"] == ["9", "10"]
        assert table["pers_dob"] == [date(2020, 1, 1), date(2026, 1, 1)]
        assert [(f.rule, f.row) for f in extract.findings] == [("duplicate key", 4)]


# What is sent to the database


@pytest.mark.parametrize("dialect", [mssql, postgresql, sqlite, mysql])
def test_statements_compile_for_every_dialect(dialect: object) -> None:
    written = dialect.dialect()  # type: ignore[attr-defined]
    for name, table in contract().items():
        select = str(statement(name, [c.name for c in table.columns], "ssd").compile(dialect=written))
        assert select.startswith("SELECT ")
        words = select.replace(",", " ").replace("\n", " ").split()
        assert "LIMIT" not in words
        assert "order" not in words  # local_court.order must be quoted
        assert len([w for w in words if "." in w]) == len(table.columns) + 1


def test_only_the_columns_of_the_contract_are_asked_for_and_nothing_is_written(
    schema: URL, authority: Path
) -> None:
    fill(schema, authority, only=FEW)
    with sa.create_engine(schema).begin() as connection:
        connection.execute(sa.text("alter table ssd_person add column pers_forename text"))
    sent: list[str] = []

    def listen(_c: object, _k: object, text: str, *_rest: object) -> None:
        sent.append(text)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        read_database(text_of(schema), AS_AT)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)
    assert [s for s in sent if "ssd_person" in s and s.startswith("SELECT ssd_person.")]
    assert not [s for s in sent if "forename" in s]
    assert {s.split()[0] for s in sent} <= {"SELECT", "SET"}
    assert sent[[s.split()[0] for s in sent].index("SET")].endswith("READ ONLY")


def test_a_view_that_writes_is_refused(schema: URL) -> None:
    with sa.create_engine(schema).begin() as connection:
        for text in (
            "create table marks (n int)",
            "create function mark() returns text language sql"
            " as 'insert into marks values (1) returning n::text'",
            "create view ssd_person as select mark() as pers_person_id",
        ):
            connection.execute(sa.text(text))
    with pytest.raises(LoadError, match="the table ssd_person could not be read"):
        read_database(text_of(schema), AS_AT)
    with sa.create_engine(schema).connect() as connection:
        assert connection.execute(sa.text("select count(*) from marks")).scalar() == 0


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("C1", "C1"),
        (datetime.fromisoformat("2026-01-02 03:04:05.678"), "2026-01-02 03:04:05"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "2026-07-01 00:00:00"),
        (datetime(2026, 7, 1, 0, 0, tzinfo=timezone(timedelta(hours=1))), "2026-07-01 00:00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (19.5, "19.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1234567.0, "1234567"),
        (float("nan"), ""),
        (Decimal("19.50"), "19.5"),
        (Decimal("1200"), "1200"),
        (Decimal("1E+3"), "1000"),
        (12, "12"),
        (True, "Y"),
        (False, "N"),
        ({"NFA_FLAG": "Y"}, '{"NFA_FLAG": "Y"}'),
    ],
)
def test_a_value_becomes_the_text_a_folder_would_hold(value: object, text: str) -> None:
    assert _text(value) == text


# Faults: one sentence, nothing kept


def refused(source: str, home: Path, as_at: date | None = AS_AT) -> tuple[str, ...]:
    """The sentences of a load that must fail and leave no trace."""
    with pytest.raises(LoadError) as caught:
        kpi_engine.load(source, as_at, home)
    assert not home.exists()
    return caught.value.faults


def test_a_database_needs_an_as_at_date(schema: URL, tmp_path: Path) -> None:
    (fault,) = refused(text_of(schema), tmp_path / "home", None)
    assert "--as-at" in fault


def test_nobody_answers(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = f"postgresql+psycopg://reader:hunter2@127.0.0.1:{port}/ssd"
    (fault,) = refused(source, tmp_path / "home")
    assert f"127.0.0.1:{port} does not answer" in fault
    assert "hunter2" not in fault


def test_a_wrong_password_is_said_and_not_repeated(tmp_path: Path) -> None:
    with listening(refuses) as port:
        (fault,) = refused(f"postgresql+psycopg://reader:hunter2@127.0.0.1:{port}/ssd", tmp_path / "home")
    assert "refuses the user name or password" in fault
    assert "hunter2" not in fault
    assert "reader" not in fault


def test_a_database_that_is_not_there(server: URL, tmp_path: Path) -> None:
    (fault,) = refused(text_of(server.set(database="no_such_database")), tmp_path / "home")
    assert "database no_such_database on" in fault
    assert "does not exist" in fault


def test_a_database_without_ssd_tables(schema: URL, tmp_path: Path) -> None:
    (fault,) = refused(text_of(schema), tmp_path / "home")
    assert "holds no SSD table" in fault
    assert "?schema=NAME" in fault


@pytest.mark.parametrize("after", [20_000, 200_000])
def test_the_line_drops_half_way(
    server: URL, schema: URL, authority: Path, tmp_path: Path, after: int
) -> None:
    fill(schema, authority)
    assert server.host is not None
    with listening(hangs_up(server.host, server.port or 5432, after)) as port:
        (fault,) = refused(text_of(schema.set(host="127.0.0.1", port=port)), tmp_path / "home")
    assert "the connection was lost while" in fault
    assert "Nothing was loaded" in fault


def test_a_table_that_may_not_be_read(server: URL, schema: URL, authority: Path, tmp_path: Path) -> None:
    fill(schema, authority, only=FEW)
    name = str(schema.query["options"]).partition("=")[2]
    role = f"reader_{name}"
    with sa.create_engine(server).begin() as connection:
        for text in (
            f"create role {role} login",
            f"grant usage on schema {name} to {role}",
            f"grant select on all tables in schema {name} to {role}",
            f"revoke select on {name}.ssd_cp_plans from {role}",
        ):
            connection.execute(sa.text(text))
    try:
        (fault,) = refused(text_of(schema.set(username=role)), tmp_path / "home")
    finally:
        with sa.create_engine(server).begin() as connection:
            connection.execute(sa.text(f"drop owned by {role}"))
            connection.execute(sa.text(f"drop role {role}"))
    assert "the table ssd_cp_plans could not be read" in fault


def test_every_missing_key_column_is_named(schema: URL, tmp_path: Path) -> None:
    with sa.create_engine(schema).begin() as connection:
        connection.execute(sa.text("create table ssd_person (pers_sex text)"))
        connection.execute(sa.text("create table ssd_cp_plans (cppl_cp_plan_id text)"))
    faults = refused(text_of(schema), tmp_path / "home")
    assert [f for f in faults if "pers_person_id is missing" in f]
    assert [f for f in faults if "cppl_person_id is missing" in f]
    assert [f for f in faults if "cppl_cp_plan_start_date is missing" in f]
    assert len(faults) == 3


def test_a_date_column_in_another_spelling_is_refused(schema: URL, tmp_path: Path) -> None:
    with sa.create_engine(schema).begin() as connection:
        connection.execute(sa.text("create table ssd_person (pers_person_id text, pers_dob text)"))
        connection.execute(sa.text("insert into ssd_person values ('C1', '31/01/2020')"))
    (fault,) = refused(text_of(schema), tmp_path / "home")
    assert "ssd_person" in fault
    assert "pers_dob" in fault
    assert "YYYY-MM-DD" in fault


def test_two_tables_that_differ_in_capitals_only(schema: URL, tmp_path: Path) -> None:
    with sa.create_engine(schema).begin() as connection:
        connection.execute(sa.text("create table ssd_person (pers_person_id text)"))
        connection.execute(sa.text('create table "SSD_PERSON" (pers_person_id text)'))
    (fault,) = refused(text_of(schema), tmp_path / "home")
    assert "ssd_person is there twice" in fault


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("nosuch://host/database", "no kind of database"),
        ("postgresql+psycopg://host:port/database", "cannot be read"),
        ("mysql+pymysql://reader:hunter2@127.0.0.1/ssd", "not installed"),
        ("postgresql+asyncpg://reader:hunter2@127.0.0.1/ssd", "postgresql+psycopg"),
        ("sqlite:///no_such_file.db", "There is no SQLite file"),
        ("postgresql+psycopg://reader:hunter2@127.0.0.1/ssd?nonsense=hunter2", "what follows the ?"),
    ],
)
def test_an_address_that_leads_nowhere(source: str, words: str, tmp_path: Path) -> None:
    (fault,) = refused(source, tmp_path / "home")
    assert words in fault
    assert "hunter2" not in fault


def test_tables_nobody_knows_are_named(schema: URL, authority: Path) -> None:
    fill(schema, authority, only=FEW)
    with sa.create_engine(schema).begin() as connection:
        connection.execute(sa.text("create table ssd_s251_finance (n int)"))
        connection.execute(sa.text("create table payroll (n int)"))
    (warning,) = read_database(text_of(schema), AS_AT).warnings
    assert "ssd_s251_finance" in warning
    assert "payroll" not in warning
