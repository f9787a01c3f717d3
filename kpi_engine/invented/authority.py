"""Writes the invented authority as an SSD folder."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from kpi_engine.days import day
from kpi_engine.errors import InputError
from kpi_engine.invented import (
    allocations,
    care_records,
    courts,
    enquiries,
    faults,
    front_door,
    leavers,
    management,
    need,
    protection_records,
    safety,
    workforce,
)
from kpi_engine.invented import people as population
from kpi_engine.invented.assessments import make_assessments
from kpi_engine.invented.care import make_care, make_placements, make_statuses
from kpi_engine.invented.cases import Cases, link, make_cases
from kpi_engine.invented.closures import make_closures
from kpi_engine.invented.protection import Plans, make_plans
from kpi_engine.invented.published import OPEN, Shape
from kpi_engine.invented.writing import Book

NAME: Final = "Invented Borough (not a real authority)"
SMALLEST: Final = 40
DEFAULT_AS_AT: Final = date(2026, 11, 15)


def make_authority(folder: Path, *, children: int = OPEN, as_at: date = DEFAULT_AS_AT, seed: int = 1) -> None:
    """Write an SSD folder with local tables and extract.json.

    children: open episodes on as_at, at least 40. The same arguments give the same bytes. Raises InputError
    for fewer children, for a date outside 2005 to 2039, and for a folder that already holds something.
    """
    if children < SMALLEST:
        raise InputError(f"An invented authority has at least {SMALLEST} children; {children} are too few.")
    if not 2005 <= as_at.year <= 2039:
        raise InputError(f"The as-at date {as_at.isoformat()} lies outside the years 2005 to 2039.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not an empty folder: choose another one.")
    book = _book(Shape(children), day(as_at), np.random.default_rng(seed))
    folder.mkdir(parents=True, exist_ok=True)
    book.write(folder)
    about = {"as_at": as_at.isoformat(), "authority": NAME}
    (folder / "extract.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def _book(shape: Shape, on: int, rng: np.random.Generator) -> Book:
    cases = make_cases(shape, on, rng)
    made = make_assessments(cases, shape, on, rng)
    link(cases, shape, on, rng)
    plans = make_plans(cases, shape, on, rng)
    closures = make_closures(cases, shape, on, rng)
    people = population.make_people(cases, front_door.strangers(shape), on, rng)
    care = make_care(cases, plans, people, closures, on, rng)
    homes, law = make_placements(care, people, on, rng), make_statuses(care, cases, on, rng)

    stretches = allocations.make_stretches(cases, made, plans, care, people, on, rng)
    loads = allocations.load(stretches, cases, on)
    first = max(int(cases.start.min()), on - 4400)
    work = workforce.make_workforce(loads, shape.children, first, on, rng)
    held = allocations.make_holdings(stretches, cases, work, on, rng)

    example = _example(cases, plans, held, people, on)
    asked = enquiries.make_enquiries(cases, plans, shape, on, rng)
    follow = protection_records.make_follow(plans, shape, on, example, rng)
    needs = need.make_need_plans(cases, made, plans, care, people, on, rng)
    faults.leave_open(needs, cases, rng)

    book = Book(on - 13000, on + 800)
    management.write_teams(book, work)
    management.write_staff(book, work, on, rng)
    population.write_people(book, people, on, rng)
    front_door.write_contacts(book, cases, shape, people, on, rng)
    front_door.write_referrals(book, cases, closures, people, held, work, rng)
    front_door.write_assessments(book, cases, made, people, held, work, rng)
    need.write_need_plans(book, cases, needs, people, held, work, on, rng)
    enquiries.write_enquiries(book, cases, asked, plans, people, held, work, rng)
    protection_records.write_follow(book, cases, plans, asked, follow, people, on, rng)
    care_records.write_periods(book, cases, care, homes, law, people, on, rng)
    care_records.write_care_events(book, care, homes, law, people, on, rng)
    leavers.write_leavers(book, cases, care, people, held, work, on, rng)
    courts.write_courts(book, cases, plans, care, law, people, on, rng)
    courts.write_private_fostering(book, cases, people, on, rng)
    safety.write_safety(book, cases, care, people, on, rng)
    management.write_quality(book, cases, held, people, on, shape.children, rng)
    management.write_carers(book, work, on, shape.children, rng)
    allocations.write_involvements(book, cases, held, care, people, work, on, rng)
    faults.write_faults(book, cases, held, people, work, on, rng)
    return book


def _example(
    cases: Cases, plans: Plans, held: allocations.Holdings, people: population.People, on: int
) -> int:
    """The plan whose first child becomes C123: in CSWT 1, its core group to be late; -1 if there is none."""
    now = np.flatnonzero((plans.end > on) & (on - plans.start >= 75))
    team, worker = held.on(plans.case[now], np.full(len(now), on))
    mine = now[(team == workforce.PLACE["T11"]) & (worker >= 0)]
    if not len(mine):
        return -1
    plan = int(mine[0])
    people.names[int(people.first[cases.family[plans.case[plan]]] + plans.first[plan])] = "C123"
    return plan
