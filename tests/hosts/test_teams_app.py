"""The package for the Teams admin centre: whole, filled, and nothing in it that Teams would refuse."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "teams_app"
VALUES = {
    "PERFBOT_APP_ID": "11111111-1111-1111-1111-111111111111",
    "PERFBOT_ORGANISATION": 'A "Council"',
    "PERFBOT_ORGANISATION_URL": "https://council.example/",
    "PERFBOT_PRIVACY_URL": "https://council.example/privacy",
    "PERFBOT_TERMS_URL": "https://council.example/terms",
}
SHORT, LONG = 80, 4_000
"""Longest short and full description that Teams takes."""


def pack(target: Path, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / "package.py"), str(target)],
        env={name: value for name, value in (VALUES | changed).items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_is_filled_and_whole(tmp_path):
    done = pack(tmp_path / "p.zip")
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(tmp_path / "p.zip") as package:
        names = package.namelist()
        manifest = json.loads(package.read("manifest.json"))
    assert sorted(names) == sorted(["manifest.json", *manifest["icons"].values()])
    assert "${" not in json.dumps(manifest)
    assert manifest["bots"][0]["botId"] == VALUES["PERFBOT_APP_ID"]
    assert manifest["developer"]["name"] == 'A "Council"'
    assert len(manifest["name"]["short"]) <= 30
    assert len(manifest["description"]["short"]) <= SHORT
    assert len(manifest["description"]["full"]) <= LONG
    assert set(manifest["bots"][0]["scopes"]) == {"personal", "team", "groupChat"}
    for commands in manifest["bots"][0]["commandLists"]:
        assert len(commands["commands"]) <= 10
        assert all(len(each["title"]) <= 32 for each in commands["commands"])


def test_the_same_values_give_the_same_bytes(tmp_path):
    pack(tmp_path / "one.zip")
    pack(tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PERFBOT_APP_ID", "", "PERFBOT_APP_ID is not set."),
        ("PERFBOT_APP_ID", "perfbot", "PERFBOT_APP_ID is not an application id (a GUID)."),
        ("PERFBOT_TERMS_URL", "http://council.example", "PERFBOT_TERMS_URL must start with https://."),
    ],
)
def test_a_wrong_value_is_one_sentence(tmp_path, name, value, said):
    done = pack(tmp_path / "p.zip", **{name: value})
    assert (done.returncode, done.stderr) == (2, said + "\n")
    assert not (tmp_path / "p.zip").exists()


@pytest.mark.parametrize(("name", "size"), [("color.png", 192), ("outline.png", 32)])
def test_the_icons_have_the_sizes_teams_asks_for(name, size):
    data = (FOLDER / name).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (size, size)


def test_the_icons_are_what_the_script_draws():
    scope: dict[str, object] = {"__name__": "icons"}
    exec((FOLDER / "icons.py").read_text(encoding="utf-8"), scope)
    draw = scope["draw"]
    assert (FOLDER / "outline.png").read_bytes() == draw(32, scope["CLEAR"], scope["WHITE"], scope["WHITE"])  # type: ignore[operator]
