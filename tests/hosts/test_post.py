"""Posting: outcomes that can be trusted, patience where Teams asks for it, and no message twice."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace

import pytest

from bot.hosts.botbuilder import TeamsHost
from bot.hosts.protocol import Final, NotSent, Retryable, Sent, UnknownOutcome
from bot.hosts.teams import adapter
from bot.hosts.teams.post import DELIVERY_PATIENCE, LONGEST_PAUSE, Post
from bot.settings import SettingsError, load_settings
from bot.store import Reference
from bot.turn import Reply

from .conftest import APP_ID, NOW, PERSON, TENANT

BRIEFING = Reply("Monday", card={"type": "AdaptiveCard", "version": "1.5"})


@pytest.fixture
def reference(connector) -> Reference:
    return Reference(
        "msteams", connector.url, "a:personal", "personal", TENANT, f"28:{APP_ID}", "29:user", PERSON
    )


async def test_a_post_nobody_asked_for_arrives(host, reference, connector):
    assert await host.send(reference.to_json(), BRIEFING) == Sent("sent-1")
    (call,) = connector.accepted
    assert (call.verb, call.conversation_id, call.activity_id) == ("POST", "a:personal", "")
    assert call.body["summary"] == "Monday"
    assert call.body["from"] == {"id": f"28:{APP_ID}"}
    assert call.body["recipient"] == {"id": "29:user"}
    assert call.authorization == "Bearer from-entra"


async def test_a_post_to_a_channel(host, reference, connector):
    channel = replace(
        reference, conversation_id="19:c@thread.tacv2", conversation_type="channel", user_id="", aad_id=""
    )
    await host.send(channel.to_json(), Reply("Monday"))
    (call,) = connector.accepted
    assert (call.conversation_id, call.body["text"]) == ("19:c@thread.tacv2", "Monday")


async def test_an_earlier_post_is_replaced(host, reference, connector):
    assert await host.update(reference.to_json(), "sent-1", BRIEFING) == Sent("sent-1")
    (call,) = connector.accepted
    assert (call.verb, call.activity_id) == ("PUT", "sent-1")


@pytest.mark.parametrize("status", [429, 412, 502, 504])
async def test_a_busy_teams_is_tried_again_with_growing_pauses(host, reference, connector, pauses, status):
    connector.answers.extend([status] * 2)
    assert await host.send(reference.to_json(), BRIEFING) == Sent("sent-1")
    assert (len(connector.calls), len(connector.accepted)) == (3, 1)
    assert pauses == [0.75, 1.5]


async def test_a_delivery_gives_up_soon_because_it_can_be_made_later(
    host, reference, connector, store, pauses
):
    await store.references.save(reference, NOW)
    connector.answers.extend([429] * 20)
    with pytest.raises(Retryable, match="429"):
        await host.send(reference.to_json(), BRIEFING)
    assert sum(pauses) <= DELIVERY_PATIENCE < sum(pauses) * 3
    assert len(connector.calls) == len(pauses) + 1
    assert await store.references.find_personal(PERSON) == reference


async def test_an_answer_somebody_waits_for_is_tried_longer(teams, connector, pauses):
    connector.answers.extend([429] * 20)
    assert (await teams.say())[0] == 200
    assert pauses == [0.75, 1.5, 3, 6, 12]
    assert connector.accepted == []


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7), ("9999", LONGEST_PAUSE), ("Wednesday", 0.75), ("-5", 0.75)]
)
async def test_teams_says_how_long_to_wait(teams, connector, pauses, asked, waited):
    connector.retry_after = asked
    connector.answers.append(429)
    await teams.say()
    assert pauses == [waited]
    assert len(connector.of()) == 1


async def test_a_delivery_that_is_to_wait_long_is_made_later(host, reference, connector, pauses):
    connector.retry_after = "20"
    connector.answers.append(429)
    with pytest.raises(Retryable):
        await host.send(reference.to_json(), BRIEFING)
    assert pauses == []


async def test_pauses_are_not_all_alike(settings, replier, store, reference, connector):
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    host = TeamsHost(settings, replier, store, post=Post(sleep=sleep, clock=lambda: 10 * len(pauses)))
    for _ in range(4):
        connector.answers.extend([429, 200])
        await host.send(reference.to_json(), BRIEFING)
    assert len(set(pauses)) == 4
    assert all(0.5 <= pause <= 1 for pause in pauses)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413])
async def test_a_refusal_is_final_and_closes_the_reference(host, reference, connector, store, status):
    await store.references.save(reference, NOW)
    connector.answers.append(status)
    with pytest.raises(Final) as caught:
        await host.send(reference.to_json(), BRIEFING)
    assert str(status) in caught.value.because
    assert len(connector.calls) == 1
    assert await store.references.find_personal(PERSON) is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(host, reference, connector, status):
    connector.answers.append(status)
    with pytest.raises(NotSent):
        await host.send(reference.to_json(), BRIEFING)
    assert len(connector.calls) == 1


async def test_refused_credentials_may_heal(host, reference, connector):
    connector.answers.append(401)
    with pytest.raises(Retryable, match="401"):
        await host.send(reference.to_json(), BRIEFING)
    assert len(connector.calls) == 1


@pytest.mark.parametrize("status", [500, 501, 503, 505])
async def test_after_a_server_fault_nobody_knows(host, reference, connector, status):
    connector.answers.append(status)
    with pytest.raises(UnknownOutcome):
        await host.send(reference.to_json(), BRIEFING)
    assert len(connector.calls) == 1


async def test_an_answer_that_is_not_teams_own_is_unknown_too(host, reference, connector, teams, replier):
    connector.answers.append("page")
    with pytest.raises(UnknownOutcome):
        await host.send(reference.to_json(), BRIEFING)
    assert len(connector.calls) == 1
    connector.answers.append("page")
    assert (await teams.say())[0] == 200
    assert len(connector.calls) == 2


async def test_a_connection_that_breaks_after_the_post_is_not_tried_again(host, reference, connector, store):
    await store.references.save(reference, NOW)
    connector.answers.append("drop")
    with pytest.raises(UnknownOutcome):
        await host.send(reference.to_json(), BRIEFING)
    await asyncio.sleep(0.05)
    assert len(connector.calls) == 1
    assert await store.references.find_personal(PERSON) == reference


async def test_an_answer_that_does_not_come_is_unknown(host, reference, connector, monkeypatch):
    monkeypatch.setattr(adapter, "READ_SECONDS", 0.1)
    connector.gate.clear()
    with pytest.raises(UnknownOutcome):
        await host.send(reference.to_json(), BRIEFING)
    assert len(connector.calls) == 1


async def test_nobody_there_is_retryable(host, reference):
    nowhere = replace(reference, service_url="http://127.0.0.1:1")
    with pytest.raises(Retryable, match="could not be reached"):
        await host.send(nowhere.to_json(), BRIEFING)


async def test_without_a_token_nothing_is_posted(host, reference, connector, msal):
    msal.given = {"error": "invalid_client", "error_description": "secret expired for app 1111"}
    with pytest.raises(Retryable, match="no credentials"):
        await host.send(reference.to_json(), BRIEFING)
    assert connector.calls == []


async def test_what_is_no_reference_is_refused(host):
    with pytest.raises(ValueError, match="not a conversation reference"):
        await host.send({"user": "x"}, BRIEFING)


async def test_one_token_is_fetched_in_a_thread_and_used_again(host, reference, msal):
    for _ in range(5):
        await host.send(reference.to_json(), BRIEFING)
    assert (msal.made, msal.fetched) == (1, 1)
    assert "MainThread" not in msal.threads


async def test_many_who_need_the_first_token_wait_for_one(host, reference, msal):
    await asyncio.gather(*(host.send(reference.to_json(), BRIEFING) for _ in range(5)))
    assert (msal.made, msal.fetched) == (1, 1)


async def test_a_token_about_to_end_is_renewed(host, reference, msal):
    msal.given = {"access_token": "short", "expires_in": 299}
    await host.send(reference.to_json(), BRIEFING)
    msal.given = {"access_token": "next", "expires_in": 3600}
    await host.send(reference.to_json(), BRIEFING)
    assert (msal.made, msal.fetched) == (1, 3)  # for the connector, and, unfit at once, again for its request


async def test_a_reply_that_is_refused_closes_the_personal_reference(teams, connector, store, caplog):
    connector.answers.append(403)
    assert (await teams.say())[0] == 200
    assert await store.references.find_personal(PERSON) is None
    assert "not delivered" in caplog.text


async def test_connections_do_not_pile_up(teams, host, reference, connector):
    gc.disable()  # what is left to the collector piles up between its visits
    try:
        for _ in range(10):
            await teams.say()
            await host.send(reference.to_json(), BRIEFING)
        await asyncio.sleep(0.05)
        assert len(connector.calls) == 20
        assert connector.connections <= 1
    finally:
        gc.enable()


async def test_a_host_without_credentials_is_not_made(replier, store, tmp_path):

    with pytest.raises(SettingsError, match="PERFBOT_APP_ID"):
        TeamsHost(load_settings(home=tmp_path), replier, store)
    with pytest.raises(SettingsError, match="PERFBOT_LOCAL_MODE"):
        TeamsHost(load_settings(home=tmp_path, local_mode=True, host="0.0.0.0"), replier, store)
