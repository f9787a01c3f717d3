"""The keys that sign Teams' tokens, fetched off the event loop and in good time.

The SDK fetches them inside a coroutine with a blocking call that has no time limit, and never looks again
when a token names a key it does not know. This takes the place of its cache entry: it has the same attributes
(`keys`, `last_updated`) and the same `get`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import requests
from botframework.connector.auth import (
    AuthenticationConstants,
    ChannelValidation,
    JwtTokenExtractor,
)
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

log = logging.getLogger(__name__)

RENEW_AFTER = timedelta(days=1)
LOOK_AGAIN_AFTER = timedelta(minutes=5)
"""An unknown key makes us look at most this often: made-up key ids must not become a flood of requests."""
NEVER = datetime.min  # noqa: DTZ901 - the SDK compares with local time without a zone
FETCH_SECONDS = (5, 10)
"""Time to connect and time to read."""


class UnknownKey(Exception):
    """No published key has this id (or it vouches for no channel)."""


@dataclass(frozen=True)
class SigningKey:
    """What the SDK asks a key for. endorsements: the channels that it may sign for; never empty."""

    public_key: Any
    endorsements: list[str]


class PublishedKeys:
    """The keys published at one address."""

    def __init__(self, url: str, keys: list[dict[str, Any]], last_updated: datetime) -> None:
        self.url = url
        self.keys = keys

        self.last_updated = last_updated
        self._looked_at = NEVER
        self._one_at_a_time = asyncio.Lock()

    async def get(self, key_id: str | None) -> SigningKey:
        """The key of that id. Raises UnknownKey."""
        now = datetime.now()  # noqa: DTZ005 - as the SDK does
        if self.last_updated < now - RENEW_AFTER:
            await self._look(now)
        found = self._find(key_id)
        if found is None:
            await self._look(now)
            found = self._find(key_id)
        if found is None:
            raise UnknownKey
        return found

    async def _look(self, now: datetime) -> None:
        async with self._one_at_a_time:
            if self._looked_at > now - LOOK_AGAIN_AFTER:
                return
            self._looked_at = now
            try:
                keys = await asyncio.to_thread(_fetch, self.url)
            except (requests.RequestException, ValueError, KeyError, TypeError) as error:
                # Keys we hold stay good: they were published. A token with another key is refused.
                log.warning("The keys that sign Teams' tokens cannot be fetched: %s", type(error).__name__)
                return
            self.keys, self.last_updated = keys, now

    def _find(self, key_id: str | None) -> SigningKey | None:
        for key in self.keys:
            if key_id and key.get("kid") == key_id and key.get("endorsements"):
                try:
                    return SigningKey(_public_key(json.dumps(key)), list(key["endorsements"]))
                except (PyJWTError, ValueError, TypeError):
                    return None
        return None


@lru_cache(maxsize=64)
def _public_key(jwk: str) -> Any:
    """Made once for each key that is published, not once for each message."""
    return RSAAlgorithm.from_jwk(jwk)


def use_published_keys() -> None:
    """Put PublishedKeys where the SDK looks for keys, taking over those it already has."""
    url = (
        ChannelValidation.open_id_metadata_endpoint
        or AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL
    )
    there = JwtTokenExtractor.metadataCache.get(url)
    if isinstance(there, PublishedKeys):
        return
    keys, last_updated = (there.keys, there.last_updated) if there else ([], NEVER)
    JwtTokenExtractor.metadataCache[url] = PublishedKeys(url, keys, last_updated)


def _fetch(url: str) -> list[dict[str, Any]]:
    keys = _get(_get(url)["jwks_uri"])["keys"]
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys) or not keys:
        raise ValueError("no keys")
    return keys


def _get(url: str) -> Any:
    """The JSON at exactly this address: a redirect is not followed, whoever sends it."""
    answer = requests.get(url, timeout=FETCH_SECONDS, allow_redirects=False)
    if answer.status_code != 200:
        raise ValueError(f"status {answer.status_code}")
    return answer.json()
