"""Talking in Teams, over real HTTP and the real adapter."""

from __future__ import annotations

from bot.turn import PERSONAL, Audience, Reply
from kpi_engine.question import UnitRef

from .conftest import APP_ID, NOW, PERSON, TENANT

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "two"}]}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"


def channel(identity="19:team@thread.tacv2", **changed):
    return {
        "conversation": {
            "id": f"{identity};messageid=1700",
            "conversationType": "channel",
            "isGroup": True,
            "tenantId": TENANT,
        },
        "channelData": {"tenant": {"id": TENANT}, "channel": {"id": identity}, "team": {"id": "19:t"}},
        **changed,
    }


async def test_a_message_is_heard_and_answered(teams, replier, connector):
    assert (await teams.say("overdue visits?"))[0] == 200
    (turn,) = replier.turns
    assert (turn.person_id, turn.conversation_id, turn.text) == (PERSON, "a:personal", "overdue visits?")
    assert (turn.audience, turn.now, turn.action) == (PERSONAL, NOW, None)
    (call,) = connector.accepted
    assert (call.body["text"], call.conversation_id) == ("heard: overdue visits?", "a:personal")
    assert call.authorization == "Bearer from-entra"


async def test_several_replies_come_in_order(teams, replier, connector):
    replier.answer = lambda turn: [Reply("first"), Reply("second\nline", card=CARD)]
    await teams.say()
    first, second = connector.of()
    assert first.body["text"] == "first"
    assert "text" not in second.body
    assert second.body["summary"] == "second"
    assert second.body["attachments"] == [{"contentType": CARD_TYPE, "content": CARD}]


async def test_a_channel_is_heard_without_the_mention_for_its_unit(teams, replier, connector, store):
    await store.channels.assign("19:team@thread.tacv2", UnitRef("team", "T11"), "p", NOW)
    mention = {
        "type": "mention",
        "text": "<at>perfbot</at>",
        "mentioned": {"id": f"28:{APP_ID}", "name": "perfbot"},
    }
    await teams.say("<at>perfbot</at>&nbsp;who is <at>Ann</at> &amp; co?\n", entities=[mention], **channel())
    (turn,) = replier.turns
    assert turn.text == "who is <at>Ann</at> & co?"
    assert turn.audience == Audience("channel", UnitRef("team", "T11"))
    assert turn.conversation_id == "19:team@thread.tacv2;messageid=1700"
    assert connector.of()[0].conversation_id == "19:team@thread.tacv2;messageid=1700"


async def test_who_hears_it_is_decided_by_where_it_is_answered_and_not_by_a_channel_named_beside_it(
    teams, replier, connector, store
):
    await store.channels.assign("19:team@thread.tacv2", UnitRef("team", "T11"), "p", NOW)
    beside = channel()["channelData"]
    await teams.say(
        channelData=beside, conversation={"id": "19:other;messageid=1", "conversationType": "channel"}
    )
    (turn,) = replier.turns
    assert (turn.audience, turn.place_id) == (Audience("channel", None), "19:other")
    assert connector.of()[0].conversation_id == "19:other;messageid=1"


async def test_a_persons_own_chat_is_never_kept_as_a_channel_named_beside_it(teams, store):
    beside = channel()["channelData"]
    for kind in ("message", "conversationUpdate"):
        assert (await teams.say(type=kind, channelData=beside))[0] == 200
    found = await store.references.find_personal(PERSON)
    assert found is not None
    assert found.conversation_id == "a:personal"
    assert await store.references.find("19:team@thread.tacv2") is None


async def test_a_place_without_a_unit_is_nobodys(teams, replier):
    await teams.say(**channel())
    await teams.say(conversation={"id": "19:chat@thread.v2", "conversationType": "groupChat"})
    await teams.say(conversation={"id": "19:odd"})
    assert [turn.audience for turn in replier.turns] == [
        Audience("channel", None),
        Audience("group", None),
        Audience("group", None),
    ]


async def test_submit_replaces_the_card_it_was_on(teams, replier, connector):
    replier.answer = lambda turn: [Reply("two", card=CARD, replaces=True)]
    await teams.say(None, value={"perfbot": "drill", "unit": "T11"}, replyToId="card-1")
    assert replier.turns[0].action == {"perfbot": "drill", "unit": "T11"}
    (call,) = connector.accepted
    assert (call.verb, call.activity_id) == ("PUT", "card-1")
    assert call.body["attachments"][0]["content"] == CARD


async def test_submit_on_a_card_that_is_gone_is_answered_anew(teams, replier, connector):
    replier.answer = lambda turn: [Reply("two", card=CARD, replaces=True)]
    connector.answers.append(404)
    await teams.say(None, value={"perfbot": "drill"}, replyToId="card-1")
    assert [call.verb for call in connector.calls] == ["PUT", "POST"]


async def test_execute_is_answered_with_the_new_card(teams, replier, connector):
    replier.answer = lambda turn: [Reply("two", card=CARD, replaces=True)]
    status, body = await teams.press({"perfbot": "drill", "verb": "drill"})
    assert (status, body) == (200, {"statusCode": 200, "type": CARD_TYPE, "value": CARD})
    assert replier.turns[0].action == {"perfbot": "drill", "verb": "drill"}
    assert connector.calls == []


