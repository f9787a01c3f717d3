"""The bot over real HTTP: aiohttp, the real CloudAdapter, a connector of our own, tokens signed here."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from aiohttp.test_utils import TestClient, TestServer
from botframework.connector.auth import ChannelValidation, JwtTokenExtractor
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bot.hosts.botbuilder import TeamsHost
from bot.hosts.teams import credentials
from bot.hosts.teams.post import Post
from bot.settings import Settings, load_settings
from bot.store import Cipher, Store, open_store
from bot.turn import Reply, Turn

from .connector import Connector

APP_ID = "11111111-1111-1111-1111-111111111111"
TENANT = "22222222-2222-2222-2222-222222222222"
PERSON = "33333333-3333-3333-3333-333333333333"
KEY_ID = "key-one"
METADATA = "https://metadata.invalid/openid"
NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: rsa.RSAPrivateKey, key_id: str, endorsements: list[str] | None = None) -> dict[str, Any]:
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": key_id, "endorsements": ["msteams"] if endorsements is None else endorsements}


class Replier:
    """Records turns and answers them as told. hold: while cleared, no turn is answered."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.answer: Callable[[Turn], list[Reply]] = lambda turn: [Reply(f"heard: {turn.text}")]
        self.hold = asyncio.Event()
        self.hold.set()

    async def reply(self, turn: Turn) -> list[Reply]:
        self.turns.append(turn)
        await self.hold.wait()
        return self.answer(turn)


class MsalStandIn:
    """Takes the place of MSAL's application: Entra is not reachable in tests. Counts what is asked of it."""

    made = 0
    fetched = 0
    threads: set[str]
    given: dict[str, Any]

    @classmethod
    def reset(cls) -> None:
        cls.made, cls.fetched, cls.threads = 0, 0, set()
        cls.given = {"access_token": "from-entra", "expires_in": 3600}

    def __init__(self, client_id: str, client_credential: str, authority: str) -> None:
        type(self).made += 1
        assert (client_id, authority) == (APP_ID, f"https://login.microsoftonline.com/{TENANT}")

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, Any]:
        import threading

        assert scopes == ["https://api.botframework.com/.default"]
        type(self).fetched += 1
        type(self).threads.add(threading.current_thread().name)
        return type(self).given


@pytest.fixture(autouse=True)
def msal(monkeypatch: pytest.MonkeyPatch) -> type[MsalStandIn]:
    MsalStandIn.reset()
    monkeypatch.setattr(credentials.msal, "ConfidentialClientApplication", MsalStandIn)
    return MsalStandIn


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The keys that "Microsoft" publishes, as the SDK caches them; the address itself leads nowhere."""
    monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", METADATA)
    JwtTokenExtractor.metadataCache.clear()
    held = [published(PRIVATE_KEY, KEY_ID)]
    metadata = JwtTokenExtractor.get_open_id_metadata(METADATA)
    metadata.keys = held
    metadata.last_updated = datetime.now()  # noqa: DTZ005 - as the SDK does
    yield held
    JwtTokenExtractor.metadataCache.clear()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        home=tmp_path,
        app_id=APP_ID,
        app_password="secret",
        app_tenant_id=TENANT,
        allowed_tenants=TENANT,
    )


@pytest.fixture(scope="session")
def fresh_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("fresh") / "perfbot.sqlite3"

    async def make() -> None:
        await (await open_store(f"sqlite+aiosqlite:///{path}", Cipher(Fernet.generate_key()))).close()

    asyncio.run(make())
    return path


@pytest.fixture
async def store(settings: Settings, fresh_database: Path) -> AsyncIterator[Store]:
    shutil.copy(fresh_database, settings.home / fresh_database.name)
    opened = await open_store(settings.store_url, Cipher(Fernet.generate_key()))
    yield opened
    await opened.close()


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    made = Connector()
    await made.start()
    yield made
    await made.close()


@pytest.fixture
def replier() -> Replier:
    return Replier()


@pytest.fixture
def pauses() -> list[float]:
    """How long the bot would have waited before trying again."""
    return []


@pytest.fixture
def host(settings: Settings, store: Store, replier: Replier, pauses: list[float]) -> TeamsHost:
    """A bot whose pauses take no time but are written down."""

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    post = Post(sleep=sleep, clock=lambda: sum(pauses), jitter=lambda: 0.5)
    return TeamsHost(settings, replier, store, clock=lambda: NOW, post=post, acknowledge_seconds=5)


class Teams:
    """Speaks to the bot as Teams would."""

    def __init__(self, client: TestClient[Any, Any], connector: Connector) -> None:
        self.client = client
        self.connector = connector

    def activity(self, text: str | None = "hello", **changed: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": "message",
            "id": f"activity-{time.monotonic_ns()}",
            "channelId": "msteams",
            "serviceUrl": self.connector.url,
            "from": {"id": "29:user", "name": "Somebody", "aadObjectId": PERSON},
            "recipient": {"id": f"28:{APP_ID}", "name": "perfbot"},
            "conversation": {"id": "a:personal", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "text": text,
        }
        body |= changed
        return {name: value for name, value in body.items() if value is not None}

    def claims(self, **changed: Any) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "serviceurl": self.connector.url,
            "nbf": now - 60,
            "exp": now + 600,
        }
        claims |= changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self,
        key: Any = PRIVATE_KEY,
        key_id: str | None = KEY_ID,
        algorithm: str = "RS256",
        headers: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        head = ({"kid": key_id} if key_id is not None else {}) | (headers or {})
        return jwt.encode(self.claims(**claims), key, algorithm=algorithm, headers=head)

    async def post(self, body: Any = None, header: str | None = "", **how: Any) -> tuple[int, Any]:
        """Status and JSON body (None: empty). header "": a good token; None: no header at all."""
        headers = {"Content-Type": "application/json"}
        if header is not None:
            headers["Authorization"] = header or f"Bearer {self.token()}"
        if isinstance(body, bytes):
            how["data"] = body
        else:
            how["json"] = self.activity() if body is None else body
        async with self.client.post(
            "/api/messages", headers=headers | how.pop("headers", {}), **how
        ) as answer:
            return answer.status, (await answer.json() if await answer.read() else None)

    async def say(self, text: str = "hello", **changed: Any) -> tuple[int, Any]:
        return await self.post(self.activity(text, **changed))

    async def press(self, data: dict[str, Any], **changed: Any) -> tuple[int, Any]:
        """Action.Execute."""
        value = {"action": {"type": "Action.Execute", "verb": data.get("verb", "open"), "data": data}}
        return await self.post(
            self.activity(None, type="invoke", name="adaptiveCard/action", value=value, **changed)
        )


@pytest.fixture
async def teams(host: TeamsHost, connector: Connector) -> AsyncIterator[Teams]:
    async with TestClient(TestServer(host.app())) as client:
        yield Teams(client, connector)
