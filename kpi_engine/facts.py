"""Facts: an extract as arrays, with children, workers and teams as small whole numbers.

Each table becomes a Frame: columns on demand, dates as day numbers (NEVER = empty), children, professionals and teams
as codes into one list each. Derived once, when an extract is opened; nothing in here depends on the as-at date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from sys import intern
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_engine import cells
from kpi_engine.days import NEVER, Days, Mask
from kpi_engine.extracts.raw import BAD_SUFFIX, ROW_SUFFIX, TIME_SUFFIX, Extract
from kpi_engine.tables import contract

Codes = NDArray[np.int64]
NOBODY = -1
"""No child, no worker."""
NO_TEAM, TEAM_NOT_GIVEN = -1, -2
"""A team that matches no department is no team; a cell without a team falls back on something else (rules 3)."""


class Frame:
    """One table. `present` is False where the extract does not hold it (then it has no rows)."""

    def __init__(self, name: str, table: pa.Table | None) -> None:
        self.name = name
        self.present = table is not None
        self._table = table
        self.rows = table.num_rows if table is not None else 0
        self._days: dict[str, Days] = {}
        self._texts: dict[str, NDArray[np.object_]] = {}
        self.child: Codes = np.full(self.rows, NOBODY, dtype=np.int64)

    def has(self, column: str) -> bool:
        return self._table is not None and column in self._table.column_names

    def day(self, column: str) -> Days:
        """Day numbers, NEVER where empty or the column is not there."""
        if column not in self._days:
            if self._table is None or not self.has(column):
                self._days[column] = np.full(self.rows, NEVER, dtype=np.int64)
            else:
                held = self._table.column(column).cast(pa.int32())
                self._days[column] = held.fill_null(NEVER).to_numpy().astype(np.int64)
        return self._days[column]

    def bad(self, column: str) -> Mask:
        """Where the cell held a date nobody can read (it counts as empty)."""
        name = column + BAD_SUFFIX
        if self._table is None or not self.has(name):
            return np.zeros(self.rows, dtype=bool)
        return np.asarray(self._table.column(name).to_numpy(zero_copy_only=False), dtype=bool)

    def seconds(self, column: str) -> NDArray[np.int64]:
        """Seconds of the day of a timestamp, -1 where it carries no time."""
        name = column + TIME_SUFFIX
        if self._table is None or not self.has(name):
            return np.full(self.rows, -1, dtype=np.int64)
        return np.asarray(self._table.column(name).to_numpy(), dtype=np.int64)

    def line(self) -> NDArray[np.int64]:
        """The line of each row in its source."""
        if self._table is None:
            return np.zeros(0, dtype=np.int64)
        return np.asarray(self._table.column(ROW_SUFFIX).to_numpy(), dtype=np.int64)

    def coded(self, column: str) -> tuple[pa.Array, NDArray[np.integer[Any]]]:
        """(the different texts of a column; which of them each row holds, their number = empty)."""
        if self._table is None or not self.has(column):
            return pa.array([], pa.string()), np.zeros(self.rows, dtype=np.int64)
        held = self._table.column(column).combine_chunks()
        if not pa.types.is_dictionary(held.type):
            held = held.dictionary_encode()
        return held.dictionary, held.indices.fill_null(len(held.dictionary)).to_numpy(zero_copy_only=False)

    def spelt(self, column: str) -> tuple[NDArray[np.object_], NDArray[np.integer[Any]]]:
        """(the different texts of a column and, last, ""; which of them each row holds)."""
        texts, place = self.coded(column)
        words = np.empty(len(texts) + 1, dtype=object)
        # The same ids stand in many tables: each is held in memory once.
        words[:] = [*map(intern, texts.to_pylist()), ""]
        return words, place

    def text(self, column: str) -> NDArray[np.object_]:
        """Text, "" where empty."""
        if column not in self._texts:
            words, place = self.spelt(column)
            self._texts[column] = words[place]
        return self._texts[column]

    def number(self, column: str) -> NDArray[np.float64]:
        if self._table is None or not self.has(column):
            return np.full(self.rows, np.nan)
        return np.asarray(self._table.column(column).to_numpy(zero_copy_only=False), dtype=float)

    def flag(self, column: str) -> Mask:
        """Whether the flag is Y."""
        return self._is(column, "Y")

    def refused(self, column: str) -> Mask:
        """Whether the flag is N (empty is neither)."""
        return self._is(column, "N")

    def _is(self, column: str, word: str) -> Mask:
        words, place = self.spelt(column)
        found: Mask = np.asarray(words == word, dtype=bool)[place]
        return found

    def made(self, column: str, function: Callable[[str | None], Any]) -> NDArray[Any]:
        """function of each cell, each different cell worked out once."""
        words, place = self.spelt(column)
        out = np.empty(len(words), dtype=object)
        out[:] = [function(word) for word in words]
        found: NDArray[Any] = out[place]
        return found

    def code(self, column: str) -> NDArray[np.object_]:
        """Bare codes (`c) C1 - ...` -> C1)."""
        return self.made(column, cells.code)

    def json_flag(self, column: str, name: str) -> Mask:
        return self.made(column, lambda text: cells.json_flag(text, name)).astype(bool)

    def key(self, place: int) -> str:
        """The key of one row, as findings name it."""
        keys = contract()[self.name].keys
        joined = "+".join(str(self.text(k)[place]) for k in keys)
        return joined if joined.strip("+") else f"line {self.line()[place]}"


@dataclass
class Index:
    """Ids of one kind with their codes: known ones first, in the order of their own table."""

    ids: list[str] = field(default_factory=list)
    known: int = 0
    place: dict[str, int] = field(default_factory=dict)

    def add(self, ids: Iterable[str]) -> None:
        for one in ids:
            if one and one not in self.place:
                self.place[one] = len(self.ids)
                self.ids.append(one)

    def codes(self, ids: NDArray[np.object_]) -> Codes:
        """Codes, NOBODY where empty or unknown."""
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        codes, unique = pd.factorize(ids)
        found = np.array([self.place.get(one, NOBODY) for one in unique] or [NOBODY], dtype=np.int64)
        return found[codes]

    def name(self, code: int) -> str | None:
        return self.ids[code] if code >= 0 else None


CHILD_COLUMNS = {
    "ssd_person": "pers_person_id", "ssd_involvements": "invo_person_id", "ssd_contacts": "cont_person_id",
    "ssd_cin_episodes": "cine_person_id", "ssd_cin_assessments": "cina_person_id", "ssd_cin_plans": "cinp_person_id",
    "ssd_cin_visits": "cinv_person_id", "ssd_s47_enquiry": "s47e_person_id",
    "ssd_initial_cp_conference": "icpc_person_id", "ssd_cp_plans": "cppl_person_id",
    "ssd_cp_reviews": "cppr_person_id", "ssd_cp_visits": "cppv_person_id", "ssd_cla_episodes": "clae_person_id",
    "ssd_cla_placement": "clap_person_id", "ssd_cla_reviews": "clar_cla_person_id", "ssd_cla_visits": "clav_person_id",
    "ssd_cla_care_plan": "lacp_person_id", "ssd_cla_health": "clah_person_id", "ssd_sdq_scores": "csdq_person_id",
    "ssd_legal_status": "lega_person_id", "ssd_missing": "miss_person_id", "ssd_care_leavers": "clea_person_id",
    "local_meetings": "person_id", "local_pre_proceedings": "person_id", "local_court": "person_id",
    "local_private_fostering": "person_id", "local_return_interviews": "person_id", "local_peps": "person_id",
    "local_exploitation": "person_id", "local_audits": "person_id",
}  # fmt: skip
"""Where each table names the child."""

CHILD_THROUGH = {
    "ssd_cin_plans": ("cinp_referral_id", "ssd_cin_episodes", "cine_referral_id"),
    "ssd_cin_visits": ("cinv_cin_plan_id", "ssd_cin_plans", "cinp_cin_plan_id"),
    "ssd_cp_visits": ("cppv_cp_plan_id", "ssd_cp_plans", "cppl_cp_plan_id"),
    "ssd_cp_reviews": ("cppr_cp_plan_id", "ssd_cp_plans", "cppl_cp_plan_id"),
    "ssd_cla_placement": ("clap_cla_id", "ssd_cla_episodes", "clae_cla_id"),
    "ssd_cla_reviews": ("clar_cla_id", "ssd_cla_episodes", "clae_cla_id"),
    "ssd_cla_visits": ("clav_cla_id", "ssd_cla_episodes", "clae_cla_id"),
    "ssd_involvements": ("invo_referral_id", "ssd_cin_episodes", "cine_referral_id"),
}
"""How a child is found where the extract leaves the person out (Mosaic): column -> table, its column."""


class Facts:
    """Every table of an extract as a Frame, with one code for each child, worker and team."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract
        self._frames = {name: Frame(name, extract.tables.get(name)) for name in contract()}
        self.children = Index()
        self.workers = Index()
        self._number_children()
        self._number_workers()
        self.teams = Teams(self._frames)

    def __getitem__(self, name: str) -> Frame:
        return self._frames[name]

    def present(self, names: Iterable[str]) -> bool:
        return all(self._frames[name].present for name in names)

    def _number_children(self) -> None:
        self.children.add(self["ssd_person"].text("pers_person_id"))
        self.children.known = len(self.children.ids)
        known = pa.array(self.children.ids, pa.string())
        for name, column in CHILD_COLUMNS.items():
            frame = self[name]
            if frame.rows:
                texts, place = frame.coded(column)
                code = pc.index_in(texts, value_set=known).fill_null(NOBODY).to_numpy(zero_copy_only=False)
                found = np.append(code, NOBODY).astype(np.int64)
                self._number_strangers(texts, place, found)
                frame.child = found[place]
        for name in CHILD_THROUGH:  # parents before those that are found through them
            self._through(self[name])

    def _number_strangers(self, texts: pa.Array, place: NDArray[np.integer[Any]], found: Codes) -> None:
        """Children whom ssd_person does not know are numbered as they come."""
        for one in pd.unique(place).tolist():
            if found[one] == NOBODY and one < len(texts):
                text = intern(texts[one].as_py())
                self.children.add([text])
                found[one] = self.children.place[text]

    def _through(self, frame: Frame) -> None:
        """Fill in the child from a parent row, where the row itself names none."""
        if not (frame.child == NOBODY).any():
            return
        column, parent_name, parent_column = CHILD_THROUGH[frame.name]
        parent = self[parent_name]
        owner = dict(zip(parent.text(parent_column)[::-1], parent.child[::-1], strict=True))
        empty = frame.child == NOBODY
        found = np.array(
            [owner.get(one, NOBODY) if one else NOBODY for one in frame.text(column)], dtype=np.int64
        )
        frame.child = np.where(empty, found, frame.child)

    def _number_workers(self) -> None:
        self.workers.add(self["ssd_professionals"].text("prof_professional_id"))
        self.workers.known = len(self.workers.ids)
        self.workers.add(self["local_staff"].text("professional_id"))

    def allocated_worker(self, ids: NDArray[np.object_]) -> Codes:
        """Workers of involvements: empty, -1 or unknown in ssd_professionals = no worker (rules 3.2)."""
        codes = self.workers.codes(ids)
        return np.where(codes < self.workers.known, codes, NOBODY)

    @cached_property
    def born(self) -> Days:
        """Date of birth by child code; NEVER where unknown or unborn."""
        out = np.full(len(self.children.ids), NEVER, dtype=np.int64)
        person = self["ssd_person"]
        out[person.child[person.child >= 0]] = person.day("pers_dob")[person.child >= 0]
        return out


