"""Everything that must survive a lost machine in one file: the database, the extracts, the key, the settings
files of the home folder.

    tar:  manifest.json (what is in it, with a SHA-256 each)  database.sqlite3  home/...

The database is copied with SQLite's online backup, so a running bot need not stop; a PostgreSQL database has
its own tools and is left out. The file holds children's data and the key to it: readable by its owner alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.engine import make_url

from bot.settings import Settings
from bot.store.encryption import KEY_FILE
from kpi_engine.errors import InputError

FORMAT = 1
MANIFEST, DATABASE, HOME = "manifest.json", "database.sqlite3", "home"
LEFT_OUT = frozenset({"demo", "webchat"})
"""Folders of the home folder that can be made again."""
POSTGRES = "The PostgreSQL database is not in it: back that up with pg_dump, at the same time."
POSTGRES_FIRST = (
    "The PostgreSQL database is empty: put it back with pg_restore first, then restore these files. "
    "Nothing was restored."
)
KEY_ELSEWHERE = (
    "The key of PERFBOT_STORE_KEY is not in it: keep it where you keep secrets, or nothing can be read."
)


@dataclass(frozen=True)
class BackedUp:
    """files: how many, the database included.  notes: sentences about what is not in it."""

    files: int
    size: int
    notes: tuple[str, ...]


def back_up(settings: Settings, target: Path, made_at: str) -> BackedUp:
    """Writes the backup; a file of that name is not overwritten. All or nothing. Raises InputError."""
    if target.exists():
        raise InputError(f"{target} is there already: name a new file.")
    draft = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder:
            files = _files_of(settings, target)
            database = _database_file(settings)
            if database is not None:
                files[DATABASE] = _copy_of(database, Path(folder) / DATABASE)
            _write(draft, files, made_at)
        os.link(draft, target)  # unlike a rename, it does not take the place of a file made meanwhile
    except OSError as error:
        raise InputError(f"The backup cannot be written to {target}: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    notes = [POSTGRES] if database is None else []
    notes += [KEY_ELSEWHERE] if settings.store_key.get_secret_value() else []
    return BackedUp(len(files), target.stat().st_size, tuple(notes))


def restore(settings: Settings, source: Path, *, is_new: bool) -> BackedUp:
    """Puts a backup into an empty home folder and an empty database place. Everything is checked before
    anything is put in place. Raises InputError.

    is_new: whether there is a PostgreSQL database that holds nothing yet. One that a backup leaves out must be put
    back first: as soon as the program writes there, pg_restore would find its tables in the way."""
    home, database = settings.home, _database_file(settings)
    for place in (home, *((database,) if database else ())):
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise InputError(f"{place} is not empty: a backup is restored into a new PERFBOT_HOME.")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as folder, tarfile.open(source) as archive:
            listed = _unpack(archive, Path(folder), source)
            made = Path(folder) / HOME
            made.mkdir(exist_ok=True)
            made.chmod(0o700)
            if DATABASE not in listed and database is None and is_new:
                raise InputError(POSTGRES_FIRST)
            if DATABASE in listed and database is not None:
                _check_whole(Path(folder) / DATABASE, source)
            if home.is_dir():
                home.rmdir()
            os.rename(made, home)
            if DATABASE in listed and database is not None:
                database.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(Path(folder) / DATABASE, database)
    except (tarfile.TarError, EOFError):
        raise InputError(f"{source} is not a backup of perfbot, or it is cut off.") from None
    except OSError as error:
        raise InputError(
            f"The backup cannot be restored: {error.strerror or type(error).__name__}."
        ) from None
    notes = []
    if DATABASE not in listed:
        notes.append(
            "The database was a PostgreSQL one and is not in the backup: restore it with pg_restore."
        )
    elif database is None:
        notes.append(
            "The backup's SQLite database was left out, because PERFBOT_DATABASE_URL names PostgreSQL."
        )
    return BackedUp(len(listed), source.stat().st_size, tuple(notes))


def _database_file(settings: Settings) -> Path | None:
    url = make_url(settings.store_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _files_of(settings: Settings, target: Path) -> dict[str, Path]:
    """The home folder's files by their name in the archive: extracts, key, timetable and other settings."""
    database = _database_file(settings)
    beside = {f"{database.name}{end}" for end in ("", "-wal", "-shm", "-journal")} if database else set()
    found = {}
    for path in sorted(settings.home.rglob("*")) if settings.home.is_dir() else []:
        parts = path.relative_to(settings.home).parts
        unfinished = any(part.startswith(".") and part.endswith(".part") for part in parts)
        is_database = database is not None and path.parent == database.parent and path.name in beside
        if parts[0] in LEFT_OUT or unfinished or is_database or path == target:
            continue
        if path.is_file() and not path.is_symlink():
            found[str(PurePosixPath(HOME, *parts))] = path
    if f"{HOME}/{KEY_FILE}" not in found and not settings.store_key.get_secret_value():
        raise InputError(f"There is nothing to back up in {settings.home}: it has no key file yet.")
    return found


def _copy_of(database: Path, copy: Path) -> Path:
    """SQLite's online backup: a consistent copy, whoever writes meanwhile."""
    if not database.exists():
        raise InputError(f"There is no database at {database}.")
    try:
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise InputError(f"The database {database} cannot be copied: {error}.") from None
    return copy


def _write(draft: Path, files: dict[str, Path], made_at: str) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    sums = {name: _sha256(path) for name, path in files.items()}
    manifest = json.dumps({"format": FORMAT, "made_at": made_at, "files": sums}, indent=1).encode()
    with os.fdopen(handle, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as archive:
        first = tarfile.TarInfo(MANIFEST)
        first.size, first.mode = len(manifest), 0o600
        archive.addfile(first, io.BytesIO(manifest))
        for name, path in files.items():
            archive.add(path, arcname=name, recursive=False)
        archive.close()
        raw.flush()
        os.fsync(raw.fileno())


def _unpack(archive: tarfile.TarFile, folder: Path, source: Path) -> frozenset[str]:
    """The files that the manifest lists, each with the sum that it lists; nothing else."""
    listed = _manifest(archive, source)
    for member in archive:
        if member.name == MANIFEST:
            continue
        parts = PurePosixPath(member.name).parts
        if member.name not in listed or not member.isfile() or ".." in parts or member.name.startswith("/"):
            raise InputError(f"{source} is not a backup of perfbot: it holds more than its list says.")
        data = archive.extractfile(member)
        assert data is not None, "a regular file"
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            shutil.copyfileobj(data, out)
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != digest:
            raise InputError(f"{source} is damaged: {name} is not what was backed up. Nothing was restored.")
    return frozenset(listed)


def _manifest(archive: tarfile.TarFile, source: Path) -> dict[str, str]:
    try:
        file = archive.extractfile(MANIFEST)
        told: Any = json.loads(file.read()) if file else None
        if told["format"] != FORMAT:
            raise InputError(f"{source} was made by another version of perfbot: restore it with that one.")
        return dict(told["files"])
    except (KeyError, ValueError, TypeError):
        raise InputError(f"{source} is not a backup of perfbot, or it is cut off.") from None


def _check_whole(database: Path, source: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        if next(_pragma(connection)) != "ok":
            raise InputError(f"The database in {source} is damaged. Nothing was restored.")


def _pragma(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("PRAGMA integrity_check"):
        yield str(row[0])


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
