"""Missing episodes with their return interviews, exploitation flags, disability and immigration records."""

from __future__ import annotations

import numpy as np

from kpi_engine.days import NEVER
from kpi_engine.invented.allotting import Ints
from kpi_engine.invented.care import Care
from kpi_engine.invented.cases import Cases, Kind, Role
from kpi_engine.invented.people import People
from kpi_engine.invented.writing import Book, choose, numbered


def write_safety(
    book: Book, cases: Cases, care: Care, people: People, as_at: int, rng: np.random.Generator
) -> None:
    """ssd_missing, local_return_interviews, local_exploitation, ssd_disability, ssd_immigration_status."""
    end = np.minimum(care.end, as_at)
    first = np.maximum(care.start, people.born[care.person] + 4000)
    first = np.maximum(first, as_at - 2190)
    roams = np.flatnonzero((first < end - 3) & ~care.short_break & (rng.random(len(care)) < 0.2))
    times = np.minimum(1 + rng.geometric(0.35, len(roams)), 8)
    row = np.repeat(roams, times)
    day = first[row] + (rng.random(len(row)) * (end[row] - first[row] - 2)).astype(np.int64)
    pairs = np.unique(np.stack([row, day]), axis=1)
    _missing(book, care.person[pairs[0]], pairs[1], people, as_at, rng)
    _exploitation(book, cases, care, people, as_at, rng)

    able = np.flatnonzero(cases.role == Role.DISABILITY)
    book.add(
        "ssd_disability",
        disa_person_id=people.ids(people.first[cases.family[able]]),
        disa_table_id=numbered("DI", len(able)),
        disa_disability_code=choose(
            ("LD", "AUT", "MOB", "COMM", "BEH", "HEAR", "VIS"), (34, 30, 12, 10, 8, 3, 3), len(able), rng
        ),
    )
    alone = np.flatnonzero(cases.role == Role.ASYLUM)
    book.add(
        "ssd_immigration_status",
        immi_person_id=people.ids(people.first[cases.family[alone]]),
        immi_immigration_status_id=numbered("IS", len(alone)),
        immi_immigration_status=["UASC"] * len(alone),
        immi_immigration_status_start_date=book.dates(cases.start[alone]),
    )


def _stamp(minutes: int, days: dict[int, str]) -> str:
    day, rest = divmod(minutes, 1440)
    return f"{days[day]} {rest // 60:02d}:{rest % 60:02d}:00"


def _missing(
    book: Book, person: Ints, day: Ints, people: People, as_at: int, rng: np.random.Generator
) -> None:
    n = len(person)
    left = day * 1440 + rng.integers(960, 1439, n)
    back = left + np.minimum(60 + rng.exponential(1500, n).astype(np.int64), 14000)
    late = as_at * 1440 + 1439
    home = back <= late
    offered = back + rng.integers(60, 1800, n)
    lot = rng.random(n)
    hours = np.where(
        rng.random(n) < 0.84, rng.integers(12 * 60, 71 * 60, n), rng.integers(73 * 60, 160 * 60, n)
    )
    held = np.where(lot < 0.78, back + hours, NEVER * 1440)
    gave_up = (lot >= 0.78) & ((lot < 0.95) | (back < late - 45 * 1440))
    declined = np.where(gave_up, offered + 300, NEVER * 1440)
    number = np.arange(day.min(), as_at + 2) if n else np.zeros(0, dtype=np.int64)
    texts = dict(zip(number.tolist(), book.dates(number), strict=True))

    def stamps(minutes: Ints) -> list[str]:
        return [_stamp(m, texts) if m <= late else "" for m in minutes.tolist()]

    key = numbered("M", n)
    book.add(
        "ssd_missing",
        miss_table_id=key,
        miss_person_id=people.ids(person),
        miss_missing_episode_start_date=stamps(left),
        miss_missing_episode_type=choose(("M", "A"), (85, 15), n, rng),
        miss_missing_episode_end_date=stamps(back),
        miss_missing_rhi_offered=["Y" if o <= late else "N" for o in offered.tolist()],
        miss_missing_rhi_accepted=["Y" if h <= late else "N" for h in held.tolist()],
    )
    rows = np.flatnonzero(home)
    book.add(
        "local_return_interviews",
        missing_id=[key[r] for r in rows.tolist()],
        person_id=people.ids(person[rows]),
        returned_at=stamps(back[rows]),
        offered_at=stamps(offered[rows]),
        held_at=stamps(held[rows]),
        declined_at=stamps(declined[rows]),
    )


def _exploitation(
    book: Book, cases: Cases, care: Care, people: People, as_at: int, rng: np.random.Generator
) -> None:
    teens = np.flatnonzero(cases.where(Kind.OPEN, roles=(Role.NEED, Role.CARE, Role.PROTECTION)))
    person = people.first[cases.family[teens]]
    old = people.born[person] < as_at - 4700
    mine = np.flatnonzero(old & (rng.random(len(teens)) < 0.16))
    person = person[mine]
    start = np.maximum(cases.start[teens[mine]] + 5, as_at - rng.integers(10, 700, len(mine)))
    start = np.minimum(start, as_at - 1)
    n = len(mine)
    ended = np.where(rng.random(n) < 0.3, start + rng.integers(60, 300, n), NEVER)
    assessed, planned = start + rng.integers(1, 25, n), start + rng.integers(8, 40, n)
    assessed = np.where((assessed > as_at) | (rng.random(n) < 0.05), NEVER, assessed)
    planned = np.where((planned > as_at) | (rng.random(n) < 0.07), NEVER, planned)
    book.add(
        "local_exploitation",
        flag_id=numbered("X", n),
        person_id=people.ids(person),
        flagged_date=book.dates(start),
        ended_date=book.dates(np.where(ended > as_at, NEVER, ended)),
        risk_assessment_date=book.dates(assessed),
        plan_date=book.dates(planned),
    )
