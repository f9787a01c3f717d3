"""Fills the manifest from the environment and writes perfbot.zip, to be uploaded in the Teams admin centre.

    PERFBOT_APP_ID=... PERFBOT_ORGANISATION=... PERFBOT_ORGANISATION_URL=https://... \
    PERFBOT_PRIVACY_URL=https://... PERFBOT_TERMS_URL=https://... python deploy/teams_app/package.py [FILE]

Exit status 2 with one sentence for a variable that is missing or wrong.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
VARIABLE = re.compile(r"\$\{(\w+)\}")
SAME_DAY = (2026, 1, 1, 0, 0, 0)
"""The time of every file in the package: the same manifest gives the same bytes."""


class Missing(ValueError):
    """The sentence for the operator."""


def filled_manifest(environment: Mapping[str, str]) -> str:
    """manifest.json with every ${VARIABLE} filled. Raises Missing."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        value = environment.get(name, "").strip()
        if not value:
            raise Missing(f"{name} is not set.")
        if name == "PERFBOT_APP_ID" and not GUID.fullmatch(value):
            raise Missing(f"{name} is not an application id (a GUID).")
        if name.endswith("_URL") and not value.startswith("https://"):
            raise Missing(f"{name} must start with https://.")
        return json.dumps(value)[1:-1]

    return VARIABLE.sub(fill, (FOLDER / "manifest.json").read_text(encoding="utf-8"))


def write_package(environment: Mapping[str, str], target: Path) -> None:
    manifest = filled_manifest(environment)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in (
            ("manifest.json", manifest.encode()),
            ("color.png", (FOLDER / "color.png").read_bytes()),
            ("outline.png", (FOLDER / "outline.png").read_bytes()),
        ):
            package.writestr(zipfile.ZipInfo(name, SAME_DAY), data)


if __name__ == "__main__":
    try:
        write_package(os.environ, Path(sys.argv[1] if len(sys.argv) > 1 else "perfbot.zip"))
    except Missing as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
