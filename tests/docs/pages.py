"""Reads the project's Markdown pages: links, commands, settings."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "deploy").rglob("*.md")])
"""Every page written by hand."""
NOT_OURS = re.compile(r"PERFBOT_(TEST|REQUIRE)_\w+")
"""Variables of the tests; they are no settings of the program."""
PACKAGE_ONLY = frozenset(
    {
        "PERFBOT_ORGANISATION", "PERFBOT_ORGANISATION_URL", "PERFBOT_PRIVACY_URL", "PERFBOT_TERMS_URL",
    }
)  # fmt: skip
"""Variables of deploy/teams_app/package.py, which fills the Teams manifest."""


def variables() -> frozenset[str]:
    """Every variable the program reads."""
    return frozenset(f"PERFBOT_{name.upper()}" for name in Settings.model_fields)


def named_variables(text: str) -> set[str]:
    """The PERFBOT_ variables that a text names, without those of the tests."""
    found = set(re.findall(r"\bPERFBOT_[A-Z][A-Z_]*[A-Z]\b", text))
    return {name for name in found if not NOT_OURS.fullmatch(name)}


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures that are files or places of this repository."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    return [target for target in found if "://" not in target and not target.startswith("mailto:")]


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, spelt as the web shows them."""
    found = re.findall(r"^#+ +(.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


def commands(text: str) -> list[list[str]]:
    """Every `perfbot ...` of a text, as words: in code spans and at the beginning of lines of code."""
    spans = re.findall(r"`(perfbot [^`]+)`", text)
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    for block in blocks:
        spans += re.findall(r"(?:^|[|&;] *|exec \w+ |\$ )(perfbot [^\n#|;&]+)", block, flags=re.MULTILINE)
    return [span.split() for span in spans]