async def test_execute_is_answered_with_words(teams, replier, connector):
    replier.answer = lambda turn: [Reply("you may not see that")]
    status, body = await teams.press({"perfbot": "why"})
    assert (status, body["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert body["value"] == "you may not see that"
    assert connector.calls == []


async def test_execute_that_opens_another_card_posts_it(teams, replier, connector):
    replier.answer = lambda turn: [Reply("why", card=CARD)]
    status, body = await teams.press({"perfbot": "why"})
    assert (status, body["value"]) == (200, "The answer is below.")
    assert [call.body["attachments"][0]["content"] for call in connector.of()] == [CARD]


async def test_an_execute_without_an_action_is_malformed(teams, replier):
    for value in (None, {}, {"action": "x"}, {"action": {"data": []}}, {"action": {"verb": 1}}):
        body = teams.activity(None, type="invoke", name="adaptiveCard/action", value=value)
        assert (await teams.post(body))[0] == 400
    assert replier.turns == []


async def test_an_invoke_for_something_else_is_not_implemented(teams, replier):
    body = teams.activity(None, type="invoke", name="composeExtension/query", value={})
    assert (await teams.post(body))[0] == 501
    assert replier.turns == []


async def test_a_fault_in_answering_is_said_without_its_details(teams, replier, connector, caplog):
    def fail(turn):
        raise ValueError("child C4711 and the question's words")

    replier.answer = fail
    assert (await teams.say())[0] == 200
    assert "Something went wrong here" in connector.of()[0].body["text"]
    status, body = await teams.press({"perfbot": "why"})
    assert status == 200
    assert "Something went wrong here" in body["value"]
    assert "ValueError at test_talk.py" in caplog.text
    assert "C4711" not in caplog.text


async def test_other_activities_are_taken_and_nothing_is_run(teams, replier, connector):
    for kind in ("typing", "messageReaction", "event", "endOfConversation", "messageUpdate", "made up"):
        assert (await teams.post(teams.activity(None, type=kind)))[0] == 200
    assert (replier.turns, connector.calls) == ([], [])


async def test_the_person_is_greeted_and_the_bot_is_not(teams, replier, connector):
    bot = {"id": f"28:{APP_ID}"}
    update = {"type": "conversationUpdate", "membersAdded": [bot, {"id": "29:user"}]}
    await teams.post(teams.activity(None, **update))
    assert [turn.text for turn in replier.turns] == ["help"]
    assert len(connector.of()) == 1
    for quiet in (
        {"type": "conversationUpdate", "membersAdded": [bot]},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:other"}], **channel()},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:user"}], **channel()},
        {"type": "conversationUpdate", "membersRemoved": [{"id": "29:user"}]},
        {"type": "installationUpdate", "action": "add"},
    ):
        assert (await teams.post(teams.activity(None, **quiet)))[0] == 200
    assert len(replier.turns) == 1


async def test_references_are_kept_on_every_turn_and_closed_at_uninstalling(teams, store, connector):
    await teams.post(teams.activity(None, type="installationUpdate", action="add"))
    reference = await store.references.find_personal(PERSON)
    assert reference is not None
    assert reference.to_json() == {
        "channel_id": "msteams",
        "service_url": connector.url,
        "conversation_id": "a:personal",
        "conversation_type": "personal",
        "tenant_id": TENANT,
        "bot_id": f"28:{APP_ID}",
        "user_id": "29:user",
        "aad_id": PERSON,
    }
    await teams.post(teams.activity(None, type="installationUpdate", action="remove-upgrade"))
    assert await store.references.find_personal(PERSON) is None
    await teams.say()
    assert await store.references.find_personal(PERSON) == reference
    await teams.say(**channel())
    found = await store.references.find("19:team@thread.tacv2")
    assert (found.conversation_type, found.user_id, found.aad_id) == ("channel", "", "")


async def test_an_address_is_written_when_it_is_new_and_now_and_then(teams, store, connector, monkeypatch):
    written = []
    save = store.references.save

    async def watched(reference, now):
        written.append(reference.conversation_id)
        await save(reference, now)

    monkeypatch.setattr(store.references, "save", watched)
    for _ in range(3):
        await teams.say()
    await teams.say(**channel())
    assert written == ["a:personal", "19:team@thread.tacv2"]
    await teams.post(teams.activity(None, type="installationUpdate", action="remove"))
    await teams.say()
    assert len(written) == 3
    assert await store.references.find_personal(PERSON) is not None


async def test_answers_carry_safe_headers(teams):
    for path, method in (("/api/messages", "POST"), ("/api/messages", "GET"), ("/nowhere", "GET")):
        async with teams.client.request(method, path) as answer:
            assert answer.status in (400, 404, 405)
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert answer.headers["Cache-Control"] == "no-store"
            assert "aiohttp" not in answer.headers["Server"]
