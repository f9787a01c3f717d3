"""Local mode: no tokens, this machine only, as the local Teams test client needs it."""

from __future__ import annotations

import aiohttp
import pytest

from bot.hosts.botbuilder import TeamsHost, serving
from bot.settings import SettingsError, load_settings
from bot.store import Reference
from bot.turn import Reply

from .conftest import PERSON


@pytest.fixture
def settings(tmp_path):
    return load_settings(home=tmp_path, local_mode=True, port=0)


async def test_the_local_client_is_answered_without_a_token(teams, replier, connector, msal):
    assert (await teams.post(header=None))[0] == 200
    assert replier.turns[0].person_id == PERSON
    assert connector.of()[0].authorization == ""
    assert msal.made == 0


async def test_a_token_changes_nothing(teams, replier):
    assert (await teams.post(header="Bearer whatever"))[0] == 200
    assert len(replier.turns) == 1


async def test_without_an_object_id_the_channels_own_id_is_the_person(teams, replier):
    await teams.post(teams.activity() | {"from": {"id": "user-id-0"}}, header=None)
    assert replier.turns[0].person_id == "user-id-0"


@pytest.mark.parametrize(
    "address",
    [
        "https://smba.example/",
        "http://10.0.0.1/",
        "http://127.0.0.1.evil.example/",
        "file:///etc/passwd",
        "x",
        "http://[::",
    ],
)
async def test_nothing_is_posted_beyond_this_machine(address, teams, replier):
    assert (await teams.post(teams.activity(serviceUrl=address), header=None))[0] == 403
    assert replier.turns == []


async def test_a_body_is_checked_as_ever(teams, replier):
    assert (await teams.post(b"{", header=None))[0] == 400
    assert (await teams.post(teams.activity(channelId="webchat"), header=None))[0] == 403
    assert replier.turns == []


async def test_a_post_nobody_asked_for(host, connector):
    reference = Reference("msteams", connector.url, "a:p", "personal", "", "28:bot", "29:user", PERSON)
    await host.send(reference.to_json(), Reply("Monday"))
    assert connector.of()[0].body["text"] == "Monday"


async def test_it_serves_on_a_free_port_and_says_where(host):
    async with serving(host) as address, aiohttp.ClientSession() as session:
        assert address.startswith("http://127.0.0.1:")
        async with session.post(address, data=b"{}", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400


async def test_a_taken_port_is_one_sentence(host, replier, store, tmp_path):
    async with serving(host) as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        other = TeamsHost(load_settings(home=tmp_path, local_mode=True, port=port), replier, store)
        with pytest.raises(SettingsError, match=f"Port {port}"):
            async with serving(other):
                pass
