"""A Teams of one's own, for measuring: keys that sign its tokens, and the bot's own token from nobody.

The bot checks these tokens as it checks Microsoft's, with the keys fetched over HTTP. Only `perfbot bench` uses this.
"""

from __future__ import annotations

import time
from typing import Any

import jwt
from botframework.connector.auth import ChannelValidation
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.hosts.teams.credentials import OneToken, OneTokenFactory
from bot.hosts.teams.tokens import ALGORITHM, ISSUER
from bot.settings import Settings

APP_ID = "00000000-0000-0000-0000-00000000000a"
TENANT = "00000000-0000-0000-0000-00000000000b"
KEY_ID = "practice"
LASTS_SECONDS = 24 * 60 * 60


class PracticeTeams:
    """url: where its connector, and its keys, are served."""

    def __init__(self) -> None:
        self.url = ""
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def metadata(self) -> dict[str, Any]:
        """What stands at `url`/metadata."""
        return {"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"}

    def keys(self) -> dict[str, Any]:
        """What stands at `url`/keys."""
        public = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": KEY_ID, "endorsements": ["msteams"]}]}

    def header(self) -> str:
        """The Authorization header of its activities, good for a day."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": APP_ID, "serviceurl": self.url, "nbf": now - 60, "exp": now + LASTS_SECONDS,
        }  # fmt: skip
        return f"Bearer {jwt.encode(claims, self._key, ALGORITHM, {'kid': KEY_ID})}"

    def activity(self, number: int, person_id: str, text: str) -> dict[str, Any]:
        """A message of a person in their own chat."""
        return {
            "type": "message",
            "id": f"practice-{number}",
            "channelId": "msteams",
            "serviceUrl": self.url,
            "from": {"id": f"29:{person_id}", "aadObjectId": person_id},
            "recipient": {"id": f"28:{APP_ID}"},
            "conversation": {"id": f"a:{person_id}", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "text": text,
        }


class _FromNobody(OneToken):
    def _fetch(self) -> None:
        self._token, self._good_until = "practice", time.monotonic() + LASTS_SECONDS


def credentials_of(settings: Settings, url: str) -> OneTokenFactory:
    """The bot's credentials towards the practice Teams at `url`, whose keys are trusted from now on."""
    ChannelValidation.open_id_metadata_endpoint = f"{url}/metadata"
    return OneTokenFactory(
        settings.app_id, settings.app_password.get_secret_value(), settings.app_tenant_id, _FromNobody
    )
