"""Is this really Teams? Our own checks of the token first, then the SDK's, with its signature check.

Ours close what the SDK leaves open: a token that never expires, one for a skill or from the emulator (other
keys, other rules), and errors that come out as anything but "not authentic".
"""

from __future__ import annotations

import logging
from typing import Any

import jwt
from botbuilder.schema import Activity
from botframework.connector.auth import AuthenticateRequestResult, BotFrameworkAuthentication

from bot.hosts.teams.incoming import Incoming, Refused
from bot.hosts.teams.keys import use_published_keys

log = logging.getLogger(__name__)

ISSUER = "https://api.botframework.com"
ALGORITHM = "RS256"
LONGEST_HEADER = 16_384


async def authenticate(
    authentication: BotFrameworkAuthentication,
    header: str,
    app_id: str,
    incoming: Incoming,
    activity: Activity,
) -> AuthenticateRequestResult:
    """The SDK's proof that Teams sent this activity to this bot. Raises Refused(401)."""
    check_token(header, app_id, incoming.service_url)
    use_published_keys()
    try:
        result = await authentication.authenticate_request(activity, header)
    except Exception as error:
        # Whatever goes wrong while proving it, it is not proven.
        log.info("An activity was refused: %s", type(error).__name__)
        raise Refused(401, "the token is not valid") from None
    if not result.claims_identity.is_authenticated:
        raise Refused(401, "the token is not valid")
    return result


def check_token(header: str, app_id: str, service_url: str) -> None:
    """What can be refused without any key. Raises Refused(401)."""
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer" or not token or len(header) > LONGEST_HEADER or not token.isascii():
        raise Refused(401, "there is no bearer token")
    try:
        head: dict[str, Any] = jwt.get_unverified_header(token)
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise Refused(401, "the token cannot be read") from None
    if head.get("alg") != ALGORITHM or not isinstance(head.get("kid"), str) or not head["kid"]:
        raise Refused(401, "the token is not signed with a published key")
    if claims.get("iss") != ISSUER:
        raise Refused(401, "the token comes from somebody else")
    if not app_id or claims.get("aud") != app_id:
        raise Refused(401, "the token is meant for somebody else")
    if isinstance(claims.get("exp"), bool) or not isinstance(claims.get("exp"), int | float):
        raise Refused(401, "the token never expires")
    if claims.get("serviceurl") != service_url:
        raise Refused(401, "the token is for another service address")
