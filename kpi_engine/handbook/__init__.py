"""The handbook: one page a family and an index, made from the catalogue, the rules, the targets and the worked cases.

Nothing in it is written twice: definitions, limits, sources and targets are those the engine counts with, examples are
those the tests run. `python -m kpi_engine.handbook docs/handbook` writes it; a test proves that it is up to date.
"""

from __future__ import annotations

from pathlib import Path

from kpi_engine.handbook.examples import Example, read_examples
from kpi_engine.handbook.index import index
from kpi_engine.handbook.pages import page
from kpi_engine.measures import FAMILIES

__all__ = ["Example", "pages", "write"]


def pages(cases: Path) -> dict[str, str]:
    """Every page by file name. cases: the folder of worked cases. Raises InputError where it holds none."""
    examples = read_examples(cases)
    return {"README.md": index()} | {f"{family}.md": page(family, examples) for family in FAMILIES}


def write(folder: Path, cases: Path) -> list[str]:
    """Writes the pages into a folder and gives their names; pages of families that are gone are removed."""
    made = pages(cases)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return list(made)
