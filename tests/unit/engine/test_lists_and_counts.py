"""Lists and counts cannot disagree: properties of every measure on random authorities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from kpi_engine import Engine, open_folder
from kpi_engine.errors import NotPermitted
from kpi_engine.measure import Backlog, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import ALL, EVERYTHING, SHOWS, Period, Question, Scope
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder

UNITS = (ALL, "T11", "S2")
SCOPES = {
    "T11": Scope(*[frozenset({"T11"})] * 3, staff_named=True),
    "S2 in a channel": Scope(*[frozenset({"S2", "T21"})] * 3, staff_named=False),
    "nobody": Scope(),
}


@pytest.fixture(scope="module", params=range(2))
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    seed: int = request.param
    return open_folder(
        write_ssd_folder(random_authority(seed, 40), tmp_path_factory.mktemp("ssd")), extract_date(seed)
    )


def asked(
    engine: Engine, show: Any, slug: str, unit: str = ALL, scope: Scope = EVERYTHING, **more: Any
) -> Any:
    more.setdefault("as_at", engine.as_at)
    return engine.ask(Question(show, (slug,), engine.units[unit].ref, **more), scope)


def rows_of(told: Any) -> Iterator[Mapping[str, Any]]:
    """Every row about a child or a worker anywhere in an answer."""
    if isinstance(told, Mapping):
        if "child_id" in told or "worker_id" in told:
            yield told
        for value in told.values():
            yield from rows_of(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from rows_of(value)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_number_is_the_length_of_its_list(engine: Engine, slug: str, unit: str) -> None:
    (found,) = asked(engine, "list", slug, unit).answers
    wanted = CATALOGUE[slug]
    if found.rows is None or slug == "in_house_places":
        return
    if isinstance(wanted, Backlog | Stock):
        assert len(found.rows) == found.value
    elif isinstance(wanted, Rate) or (isinstance(wanted, Share) and wanted.good_is == "high"):
        assert len(found.rows) == (found.of or 0) - (found.met or 0)
    elif isinstance(wanted, Share):
        assert len(found.rows) == (found.met or 0)


@pytest.mark.parametrize("slug", [slug for slug, m in CATALOGUE.items() if isinstance(m, Backlog)])
def test_the_authority_is_its_teams_and_what_no_team_holds(engine: Engine, slug: str) -> None:
    (whole,) = asked(engine, "list", slug).answers
    if whole.rows is None:
        return
    teams = [one for one, unit in engine.units.items() if one != ALL and unit.kind == "team"]
    held = {team: asked(engine, "headline", slug, team).answers[0].value or 0 for team in teams}
    of_no_team = sum(row["team_id"] not in teams for row in whole.rows)
    assert sum(held.values()) + of_no_team == whole.value


@pytest.mark.parametrize(
    "slug", [slug for slug, m in CATALOGUE.items() if isinstance(m, Backlog) and m.clocks]
)
def test_what_falls_due_is_in_the_ledger(engine: Engine, slug: str) -> None:
    week = Period(engine.as_at + timedelta(days=1), engine.as_at + timedelta(days=14))
    (found,) = asked(engine, "coming_up", slug, period=week).answers
    if found.rows is None:
        assert found.no_data
        return
    wanted = CATALOGUE[slug]
    assert isinstance(wanted, Backlog)
    due = [
        row
        for clock in wanted.clocks
        for row in engine.ledger_rows(engine.as_at, clock)
        if row["status"] == "due" and week.first.isoformat() <= row["due_date"] <= week.last.isoformat()
    ]
    shown = [dict(row) for row in found.rows]
    assert all(row in due for row in shown)
    assert found.value == len(shown)
    if wanted.population is None:
        assert len(shown) == len(due)
    assert shown == sorted(
        shown, key=lambda r: (r["due_date"], r["child_id"], r["subject_id"], r["sequence"])
    )


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("show", SHOWS)
def test_no_show_tells_rows_of_other_units(engine: Engine, show: Any, scope: str) -> None:
    """Rows of children and of named workers stay inside the units of the scope; none of "no team" ever."""
    allowed = (SCOPES[scope].child_units or frozenset()) | {None}
    for slug in CATALOGUE:
        try:
            told = asked(
                engine, show, slug, scope=SCOPES[scope], **({"by": "worker"} if show == "compare" else {})
            )
        except NotPermitted:
            continue
        for row in rows_of(told.to_json()):
            named = row.get("child_id") is not None or row.get("worker_id") is not None
            if named and row is not told.to_json()["understood"] and "team_id" in row:
                assert row["team_id"] in allowed - {None}, (show, slug)


@pytest.mark.parametrize("slug", CATALOGUE)
def test_a_list_under_rights_is_the_whole_list_less_what_is_held_back(engine: Engine, slug: str) -> None:
    scope = SCOPES["T11"]
    whole, mine = asked(engine, "list", slug), asked(engine, "list", slug, scope=scope)
    if whole.answers[0].rows is None:
        assert mine.answers[0].rows is None
        return
    every = [dict(row) for row in whole.answers[0].rows]
    shown = [dict(row) for row in mine.answers[0].rows]
    assert shown == [row for row in every if row["team_id"] == "T11"]
    assert set(mine.held_back) == {row["team_id"] or ALL for row in every} - {"T11"}
    assert mine.answers[0].value == whole.answers[0].value


@pytest.mark.parametrize(
    "slug", ["cin_open", "lac_visits_overdue", "rereferrals", "assessments_in_time", "cp_duration"]
)
def test_each_point_of_a_trend_is_the_headline_of_its_day(engine: Engine, slug: str) -> None:
    (found,) = asked(engine, "trend", slug).answers
    for point in found.points or ():
        (single,) = asked(engine, "headline", slug, as_at=point.date).answers
        assert (point.value, point.of) == (single.value, single.of), point.date


@pytest.mark.parametrize("slug", CATALOGUE)
def test_all_teams_at_once_are_each_team_alone(engine: Engine, slug: str) -> None:
    for as_at in (engine.as_at, engine.as_at - timedelta(days=45)):
        together = engine.by_team(slug, as_at)
        for team, figure in together.items():
            if team is not None:
                assert figure == engine.figure(slug, as_at, team), team
        assert bool(together) == (engine.figure(slug, as_at) is not None)
