"""Files: every module says what it is for; nothing in the repository names the machine it was written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("kpi_engine", "bot", "schedules")
MACHINE = re.compile(r"(?<![\w./-])/(?:" + "|".join(("work", "root", "home/[a-z]+")) + ")/")
"""A path of somebody's own machine."""
INDEX = re.compile(
    r"--(?:extra-)?index-url|--find-links|--trusted-host|index_url|\bnexus\b|\bartifactory\b", re.IGNORECASE
)
"""Packages are named by version and hash, never by the host that served them."""
TEXT = {
    ".py",
    ".md",
    ".txt",
    ".toml",
    ".yaml",
    ".yml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".lock",
    ".sample",
    ".mako",
    "",
}


def tracked() -> list[Path]:
    """Text files of the repository; everything below it where there is no version control."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        pytest.skip("this is no git checkout, so it is not known which files belong to the project")
    files = [ROOT / name for name in run.stdout.split("\0") if name]
    return [path for path in files if path.suffix in TEXT and path.is_file() and path != Path(__file__)]


def _lines(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        text = path.read_text("utf-8", errors="replace")
        if pattern.search(text):
            found += [
                f"{path.relative_to(ROOT)}:{number}"
                for number, line in enumerate(text.splitlines(), 1)
                if pattern.search(line)
            ]
    return found


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert _lines(MACHINE) == []


def test_no_file_names_a_package_index() -> None:
    allowed = {"Makefile", "deploy/Dockerfile"}  # how the lock is written and installed, not where from
    assert [line for line in _lines(INDEX) if line.split(":")[0] not in allowed] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_begins_with_its_docstring(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        text = path.read_text("utf-8")
        assert not text.strip() or text.startswith('"""'), path.relative_to(ROOT)
