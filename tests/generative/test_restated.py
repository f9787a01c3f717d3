"""Restated figures on random authorities: the rows named account for the whole difference, and are the rows that a
longhand comparison of two ledgers finds. What did not change is no restatement.

Records are deleted, re-dated and added at random between two extracts of one authority.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest

from kpi_engine import Engine, open_folder
from kpi_engine.answering.restated import MovedRow, Restatement
from kpi_engine.figures import POPULATION_MASKS, default_period
from kpi_engine.measure import Average, Backlog, Flow, Rate, Share, Stock
from kpi_engine.measures import CATALOGUE
from kpi_engine.question import EVERYTHING, Scope
from kpi_engine.sent import SentFigure
from tests.generative.random_authority import extract_date, random_authority, write_ssd_folder
from tests.longhand.restated import Tables, backlog_moves, rate_moves

Pair = tuple[Engine, Engine, Tables, Tables]
SEEDS = range(4)
UNITS = ("ALL", "T11")
SIGNED = ("cin_net_change", "in_house_places", "team_span")
"""Counted from rows of other weights than one: their own tests say how."""


def edited(tables: Tables, seed: int) -> Tables:
    """The same records some weeks later: some deleted, some re-dated, some recorded late."""
    dice = random.Random(seed)
    out: Tables = {}
    for name, rows in tables.items():
        kept = []
        for number, row in enumerate(rows):
            lot = dice.random()
            if name in ("ssd_department", "local_teams", "ssd_person") or lot > 0.25:
                kept.append(row)
                continue
            if lot < 0.05:
                continue
            dates = [column for column, cell in row.items() if cell[:4].isdigit() and cell[4:5] == "-"]
            if lot < 0.15 and dates:
                column = dice.choice(dates)
                try:
                    moved = dt.date.fromisoformat(row[column][:10]) + dt.timedelta(days=dice.randint(-20, 20))
                except ValueError:
                    kept.append(row)
                    continue
                kept.append(row | {column: moved.isoformat() + row[column][10:]})
                continue
            key = next(iter(row))
            kept += [row, row | {key: f"late{number}"}]
        out[name] = kept
    return out


@pytest.fixture(scope="module", params=SEEDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    seed = int(request.param)
    then = random_authority(seed, 30)
    now = edited(then, seed)
    made = [
        open_folder(write_ssd_folder(tables, tmp_path_factory.mktemp("ssd")), extract_date(seed))
        for tables in (then, now)
    ]
    return made[0], made[1], then, now


def restatements(before: Engine, now: Engine, scope: Scope = EVERYTHING) -> list[Restatement]:
    found = []
    for slug, wanted in CATALOGUE.items():
        for unit in UNITS:
            as_at = before.as_at - dt.timedelta(days=9)
            period = default_period(wanted, as_at)
            figure = before.figure(slug, as_at, unit, period)
            if figure is None:
                continue
            sent = SentFigure(slug, unit, as_at, period, figure.value, figure.of)
            one = now.restated(sent, before, scope)
            after = now.figure(slug, as_at, unit, period)
            assert (one is None) == (after is None or after.value == figure.value), slug
            if one is not None:
                found.append(one)
    return found


def test_the_rows_account_for_the_whole_difference(pair: Pair) -> None:
    before, now, _, _ = pair
    found = restatements(before, now)
    assert len(found) > 10
    for one in found:
        wanted, moves = CATALOGUE[one.sent.measure], Counter(row.move for row in one.moved)
        assert one.hidden == 0
        if wanted.slug in SIGNED or isinstance(wanted, Average):
            continue
        if isinstance(wanted, Backlog | Stock | Flow):
            assert (one.now.value or 0) - (one.sent.value or 0) == moves["in"] - moves["out"], wanted.slug
            assert moves["met"] == moves["not_met"] == 0
        if isinstance(wanted, Rate | Share):
            assert (one.now.of or 0) - (one.sent.of or 0) == moves["in"] - moves["out"], wanted.slug
            assert one.moved, wanted.slug


def test_a_rate_and_a_backlog_move_by_the_duties_found_by_hand(
    pair: Pair,
) -> None:
    before, now, then_tables, now_tables = pair
    compared = 0
    for one in restatements(before, now):
        wanted, sent = CATALOGUE[one.sent.measure], one.sent
        if sent.unit_id != "ALL":
            continue
        if isinstance(wanted, Rate):
            assert sent.period is not None
            by_hand = rate_moves(then_tables, now_tables, wanted.clocks, sent.as_at, sent.period.first,
                                 min(sent.period.last, sent.as_at), wanted.basis)  # fmt: skip
        elif isinstance(wanted, Backlog) and wanted.clocks and wanted.population not in POPULATION_MASKS:
            by_hand = backlog_moves(then_tables, now_tables, wanted.clocks, sent.as_at)
        else:
            continue
        compared += 1
        assert {(row.move, key_of(row)) for row in one.moved} == by_hand, wanted.slug
    assert compared


def key_of(moved: MovedRow) -> tuple[str, str, int]:
    return moved.row["clock"], moved.row["subject_id"], moved.row["sequence"]


def test_a_scope_sees_rows_of_its_own_teams_only_and_is_told_how_many_more_there_are(
    pair: Pair,
) -> None:
    before, now, _, _ = pair
    own = frozenset({"T11"})
    every = {(r.sent.measure, r.sent.unit_id): r for r in restatements(before, now)}
    for one in restatements(before, now, Scope(own, own, own)):
        whole = every[one.sent.measure, one.sent.unit_id]
        assert (one.now, one.hidden + len(one.moved)) == (whole.now, len(whole.moved))
        for row in one.moved:
            assert row in whole.moved
            assert row.row.get("team_id") == "T11"
            assert not CATALOGUE[one.sent.measure].staff
            child = row.row.get("child_id")
            if child in now.world.facts.children.place:
                assert now.child_team(child, one.sent.as_at) == "T11"


def test_the_same_extract_restates_nothing(pair: Pair) -> None:
    before, _, _, _ = pair
    assert restatements(before, before) == []
