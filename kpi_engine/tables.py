"""The data contract: every table and column the engine knows, described and typed in `data_contract.txt`.

One list loads, checks, invents and documents. Source of names: Standard Safeguarding Dataset 1.4.5 (Data to Insight,
MIT) for `ssd_` tables; `local_` tables are the project's own (what no national standard holds).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

ColumnType = Literal["id", "text", "code", "date", "timestamp", "month", "flag", "number", "json"]


@dataclass(frozen=True)
class Column:
    """key: part of the table's key.  needed: the table cannot be used without the column.
    item: the SSD's item reference.  refers: "table.column" in the SSD's own (unprefixed) spelling."""

    name: str
    type: ColumnType
    key: bool
    needed: bool
    item: str
    refers: str


@dataclass(frozen=True)
class Table:
    name: str
    about: str
    columns: tuple[Column, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.key)

    @property
    def by_name(self) -> dict[str, Column]:
        return {c.name: c for c in self.columns}


ALIASES = {"ssd_cin_plans": {"cin_plan_id": "cinp_cin_plan_id"}}
"""Spellings of deployed SSD extracts that differ from the specification (Mosaic), by table."""


@cache
def contract() -> dict[str, Table]:
    """Every table by name, in the order of the contract file."""
    out: dict[str, Table] = {}
    text = resources.files("kpi_engine").joinpath("data_contract.txt").read_text("utf-8")
    name = about = ""
    columns: list[Column] = []

    def close() -> None:
        if name:
            out[name] = Table(name, about, tuple(columns))

    for line in text.splitlines():
        if line.startswith("table "):
            close()
            name, about = line.removeprefix("table ").split(": ", 1)
            columns = []
        elif line.strip():
            columns.append(_column(line.split()))
    close()
    return out


def _column(parts: list[str]) -> Column:
    name, kind, mark, *rest = parts
    if kind not in get_args(ColumnType):
        raise ValueError(f"data_contract.txt: {name} has the unknown type {kind}")
    arrow = rest.index("->") if "->" in rest else len(rest)
    return Column(
        name=name,
        type=kind,  # type: ignore[arg-type]
        key=mark == "KEY",
        needed=mark in ("KEY", "!"),
        item=rest[0] if arrow else "",
        refers=rest[arrow + 1] if arrow < len(rest) else "",
    )
