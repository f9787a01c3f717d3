"""What is kept unreadable: at rest, question text, conversations and frozen briefings; in a card that several people
get, whom its buttons are about. One key, three uses.

The key comes from the settings or from a file made once in the home folder, readable by its owner alone.
Whoever has both the database and the key can read everything: keep them apart (deploy/RUNBOOK.md).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from bot.settings import Settings, SettingsError

KEY_FILE = "store.key"
VEIL_STEP = 32
"""A veiled value is filled up to a multiple of so many bytes: its length tells nothing of the ids in it."""


class Unreadable(Exception):
    """Something in the database was encrypted with another key."""


class Cipher:
    """Encrypts and decrypts with one key; `mark` makes keyed fingerprints that say nothing without it; `veil`
    encrypts the same value to the same letters, so that the same answer is the same bytes."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._mark_key = hashlib.sha256(b"perfbot marks\n" + key).digest()
        self._veils = AESSIV(hashlib.sha512(b"perfbot veils\n" + key).digest())

    def seal(self, value: Mapping[str, Any] | list[Any] | str) -> bytes:
        """JSON value or text to ciphertext."""
        return self._fernet.encrypt(json.dumps(value, separators=(",", ":")).encode())

    def open(self, sealed: bytes) -> Any:
        """Ciphertext back to what was sealed, keys in the same order. Raises Unreadable."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise Unreadable(
                "The database was written with another key: set PERFBOT_STORE_KEY to it."
            ) from None

    def mark(self, text: bytes) -> str:
        """64 hex digits that only the holder of the key can make for `text` (HMAC-SHA256)."""
        return hmac.new(self._mark_key, text, hashlib.sha256).hexdigest()

    def veil(self, value: Any) -> str:
        """JSON value to letters that only the holder of the key can read or make (AES-SIV, RFC 5297)."""
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        filled = text.ljust(-(-len(text) // VEIL_STEP) * VEIL_STEP)
        return urlsafe_b64encode(self._veils.encrypt(filled.encode(), None)).decode()

    def unveil(self, letters: str) -> Any:
        """What was veiled. Raises Unreadable for letters that this key did not make."""
        try:
            return json.loads(self._veils.decrypt(urlsafe_b64decode(letters.encode()), None))
        except (InvalidTag, binascii.Error, ValueError):
            raise Unreadable("This was not veiled with the key of this database.") from None


def load_cipher(settings: Settings) -> Cipher:
    """The cipher of these settings; makes the key file (mode 0600) on first use. Raises SettingsError."""
    given = settings.store_key.get_secret_value().strip()
    if given:
        return _cipher(given.encode(), "PERFBOT_STORE_KEY")
    path = settings.home / KEY_FILE
    _make_key_file(path)
    return _cipher(path.read_bytes().strip(), str(path))


def _cipher(key: bytes, source: str) -> Cipher:
    try:
        return Cipher(key)
    except ValueError:
        raise SettingsError(f"{source} does not hold a Fernet key (44 characters of base64).") from None


def _make_key_file(path: Path) -> None:
    """Write a new key unless there is one. Linked into place whole, so that two processes starting at once
    share one.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
