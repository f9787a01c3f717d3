"""Key rollover: a new key is found by looking once more, and not more often than now and then."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botframework.connector.auth import ChannelValidation, JwtTokenExtractor

from .conftest import KEY_ID, OTHER_KEY, PRIVATE_KEY, published

NOT_A_KEY = {"kid": KEY_ID, "endorsements": ["msteams"], "kty": "RSA"}


class Publisher:
    """Publishes keys over HTTP from a thread of its own. status: what it answers with."""

    def __init__(self) -> None:
        self.keys: list[dict] = []
        self.status = 200
        self.asked: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                answers = {
                    "/openid": {"jwks_uri": f"{publisher.url}/keys"},
                    "/keys": {"keys": publisher.keys},
                }
                self.send_response(publisher.status)
                self.end_headers()
                self.wfile.write(json.dumps(answers[self.path]).encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def publisher(monkeypatch, keys):
    made = Publisher()
    made.keys = [published(PRIVATE_KEY, KEY_ID)]
    monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", f"{made.url}/openid")
    yield made
    made.close()


def held(publisher):
    return JwtTokenExtractor.metadataCache[f"{publisher.url}/openid"]


async def test_keys_are_fetched_once(teams, publisher, replier):
    for _ in range(3):
        assert (await teams.post())[0] == 200
    assert publisher.asked == ["/openid", "/keys"]


async def test_a_new_key_is_found(teams, publisher):
    await teams.post()
    held(publisher)._looked_at = datetime.min  # noqa: DTZ901 - long ago
    publisher.keys = [published(OTHER_KEY, "key-two")]
    assert (await teams.post(header=f"Bearer {teams.token(OTHER_KEY, 'key-two')}"))[0] == 200
    assert publisher.asked == ["/openid", "/keys"] * 2


async def test_made_up_key_ids_are_no_flood(teams, publisher, replier):
    await teams.post()
    for number in range(20):
        assert (await teams.post(header=f"Bearer {teams.token(key_id=f'k{number}')}"))[0] == 401
    assert publisher.asked == ["/openid", "/keys"]
    assert len(replier.turns) == 1


async def test_keys_a_day_old_are_fetched_again(teams, publisher):
    await teams.post()
    there = held(publisher)
    there._looked_at = there.last_updated = datetime.now() - timedelta(hours=25)  # noqa: DTZ005 - as the SDK does
    publisher.keys = [published(OTHER_KEY, KEY_ID)]
    assert (await teams.post())[0] == 401
    assert (await teams.post(header=f"Bearer {teams.token(OTHER_KEY)}"))[0] == 200


async def test_old_keys_stay_good_while_new_ones_cannot_be_fetched(teams, publisher, caplog):
    await teams.post()
    there = held(publisher)
    there._looked_at = there.last_updated = datetime.now() - timedelta(hours=25)  # noqa: DTZ005 - as the SDK does
    publisher.status = 500
    assert (await teams.post())[0] == 200
    assert "cannot be fetched" in caplog.text


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_without_any_key_everything_is_refused(status, teams, publisher, replier):
    publisher.status = status
    assert (await teams.post())[0] == 401
    assert replier.turns == []


@pytest.mark.parametrize("broken", [[], [NOT_A_KEY], ["x"], {}])
async def test_keys_that_are_none_let_nobody_in(broken, teams, publisher, replier):
    publisher.keys = broken
    assert (await teams.post())[0] == 401
    assert replier.turns == []