class Teams:
    """ssd_department as codes and a tree; teams are matched on their id, else on their name (rules 3.2)."""

    def __init__(self, frames: dict[str, Frame]) -> None:
        department, local = frames["ssd_department"], frames["local_teams"]
        id_column, name_column = "dept_team_id", "dept_team_name"
        source = department
        if not department.present and local.present:
            source, id_column, name_column = local, "team_id", "team_name"
        self.ids: list[str] = [str(one) for one in source.text(id_column)]
        self.names: list[str] = [str(n) or i for n, i in zip(source.text(name_column), self.ids, strict=True)]
        self.place = {one: code for code, one in reversed(list(enumerate(self.ids)))}
        self._match: dict[str, int] = {}
        for code in reversed(range(len(self.ids))):
            self._match[self.names[code].casefold()] = code
        for code in reversed(range(len(self.ids))):
            self._match[self.ids[code].casefold()] = code
        parents = department.text("dept_team_parent_id") if source is department else [""] * len(self.ids)
        self.parent: list[int] = [
            self.place.get(p, NO_TEAM) if p != one else NO_TEAM
            for p, one in zip(parents, self.ids, strict=True)
        ]

    def codes(self, cells_: NDArray[np.object_]) -> Codes:
        """Codes; TEAM_NOT_GIVEN for an empty cell, NO_TEAM for a team nobody knows."""
        if not len(cells_):
            return np.zeros(0, dtype=np.int64)
        places, unique = pd.factorize(cells_)
        found = [self._match.get(str(one).casefold(), NO_TEAM) if one else TEAM_NOT_GIVEN for one in unique]
        return np.array(found, dtype=np.int64)[places]

    def id(self, code: int) -> str | None:
        return self.ids[code] if code >= 0 else None

    def climb(self, code: int) -> list[int]:
        """The team and its parents up to the root; a missing or self parent, or a circle, ends the climb."""
        out: list[int] = []
        while code >= 0 and code not in out:
            out.append(code)
            code = self.parent[code]
        return out

    @cached_property
    def below(self) -> dict[int, frozenset[int]]:
        """For each team its own code and those of every team below it."""
        out: dict[int, set[int]] = {code: set() for code in range(len(self.ids))}
        for code in range(len(self.ids)):
            for above in self.climb(code):
                out[above].add(code)
        return {code: frozenset(found) for code, found in out.items()}
