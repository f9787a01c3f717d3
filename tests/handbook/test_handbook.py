"""The handbook is current, complete and readable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import kpi_engine
from kpi_engine import timescales
from kpi_engine.answering.words import said
from kpi_engine.errors import InputError
from kpi_engine.handbook import pages, write
from kpi_engine.handbook.__main__ import main
from kpi_engine.handbook.words import STEMS, anchor, subjects, why
from kpi_engine.measures import CATALOGUE, FAMILIES
from kpi_engine.rules_in_words import RULES
from kpi_engine.targets import shipped

ROOT = Path(kpi_engine.__file__).parents[1]
HANDBOOK, CASES = ROOT / "docs" / "handbook", ROOT / "tests" / "worked_cases"
AGAIN = "Run `python -m kpi_engine.handbook docs/handbook` and commit what it writes."


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages(CASES)


def entry(made: dict[str, str], slug: str) -> str:
    """The part of a page that belongs to one measure."""
    wanted = CATALOGUE[slug]
    parts = made[f"{wanted.family}.md"].split("\n## ")
    (found,) = (part for part in parts if f"\n`{slug}`\n" in part)
    return found


def test_the_committed_pages_are_what_the_definitions_give(made: dict[str, str]) -> None:
    kept = {file.name: file.read_text("utf-8") for file in HANDBOOK.glob("*")}
    assert sorted(kept) == sorted(made), AGAIN
    stale = [name for name, text in made.items() if kept[name] != text]
    assert not stale, AGAIN


def test_one_page_a_family_and_every_measure_once(made: dict[str, str]) -> None:
    assert set(made) == {"README.md"} | {f"{family}.md" for family in FAMILIES}
    for slug, wanted in CATALOGUE.items():
        found = [name for name, text in made.items() if name != "README.md" and f"\n`{slug}`\n" in text]
        assert found == [f"{wanted.family}.md"]
        assert made["README.md"].count(f"| `{slug}` |") == 1


@pytest.mark.parametrize("slug", CATALOGUE)
def test_an_entry_has_every_part(made: dict[str, str], slug: str) -> None:
    text, wanted = entry(made, slug), CATALOGUE[slug]
    assert wanted.definition in text
    for part in ("Why it matters.", "How it is counted.", "Target.", "What it needs.", "Beware."):
        assert text.count(f"**{part}**") == 1, part
    assert text.count("**Worked example") == 1
    assert all(f"`{name}`" in text for name in wanted.needs)


@pytest.mark.parametrize("slug", [s for s, m in CATALOGUE.items() if getattr(m, "clocks", ())])
def test_every_limit_has_its_value_date_kind_and_source(made: dict[str, str], slug: str) -> None:
    text = entry(made, slug)
    for clock in CATALOGUE[slug].clocks:  # type: ignore[attr-defined]
        assert RULES[clock].sentence in text
        for name in RULES[clock].limits:
            limit = timescales.shipped()[name]
            assert limit.source
            for since, value in limit.values:
                (line,) = (
                    one for one in text.splitlines() if limit.description in one and said(since) in one
                )
                assert line.startswith(f"| {value} ")
                assert f"| {limit.kind} |" in line
                assert limit.source in line
                assert limit.link in line


def test_every_step_of_every_target_is_told(made: dict[str, str]) -> None:
    for slug, told in shipped().targets.items():
        text = entry(made, slug)
        for since, value in told.steps:
            assert re.search(rf"{value:g}%? from {said(since)}", text), slug
        assert told.wording in text


def test_every_worked_case_shown_is_one_that_the_tests_run(made: dict[str, str]) -> None:
    cases = {
        (file.name, " ".join(case["name"].split()).rstrip("."))
        for file in CASES.glob("*.yaml")
        for case in yaml.safe_load(file.read_text("utf-8"))
    }
    shown = 0
    for name, text in made.items():
        for title, file in re.findall(r"^- \*(.+?)\* As at .*\((?:\[)([a-z_]+\.yaml)\]", text, re.MULTILINE):
            assert (file, title.rstrip(".")) in cases, (name, title)
            shown += 1
    assert shown > len(CATALOGUE)


def test_every_measure_has_a_worked_example(made: dict[str, str]) -> None:
    assert [slug for slug in CATALOGUE if "None yet." in entry(made, slug)] == []


def test_links_lead_somewhere(made: dict[str, str]) -> None:
    for name, text in made.items():
        for target in re.findall(r"\]\(([^)]+)\)", text):
            if target.startswith("https://"):
                continue
            file, _, place = target.partition("#")
            assert (HANDBOOK / file).exists(), (name, target)
            if place:
                headings = re.findall(r"^#+ (.+)$", made[file], re.MULTILINE)
                assert [anchor(h) for h in headings].count(place) == 1, (name, target)


def test_prose_is_prose(made: dict[str, str]) -> None:
    for name, text in made.items():
        prose = [
            line for line in text.splitlines()
            if line and line[0] not in "#|`<[" and not line.startswith("**Worked example")
        ]  # fmt: skip
        for line in prose if name != "README.md" else []:
            assert line.endswith((".", ")", "?")), (name, line)
            assert "  " not in line, (name, line)
            assert not re.search(r"\.\.[^/]|\.\.$", line), (name, line)
        assert not re.search(
            r"\bNone\b(?! has)", text.replace("None: a volume", "").replace("** None.", "")
        ), name


@pytest.mark.parametrize("slug", CATALOGUE)
def test_why_it_matters_is_said_in_sentences(slug: str) -> None:
    told = why(CATALOGUE[slug])
    assert set(told) == {"matters", "beware"}
    for text in told.values():
        assert text.endswith(".")
        assert text[0].isupper() or text[0].isdigit()
        assert len(text) > 15


def test_no_explanation_is_left_without_a_measure() -> None:
    known = set(CATALOGUE) | {
        slug.removesuffix(stem) for slug in CATALOGUE for stem in STEMS if slug.endswith(stem)
    }
    assert subjects() <= known


def test_writing_twice_gives_the_same_and_removes_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")
    write(tmp_path, CASES)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    write(tmp_path, CASES)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first
    assert "gone.md" not in first
    assert all(b"\r" not in text for text in first.values())


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "book"), "--cases", str(tmp_path)]) == 2
    assert "holds no worked cases" in capsys.readouterr().err
    assert not (tmp_path / "book").exists()
    with pytest.raises(InputError):
        pages(tmp_path)
    assert main([str(tmp_path / "book"), "--cases", str(CASES)]) == 0
    assert "12 pages" in capsys.readouterr().out
