"""Fetches the one file of Web Chat that the browser chat serves, and checks it by its hash.

    python -m bot.hosts.webchat.fetch [FOLDER]        (default: PERFBOT_HOME/webchat)

The file is 3.9 MB of somebody else's work, so it is not kept in git: npm brings the published package, and
only the file whose SHA-256 is written below is ever served. Source: npm package botframework-webchat (MIT).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from bot.settings import SettingsError, load_settings
from kpi_engine.errors import InputError

PACKAGE = "botframework-webchat@4.18.1"
SCRIPT_NAME = "webchat.js"
LICENCE_NAME = "webchat.js.LICENSE.txt"
SHA256 = "0a68ad0a64fc04d621197da10c3eec0f843e16f7d03f6bcbed29b47517cf9bff"
NPM_OPTIONS = (
    "--loglevel=error", "--ignore-scripts",
    "--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000",
)  # fmt: skip
"""Nothing of the package is run, and a machine without a network hears so soon."""
NPM_SECONDS = 300
INSTEAD = "The browser chat needs it; `perfbot chat` in the terminal does the same job without it."


def folder_in(home: Path) -> Path:
    """Where the file is kept under PERFBOT_HOME."""
    return home / "webchat"


def read_script(folder: Path) -> bytes | None:
    """Web Chat's script, or None when it is not there. Raises InputError when it is not the file we know."""
    path = folder / SCRIPT_NAME
    if not path.is_file():
        return None
    return checked(path.read_bytes(), str(path))


def checked(content: bytes, name: str) -> bytes:
    """The content itself, if its hash is the one written here; else InputError."""
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise InputError(f"{name} is not the published file of {PACKAGE}: delete it and fetch it again.")
    return content


def fetch(folder: Path) -> Path:
    """Puts the script and its licence into the folder, unless they are there; returns the script's path.

    A wrong file found there is replaced. Raises InputError without npm, when npm fails, or when what it
    brought is not the file we know.
    """
    script = folder / SCRIPT_NAME
    if is_complete(folder):
        return script
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(f"npm is not on this machine, so Web Chat was not fetched. {INSTEAD}")
    with tempfile.TemporaryDirectory() as work:
        content, licence = unpack(packed(npm, Path(work)))
    checked(content, f"The {SCRIPT_NAME} that npm brought")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / LICENCE_NAME, licence)
    write_whole(script, content)
    return script


def is_complete(folder: Path) -> bool:
    """Whether the licence and the right script are both there."""
    try:
        return (folder / LICENCE_NAME).is_file() and read_script(folder) is not None
    except InputError:
        return False


def packed(npm: str, work: Path) -> Path:
    """Has npm put the package's tarball into `work`; nothing of it is installed or run."""
    try:
        subprocess.run(
            [npm, "pack", PACKAGE, *NPM_OPTIONS, "--pack-destination", str(work)],
            cwd=work, check=True, capture_output=True, timeout=NPM_SECONDS,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        raise InputError(
            f"npm could not bring {PACKAGE}{said_by_npm(error)}, so Web Chat was not fetched. {INSTEAD}"
        ) from error
    tarballs = sorted(work.glob("*.tgz"))
    if len(tarballs) != 1:
        raise InputError(f"npm left no tarball of {PACKAGE}, so Web Chat was not fetched. {INSTEAD}")
    return tarballs[0]


def said_by_npm(error: Exception) -> str:
    """npm's own first line of why, in brackets; empty when it gave none."""
    printed = getattr(error, "stderr", None) or b""
    lines = printed.decode(errors="replace").splitlines()
    reasons = [line.removeprefix("npm error").strip() for line in lines if line.startswith("npm error")]
    return f" ({reasons[0]})" if reasons else ""


def unpack(tarball: Path) -> tuple[bytes, bytes]:
    """The script and its licence out of the tarball; no other member is touched."""
    with tarfile.open(tarball) as archive:
        found = []
        for name in (SCRIPT_NAME, LICENCE_NAME):
            try:
                member = archive.extractfile(f"package/dist/{name}")
            except KeyError:
                member = None
            if member is None:
                raise InputError(f"{PACKAGE} holds no dist/{name}, so Web Chat was not fetched. {INSTEAD}")
            found.append(member.read())
    return found[0], found[1]


def write_whole(path: Path, content: bytes) -> None:
    """Writes beside and renames, so that a killed run leaves no half file behind."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def main() -> int:
    """Exit status 0 when the file is there, 2 with one sentence when it cannot be had."""
    try:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else folder_in(load_settings().home)
        path = fetch(folder)
    except (InputError, SettingsError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"Web Chat is at {path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
