"""The Direct Line endpoint over real HTTP and WebSockets."""

from __future__ import annotations

import logging

import aiohttp
import pytest

from hosts_browser.conftest import Client


async def test_a_message_is_echoed_then_typing_then_answered(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        sent = await talker.say("hello", channelData={"clientActivityID": "a1"})
        first, second, third = [await heard.next() for _ in range(3)]
    assert (first["id"], first["from"]["id"], first["text"]) == (sent, "U-T11", "hello")
    assert first["channelData"]["clientActivityID"] == "a1"
    assert (second["type"], second["from"]["id"]) == ("typing", "perfbot")
    assert (third["text"], third["replyToId"]) == ("U-T11 at personal said: hello", sent)


async def test_the_typing_sign_does_not_wait_for_the_answer(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("slow")
        kinds = [(await heard.next())["type"] for _ in range(2)]
        assert kinds == ["message", "typing"]
        client.assistant.release.set()
        assert (await heard.next_message())["text"] == "slow done"


async def test_who_asks_and_where_come_from_the_seat_not_from_the_message(client: Client) -> None:
    talker = await client.sit("U-AD", "T12")
    async with talker.listen() as heard:
        status, _ = await talker.post(
            {
                "type": "message",
                "text": "hi",
                "from": {"id": "U-DIR"},
                "conversation": {"id": "x"},
                "channelId": "msteams",
            }
        )
        assert status == 200
        assert (await heard.next_message())["text"] == "U-AD at T12 said: hi"
    turn = client.assistant.turns[0]
    assert (turn.person_id, turn.conversation_id) == ("U-AD", talker.id)
    assert turn.audience.kind == "channel"
    assert turn.audience.unit is not None
    assert turn.audience.unit.to_json() == {"kind": "team", "id": "T12"}
    assert (turn.charts, turn.executes) == (False, False)
    assert turn.now.tzinfo is not None


@pytest.mark.parametrize(
    ("place", "kind", "unit"),
    [("personal", "personal", None), ("group", "group", None), ("ALL", "channel", "ALL")],
)
async def test_places(client: Client, place: str, kind: str, unit: str | None) -> None:
    talker = await client.sit("U-DIR", place)
    async with talker.listen() as heard:
        await talker.say("hi")
        await heard.next_message()
    audience = client.assistant.turns[0].audience
    assert (audience.kind, audience.unit.id if audience.unit else None) == (kind, unit)


async def test_changing_the_user_is_another_conversation_with_another_person(client: Client) -> None:
    one, two = await client.sit("U-T11"), await client.sit("U-DIR")
    assert one.id != two.id
    assert one.token != two.token
    for talker in (one, two):
        async with talker.listen() as heard:
            await talker.say("hi")
            await heard.next_message()
    assert [turn.person_id for turn in client.assistant.turns] == ["U-T11", "U-DIR"]
    assert all(a["from"]["id"] != "U-T11" for a in (await two.since())["activities"])


async def test_a_pressed_button_replaces_its_own_card_and_keeps_its_place(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("card")
        card = await heard.next_message()
        await talker.say("card")
        other = await heard.next_message()
        buttons = card["attachments"][0]["content"]["actions"]
        await talker.press(buttons[0]["data"])
        replaced = await heard.next_message()
        await talker.press(buttons[2]["card"]["actions"][0]["data"])
        again = await heard.next_message()
    assert card["id"] == replaced["id"] == again["id"] != other["id"]
    assert replaced["timestamp"] == card["timestamp"]
    place = "webchat:sequence-id"
    assert replaced["channelData"][place] == card["channelData"][place] < other["channelData"][place]
    assert replaced["attachments"][0]["content"]["body"][0]["text"] == "Level 1"
    assert again["attachments"][0]["content"]["body"][0]["text"] == "Level 9"
    assert [dict(t.action) for t in client.assistant.turns if t.action] == [
        {"perfbot": "drill", "level": 1},
        {"perfbot": "drill", "level": 9},
    ]


async def test_a_button_that_does_not_replace_says_something_new(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("card")
        card = await heard.next_message()
        await talker.press(card["attachments"][0]["content"]["actions"][1]["data"])
        said = await heard.next_message()
    assert said["id"] != card["id"]
    assert said["text"] == "pressed ['perfbot']"


async def test_a_button_cannot_replace_a_card_of_another_conversation(client: Client) -> None:
    one, two = await client.sit(), await client.sit()
    async with one.listen() as heard:
        await one.say("card")
        card = await heard.next_message()
    before = await one.since()
    async with two.listen() as heard:
        await two.press(card["attachments"][0]["content"]["actions"][0]["data"])
        assert (await heard.next_message())["id"] != card["id"]
    assert await one.since() == before


async def test_a_card_carries_its_text_for_screen_readers(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("card")
        card = await heard.next_message()
    assert card["channelData"]["webchat:fallback-text"] == "four overdue"
    assert "text" not in card


async def test_the_same_message_sent_twice_is_answered_once(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        first = await talker.say("hi", channelData={"clientActivityID": "a1"})
        await heard.next_message()
        assert await talker.say("hi", channelData={"clientActivityID": "a1"}) == first
        await talker.say("other", channelData={"clientActivityID": "a2"})
        await heard.next_message()
    assert [turn.text for turn in client.assistant.turns] == ["hi", "other"]


async def test_turns_of_one_conversation_are_answered_in_order_and_do_not_hold_up_others(
    client: Client,
) -> None:
    one, two = await client.sit(), await client.sit("U-DIR")
    async with one.listen() as heard_one, two.listen() as heard_two:
        await one.say("slow")
        await one.say("after")
        await two.say("meanwhile")
        assert "meanwhile" in (await heard_two.next_message())["text"]
        client.assistant.release.set()
        assert (await heard_one.next_message())["text"] == "slow done"
        assert (await heard_one.next_message())["text"].endswith("after")


async def test_watermarks_count_what_was_said(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("two")
        assert [(await heard.next_message())["text"] for _ in range(2)] == ["first", "second"]
        assert heard.watermark == "4"
    whole = await talker.since(0)
    assert [a.get("text") for a in whole["activities"]][1:] == ["two", "first", "second"]
    assert whole["watermark"] == "4"
    assert [a["text"] for a in (await talker.since(3))["activities"]] == ["second"]
    assert (await talker.since(4))["activities"] == []


@pytest.mark.parametrize(("person", "place", "words"), [
    ("U-T11", "personal", "Amara Bell, team manager, CSWT 1. This chat is yours alone."),
    ("U-DIR", "T12", "Jo Marsh, director, whole authority. Everybody in the channel of CSWT 2 listens."),
    ("U-AD", "group", "Rhys <Owen>, assistant director, Family support. "
                      "This group chat belongs to no unit: it gets numbers only."),
    ("U-GONE", "personal", "Pat Lane, no longer active, whole authority. This chat is yours alone."),
])  # fmt: skip
async def test_a_conversation_begins_with_who_one_is_and_who_listens(
    client: Client, person: str, place: str, words: str
) -> None:
    talker = await client.sit(person, place)
    async with talker.listen(None) as heard:
        assert (await heard.next_message())["text"] == f"You are {words}"
    assert client.assistant.turns == []


async def test_reconnecting_brings_what_was_missed_and_a_replaced_card_once(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("card")
        card = await heard.next_message()
        seen = int(heard.watermark)
    async with talker.listen(seen) as heard:
        data = card["attachments"][0]["content"]["actions"][0]["data"]
        await talker.press(data)
        await heard.next_message()
        await talker.press({**data, "level": 5})
        await heard.next_message()
    async with client.http.get(talker.url(f"?watermark={seen}"), headers=talker.headers) as response:
        assert response.status == 200
        talker.stream_url = (await response.json())["streamUrl"]
    async with talker.listen(None) as heard:
        missed = [await heard.next_message()]
        await talker.say("end")
        missed.append(await heard.next_message())
    assert missed[0]["id"] == card["id"]
    assert missed[0]["attachments"][0]["content"]["body"][0]["text"] == "Level 5"
    assert missed[1]["text"].endswith("said: end")


async def test_two_windows_on_one_conversation_both_hear(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as one, talker.listen() as two:
        await talker.say("hi")
        assert (await one.next_message())["id"] == (await two.next_message())["id"]


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {},
        {"type": "conversationUpdate"},
        {"type": "message"},
        {"type": "message", "text": "   "},
        {"type": "message", "text": 7},
        {"type": "message", "text": "a", "value": "b"},
        {"type": "message", "text": "a", "value": ["b"]},
        {"type": "message", "text": "a", "channelData": "b"},
    ],
)
async def test_a_malformed_activity_is_refused_and_not_answered(client: Client, body: object) -> None:
    talker = await client.sit()
    status, sentence = await talker.post(body)
    assert status == 400
    assert sentence.endswith(".")
    assert client.assistant.turns == []
    assert (await talker.since())["activities"] == []


@pytest.mark.parametrize(("raw", "kind", "status"), [
    (b"{", "application/json", 400),
    (b"null", "application/json", 400),
    (b"\xff\xfe", "application/json", 400),
    (b"[" * 100_000, "application/json", 400),
    (b'{"type":"message","text":"a"}', "text/plain", 415),
    (b'{"type":"message","text":"' + b"a" * 300_000 + b'"}', "application/json", 413),
])  # fmt: skip
async def test_an_unreadable_body_is_refused(client: Client, raw: bytes, kind: str, status: int) -> None:
    talker = await client.sit()
    headers = {**talker.headers, "Content-Type": kind}
    async with client.http.post(talker.url("/activities"), data=raw, headers=headers) as response:
        assert response.status == status
    assert client.assistant.turns == []


async def test_a_long_question_reaches_the_assistant_whole(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("x" * 10_000)
        await heard.next_message()
    assert client.assistant.turns[0].text == "x" * 10_000


@pytest.mark.parametrize("kind", ["typing", "event"])
async def test_signs_that_need_no_answer_are_taken_silently(client: Client, kind: str) -> None:
    talker = await client.sit()
    status, body = await talker.post({"type": kind})
    assert status == 200
    assert body["id"]
    assert client.assistant.turns == []


@pytest.mark.parametrize("body", [
    {}, [], {"person": "U-T11"}, {"person": "nobody", "place": "personal"},
    {"person": "U-T11", "place": "T99"}, {"person": ["U-T11"], "place": "personal"},
])  # fmt: skip
async def test_a_seat_nobody_knows_is_refused(client: Client, body: object) -> None:
    async with client.http.post(client.url("tokens/generate"), json=body) as response:
        assert response.status == 400
        assert "token" not in await response.text()


async def test_a_token_opens_its_own_conversation_and_no_other(client: Client) -> None:
    mine, theirs = await client.sit("U-T11"), await client.sit("U-DIR")
    for method, tail in [("GET", ""), ("GET", "/activities"), ("POST", "/activities")]:
        async with client.http.request(
            method, theirs.url(tail), json={"type": "message", "text": "hi"}, headers=mine.headers
        ) as response:
            assert response.status == 403, (method, tail)
    foreign = theirs.stream_url.replace(theirs.token, mine.token)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await client.http.ws_connect(foreign)
    assert refused.value.status == 403
    assert client.assistant.turns == []


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 401), ({"Authorization": "Bearer "}, 401), ({"Authorization": "Basic abc"}, 401),
    ({"Authorization": "Bearer guessed"}, 403),
])  # fmt: skip
async def test_without_a_known_token_nothing_opens(
    client: Client, headers: dict[str, str], status: int
) -> None:
    talker = await client.sit()
    for url in (talker.url("/activities"), client.url("conversations"), client.url("tokens/refresh")):
        async with client.http.post(url, json={"type": "message", "text": "a"}, headers=headers) as response:
            assert response.status == status


async def test_a_refreshed_token_is_still_the_same_seat(client: Client) -> None:
    talker = await client.sit("U-AD")
    async with client.http.post(client.url("tokens/refresh"), headers=talker.headers) as response:
        fresh = await response.json()
    assert fresh["conversationId"] == talker.id
    talker.token = fresh["token"]
    await talker.say("hi")


@pytest.mark.parametrize("watermark", ["-1", "x", "99", "1.5", "٣", "9" * 40])
async def test_a_watermark_that_was_never_given_is_refused(client: Client, watermark: str) -> None:
    talker = await client.sit()
    async with client.http.get(
        talker.url("/activities"), params={"watermark": watermark}, headers=talker.headers
    ) as response:
        assert response.status == 400


async def test_a_refusal_is_said_in_its_own_words(client: Client) -> None:
    talker = await client.sit()
    async with talker.listen() as heard:
        await talker.say("forbidden")
        assert (await heard.next_message())["text"] == "That is not yours to see."


async def test_a_failure_is_one_sentence_and_its_message_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    talker = await client.sit()
    with caplog.at_level(logging.DEBUG):
        async with talker.listen() as heard:
            await talker.say("broken")
            text = (await heard.next_message())["text"]
            await talker.say("still there")
            assert "still there" in (await heard.next_message())["text"]
    assert "went wrong" in text
    assert "C123" not in text
    assert "RuntimeError at " in caplog.text
    assert "C123" not in caplog.text
    assert "still there" not in caplog.text
