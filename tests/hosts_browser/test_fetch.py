"""Fetching Web Chat: only the one known file is ever kept or served."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from pathlib import Path

import pytest

from bot.hosts.webchat import fetch
from kpi_engine.errors import InputError

GOOD = b"console.log('stands for Web Chat')"


@pytest.fixture(autouse=True)
def known_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "SHA256", hashlib.sha256(GOOD).hexdigest())


def put_npm(folder: Path, monkeypatch: pytest.MonkeyPatch, script: bytes | None, status: int = 0) -> Path:
    """A program called npm on the path that copies a tarball to where it is told; returns its call log."""
    folder.mkdir()
    files = {"package/dist/webchat.js.LICENSE.txt": b"MIT", "package/dist/evil.js": b"no"}
    if script is not None:
        files["package/dist/webchat.js"] = script
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    with tarfile.open(folder / "made.tgz", "w:gz") as archive:
        for name in files:
            archive.add(folder / name, name)
    npm, calls = folder / "npm", folder / "calls"
    npm.write_text(
        f'#!/bin/sh\necho "$@" >> {calls}\nfor last; do :; done\n'
        f'cp {folder}/made.tgz "$last/x.tgz"\nexit {status}\n'
    )
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return calls


def test_the_script_and_its_licence_are_kept_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = put_npm(tmp_path / "bin", monkeypatch, GOOD)
    kept = tmp_path / "var" / "webchat"
    assert fetch.fetch(kept).read_bytes() == GOOD
    assert sorted(p.name for p in kept.iterdir()) == ["webchat.js", "webchat.js.LICENSE.txt"]
    assert fetch.read_script(kept) == GOOD
    fetch.fetch(kept)
    assert len(calls.read_text().splitlines()) == 1, "it was fetched again though it was there"
    assert calls.read_text().startswith("pack botframework-webchat@4.18.1 ")


def test_a_file_with_another_hash_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path / "bin", monkeypatch, GOOD + b" ")
    kept = tmp_path / "kept"
    with pytest.raises(InputError, match="not the published file"):
        fetch.fetch(kept)
    assert not kept.exists()


def test_a_file_changed_afterwards_is_not_served_and_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path / "bin", monkeypatch, GOOD)
    kept = tmp_path / "kept"
    fetch.fetch(kept).write_bytes(b"changed")
    with pytest.raises(InputError, match="not the published file"):
        fetch.read_script(kept)
    assert fetch.fetch(kept).read_bytes() == GOOD


@pytest.mark.parametrize(("script", "status"), [(None, 0), (GOOD, 1)])
def test_when_npm_brings_nothing_useful_the_terminal_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: bytes | None, status: int
) -> None:
    put_npm(tmp_path / "bin", monkeypatch, script, status)
    with pytest.raises(InputError, match=r"was not fetched.*perfbot chat"):
        fetch.fetch(tmp_path / "kept")


def test_npm_s_own_reason_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path / "bin", monkeypatch, GOOD)
    npm = tmp_path / "bin" / "npm"
    npm.write_text("#!/bin/sh\necho 'npm warn old' >&2; echo 'npm error no such package' >&2; exit 1\n")
    with pytest.raises(InputError, match=r"could not bring \S+ \(no such package\), so Web Chat was not"):
        fetch.fetch(tmp_path / "kept")


def test_without_npm_one_sentence_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["fetch", str(tmp_path / "kept")])
    assert fetch.main() == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "npm is not on this machine" in said.err
    assert "perfbot chat" in said.err


def test_nothing_fetched_yet_is_none(tmp_path: Path) -> None:
    assert fetch.read_script(tmp_path / "kept") is None
