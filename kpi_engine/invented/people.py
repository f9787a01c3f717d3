"""The children themselves: ids, birthdays, sex, ethnicity. Never a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kpi_engine.days import NEVER, Days, birthday
from kpi_engine.invented.allotting import Ints
from kpi_engine.invented.cases import Cases, Role
from kpi_engine.invented.writing import Book, choose

EIGHTEEN: Final = 6575
"""Days of eighteen years, a leap day more than needed."""

ETHNICITIES: Final = ("WBRI", "WOTH", "MWBC", "MWAS", "AIND", "APKN", "AOTH", "BAFR", "BCRB", "OOTH", "NOBT")
CHANCES: Final = (0.40, 0.08, 0.06, 0.04, 0.10, 0.06, 0.08, 0.09, 0.03, 0.04, 0.02)


@dataclass
class People:
    """One row a person. `first`: the first person of each family; members follow."""

    first: Ints
    born: Days
    names: list[str]

    def of(self, cases: Cases, case: Ints, member: Ints) -> Ints:
        """The person who is that member of the case's family."""
        return self.first[cases.family[case]] + member

    def ids(self, people: Ints) -> list[str]:
        names = self.names
        return [names[i] for i in people.tolist()]


def make_people(cases: Cases, strangers: int, as_at: int, rng: np.random.Generator) -> People:
    """Everybody in a case, then `strangers` who were only ever the subject of a contact."""
    families = int(cases.family.max()) + 1
    size = np.zeros(families, dtype=np.int64)
    size[cases.family] = cases.size
    first = np.cumsum(size) - size
    count = int(size.sum())
    earliest = np.full(families, NEVER)
    latest = np.full(families, -NEVER)
    np.minimum.at(earliest, cases.family, cases.start)
    np.maximum.at(latest, cases.family, np.minimum(cases.end, as_at))
    role = np.zeros(families, dtype=np.int64)
    order = np.argsort(cases.start, kind="stable")
    role[cases.family[order]] = cases.role[order]

    owner = np.repeat(np.arange(families), size)
    unborn = (rng.random(count) < 0.03) & (role[owner] == Role.NEED)
    youngest = earliest[owner] + np.where(unborn, 120, -3)
    oldest = np.minimum(latest[owner] - EIGHTEEN + 40, youngest - 30)
    born = youngest - (rng.beta(1.05, 1.3, count) * (youngest - oldest)).astype(np.int64)
    teen = role[owner] == Role.ASYLUM
    born = np.where(teen, as_at - EIGHTEEN + 30 + rng.integers(0, 1200, count), born)
    leaver = role[owner] == Role.LEAVER
    eighteenth = np.maximum(earliest[owner] + 260, as_at - 2500)
    eighteenth = eighteenth + (rng.random(count) * (as_at - 20 - eighteenth)).astype(np.int64)
    born = np.where(leaver, eighteenth - EIGHTEEN, born)
    born = np.concatenate([born, as_at - rng.integers(30, EIGHTEEN - 400, strangers)])
    return People(first, born, [f"C{n}" for n in (1001 + rng.permutation(len(born))).tolist()])


def eighteenth_birthday(people: People) -> Days:
    return birthday(people.born, 18)


def write_people(book: Book, people: People, as_at: int, rng: np.random.Generator) -> None:
    count = len(people.born)
    unborn = people.born > as_at
    book.add(
        "ssd_person",
        pers_person_id=people.names,
        pers_sex=[
            "U" if u else s for s, u in zip(choose("FM", (49, 51), count, rng), unborn.tolist(), strict=True)
        ],
        pers_ethnicity=choose(ETHNICITIES, CHANCES, count, rng),
        pers_dob=book.dates(np.where(unborn, NEVER, people.born)),
        pers_expected_dob=book.dates(np.where(unborn, people.born, NEVER)),
        pers_upn_unknown=choose(("", "UN1"), (97, 3), count, rng),
    )
