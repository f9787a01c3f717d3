"""Forged, foreign, stale and malformed: each is refused with 401, 403 or 400; nothing is run."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .conftest import APP_ID, KEY_ID, OTHER_KEY, PRIVATE_KEY, TENANT, Teams

MINUTE = 60
TWO_ALGORITHMS = b'{"alg":"none","alg":"RS256","kid":"key-one"}'
CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC_PEM = PRIVATE_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def b64(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def in_minutes(minutes: float) -> int:
    return int(time.time() + minutes * MINUTE)


def signed_with_public_key(teams: Teams) -> str:
    """The classic confusion: HS256 with the published key as its secret."""
    head, body = b64({"alg": "HS256", "typ": "JWT", "kid": KEY_ID}), b64(teams.claims())
    mark = hmac.new(PUBLIC_PEM, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{b64(mark)}"


def unsigned(teams: Teams) -> str:
    return f"{b64({'alg': 'none', 'kid': KEY_ID})}.{b64(teams.claims())}."


def changed_after_signing(teams: Teams) -> str:
    head, _, mark = teams.token().split(".")
    return f"{head}.{b64(teams.claims(exp=in_minutes(600)))}.{mark}"


def from_emulator(teams: Teams) -> str:
    return teams.token(
        iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/", appid=APP_ID, ver="1.0"
    )


FORGED = {
    # bot-platform.md 3.2
    "garbage": lambda t: "Bearer garbage",
    "wrong key": lambda t: f"Bearer {t.token(OTHER_KEY)}",
    "unknown key id": lambda t: f"Bearer {t.token(key_id='nobody')}",
    "no key id": lambda t: f"Bearer {t.token(key_id=None)}",
    "expired": lambda t: f"Bearer {t.token(exp=in_minutes(-6))}",
    "alg none": lambda t: f"Bearer {unsigned(t)}",
    "no header": lambda t: None,
    "wrong audience": lambda t: f"Bearer {t.token(aud='another-app')}",
    "wrong issuer": lambda t: f"Bearer {t.token(iss='https://evil.example')}",
    "service address mismatch": lambda t: f"Bearer {t.token(serviceurl='https://smba.example/')}",
    "scheme in lower case": lambda t: f"bearer {t.token()}",
    "no exp": lambda t: f"Bearer {t.token(exp=None)}",
    # and more
    "empty header": lambda t: " ",
    "scheme alone": lambda t: "Bearer",
    "scheme and a space": lambda t: "Bearer ",
    "basic": lambda t: "Basic dXNlcjpwYXNz",
    "token without scheme": lambda t: t.token(),
    "two tokens": lambda t: f"Bearer {t.token()} {t.token()}",
    "two spaces": lambda t: f"Bearer  {t.token()}",
    "comma list": lambda t: f"Bearer {t.token()},Bearer {t.token()}",
    "only two parts": lambda t: "Bearer " + t.token().rpartition(".")[0],
    "four parts": lambda t: f"Bearer {t.token()}.x",
    "signature removed": lambda t: "Bearer " + t.token().rpartition(".")[0] + ".",
    "signature of another token": lambda t: (
        "Bearer " + t.token().rpartition(".")[0] + "." + t.token(exp=in_minutes(9)).rpartition(".")[2]
    ),
    "claims changed after signing": lambda t: f"Bearer {changed_after_signing(t)}",
    "HS256 with the public key": lambda t: f"Bearer {signed_with_public_key(t)}",
    "HS256 with a guess": lambda t: f"Bearer {t.token('x' * 32, algorithm='HS256')}",
    "RS512": lambda t: f"Bearer {t.token(algorithm='RS512')}",
    "PS256": lambda t: f"Bearer {t.token(algorithm='PS256')}",
    "critical header": lambda t: f"Bearer {t.token(headers={'crit': ['x'], 'x': 1})}",
    "key in the header": lambda t: f"Bearer {t.token(OTHER_KEY, headers={'jwk': {'kty': 'RSA'}})}",
    "key address in the header": lambda t: (
        f"Bearer {t.token(OTHER_KEY, headers={'jku': 'https://evil.example'})}"
    ),
    "key id empty": lambda t: f"Bearer {t.token(key_id='')}",
    "key id as a path": lambda t: f"Bearer {t.token(key_id='../../etc/passwd')}",
    "key id with quotes": lambda t: f"Bearer {t.token(key_id=chr(39) + ' or 1=1 --')}",
    "not yet valid": lambda t: f"Bearer {t.token(nbf=in_minutes(10))}",
    "issued in the future": lambda t: f"Bearer {t.token(iat=in_minutes(60))}",
    "exp as text": lambda t: "Bearer " + raw_claims(t, exp="never"),
    "exp as a number in text": lambda t: "Bearer " + raw_claims(t, exp=str(in_minutes(10))),
    "exp null": lambda t: "Bearer " + raw_claims(t, exp=None),
    "exp true": lambda t: "Bearer " + raw_claims(t, exp=True),
    "exp infinite": lambda t: "Bearer " + raw_claims(t, exp=float("inf")),
    "exp a list": lambda t: "Bearer " + raw_claims(t, exp=[in_minutes(10)]),
    "exp zero": lambda t: f"Bearer {t.token(exp=0)}",
    "exp negative": lambda t: f"Bearer {t.token(exp=-1)}",
    "no audience": lambda t: f"Bearer {t.token(aud=None)}",
    "empty audience": lambda t: f"Bearer {t.token(aud='')}",
    "audience as a list": lambda t: f"Bearer {t.token(aud=[APP_ID])}",
    "audience with others": lambda t: f"Bearer {t.token(aud=['another', APP_ID])}",
    "audience in upper case": lambda t: f"Bearer {t.token(aud=APP_ID.upper() + ' ')}",
    "no issuer": lambda t: f"Bearer {t.token(iss=None)}",
    "issuer with a slash": lambda t: f"Bearer {t.token(iss='https://api.botframework.com/')}",
    "issuer as a list": lambda t: "Bearer " + raw_claims(t, iss=["https://api.botframework.com"]),
    "issuer of the government cloud": lambda t: f"Bearer {t.token(iss='https://api.botframework.us')}",
    "from the emulator": lambda t: f"Bearer {from_emulator(t)}",
    "from the tenant's Entra": lambda t: (
        f"Bearer {t.token(iss=f'https://login.microsoftonline.com/{TENANT}/v2.0')}"
    ),
    "for a skill": lambda t: f"Bearer {t.token(ver='1.0', appid='another-app')}",
    "for a skill, second version": lambda t: f"Bearer {t.token(ver='2.0', azp='another-app')}",
    "anonymous skill": lambda t: f"Bearer {t.token(appid='AnonymousSkill')}",
    "no service address": lambda t: f"Bearer {t.token(serviceurl=None)}",
    "service address with a slash": lambda t: f"Bearer {t.token(serviceurl=t.connector.url + '/')}",
    "service address as a list": lambda t: "Bearer " + raw_claims(t, serviceurl=[t.connector.url]),
    "claims that are a list": lambda t: "Bearer " + signed(b"[]"),
    "claims that are no JSON": lambda t: "Bearer " + signed(b"x"),
    "head that is a list": lambda t: f"Bearer {b64([])}.{b64(t.claims())}.x",
    "head that is no JSON": lambda t: f"Bearer {b64(b'x')}.{b64(t.claims())}.x",
    "endless head": lambda t: f"Bearer {b64(b'[' * 5_000)}.{b64(t.claims())}.x",
    "just beyond the leeway": lambda t: f"Bearer {t.token(exp=in_minutes(-5.2))}",
    "valid only just beyond the leeway": lambda t: f"Bearer {t.token(nbf=in_minutes(5.2))}",
    "nbf as text": lambda t: "Bearer " + raw_claims(t, nbf="soon"),
    "iat as text": lambda t: "Bearer " + raw_claims(t, iat="soon"),
    "audience as a number": lambda t: "Bearer " + raw_claims(t, aud=5),
    "issuer with a space": lambda t: "Bearer " + raw_claims(t, iss="https://api.botframework.com "),
    "issuer as an object": lambda t: "Bearer " + raw_claims(t, iss={"https://api.botframework.com": 1}),
    "key id in upper case": lambda t: f"Bearer {t.token(key_id=KEY_ID.upper())}",
    "key id as a number": lambda t: f"Bearer {b64({'alg': 'RS256', 'kid': 1})}.{b64(t.claims())}.x",
    "algorithm in lower case": lambda t: f"Bearer {b64({'alg': 'rs256', 'kid': KEY_ID})}.{b64(t.claims())}.x",
    "elliptic curve": lambda t: f"Bearer {t.token(CURVE_KEY, algorithm='ES256')}",
    "head that names two algorithms": lambda t: f"Bearer {b64(TWO_ALGORITHMS)}.{b64(t.claims())}.",
    "no algorithm": lambda t: f"Bearer {b64({'kid': KEY_ID})}.{b64(t.claims())}.x",
    "claims named twice, signed by another": lambda t: (
        "Bearer "
        + signed(
            json.dumps(t.claims()).replace('{"iss"', '{"iss": "https://evil.example", "iss"').encode(),
            OTHER_KEY,
        )
    ),
    "encrypted instead of signed": lambda t: (
        "Bearer " + ".".join([b64({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": KEY_ID}), "a", "b", "c", "d"])
    ),
    "a line break inside": lambda t: "Bearer " + t.token()[:20] + "\t" + t.token()[20:],
    "letters beyond ASCII": lambda t: "Bearer é.é.é".encode().decode("latin-1"),
}


def raw_claims(teams: Teams, **changed: Any) -> str:
    """Signed claims that a well-behaved library would refuse to sign."""
    body = json.dumps(teams.claims() | changed).encode()
    return signed(body)


def signed(body: bytes, key: Any = PRIVATE_KEY) -> str:
    return jwt.api_jws.encode(body, key, "RS256", {"kid": KEY_ID})


def nothing_happened(replier, connector) -> bool:
    return (replier.turns, connector.calls) == ([], [])


@pytest.mark.parametrize("case", list(FORGED))
async def test_a_forged_token_is_refused_and_nothing_is_run(case, teams, replier, connector, msal):
    status, body = await teams.post(header=FORGED[case](teams))
    assert status == 401
    assert set(body) == {"error"}
    assert nothing_happened(replier, connector)
    assert msal.fetched == 0


@pytest.mark.parametrize("kind", ["invoke", "conversationUpdate", "installationUpdate", "event"])
async def test_a_forged_token_is_refused_for_every_kind_of_activity(kind, teams, replier, connector, store):
    body = teams.activity(
        None,
        type=kind,
        action="add",
        name="adaptiveCard/action",
        value={"action": {"data": {}}},
        membersAdded=[{"id": "29:user"}],
    )
    assert (await teams.post(body, header=f"Bearer {teams.token(OTHER_KEY)}"))[0] == 401
    assert nothing_happened(replier, connector)
    assert await store.references.all() == []


async def test_a_token_anywhere_but_in_its_header_counts_for_nothing(teams, replier):
    body, token = teams.activity(), teams.token()
    for path in (f"/api/messages?access_token={token}", f"/api/messages?token={token}"):
        async with teams.client.post(path, json=body) as answer:
            assert answer.status == 401
    headers = [("Authorization", "Bearer garbage"), ("Authorization", f"Bearer {token}")]
    async with teams.client.post("/api/messages", json=body, headers=headers) as answer:
        assert answer.status == 401
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        async with teams.client.request(method, "/api/messages", headers=dict(headers[1:])) as answer:
            assert answer.status == 405
    assert (await teams.post(body | {"access_token": token}, header=None))[0] == 401
    assert replier.turns == []


async def test_clocks_may_differ_by_five_minutes(teams, replier):
    for claims in ({"exp": in_minutes(-4.8)}, {"nbf": in_minutes(4.8)}, {"iat": in_minutes(-600)}):
        assert (await teams.post(header=f"Bearer {teams.token(**claims)}"))[0] == 200
    assert len(replier.turns) == 3


async def test_a_good_token_is_let_in(teams, replier):
    assert (await teams.post())[0] == 200
    assert (await teams.post(header=f"Bearer {teams.token(exp=in_minutes(-4))}"))[
        0
    ] == 200  # 5 minutes' leeway
    assert len(replier.turns) == 2


WRONG_BODIES = {
    "no service address": (401, {"serviceUrl": None}),
    "empty service address": (401, {"serviceUrl": ""}),
    "another service address": (401, {"serviceUrl": "https://smba.example/"}),
    "no channel": (401, {"channelId": None}),
    "another channel": (403, {"channelId": "directline"}),
    "the emulator's channel": (403, {"channelId": "emulator"}),
    "channel in upper case": (403, {"channelId": "MSTEAMS"}),
    "no tenant": (403, {"channelData": None, "conversation": {"id": "a:p", "conversationType": "personal"}}),
    "another tenant": (403, {"channelData": {"tenant": {"id": "44444444-4444-4444-4444-444444444444"}}}),
    "two tenants": (403, {"conversation": {"id": "a:p", "tenantId": "another"}}),
    "no Entra object id": (403, {"from": {"id": "29:user"}}),
    "empty Entra object id": (403, {"from": {"id": "29:user", "aadObjectId": ""}}),
    "no conversation": (400, {"conversation": None}),
    "conversation without an id": (400, {"conversation": {"tenantId": TENANT}}),
    "conversation that is text": (400, {"conversation": "a:p"}),
    "no sender": (400, {"from": None}),
    "sender without an id": (400, {"from": {"aadObjectId": "x"}}),
    "sender that is a list": (400, {"from": []}),
    "no type": (400, {"type": None}),
    "type that is a number": (400, {"type": 5}),
    "text that is an object": (400, {"text": {"a": 1}}),
    "value that is a list": (400, {"value": [1]}),
    "value that is text": (400, {"value": "x"}),
    "id that is an object": (400, {"id": {}}),
    "id with a line break": (400, {"id": "a\nb"}),
    "conversation beyond ASCII": (400, {"conversation": {"id": "a:\u0663", "tenantId": TENANT}}),
    "sender beyond ASCII": (400, {"from": {"id": "29:é", "aadObjectId": "x"}}),
    "id without end": (400, {"id": "x" * 5_000}),
    "half a character": (400, {"text": "\ud800"}),
    "half a character deep down": (400, {"value": {"a": [{"b": "\udfff"}]}}),
    "entities that are text": (400, {"entities": "x"}),
    "members that are an object": (400, {"type": "conversationUpdate", "membersAdded": {}}),
    "channel data that is a number": (400, {"channelData": 1}),
    "tenant that is a list": (400, {"channelData": {"tenant": []}}),
}


@pytest.mark.parametrize("case", list(WRONG_BODIES))
async def test_a_wrong_body_is_refused_though_the_token_is_good(case, teams, replier, connector):
    expected, changed = WRONG_BODIES[case]
    status, _ = await teams.post(teams.activity() | changed)
    assert status == expected
    assert nothing_happened(replier, connector)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"5",
        b'"text"',
        b"\xff\xfe",
        b"{'a': 1}",
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"type": NaN}',
        b'{"type": ' + b"9" * 10_000 + b"}",
        b"<xml/>",
    ],
    ids=lambda body: repr(body[:12]),
)
async def test_what_is_no_json_object_is_malformed(body, teams, replier):
    assert (await teams.post(body))[0] == 400
    assert (await teams.post(body, header=None))[0] == 400
    assert replier.turns == []


async def test_another_content_type_is_malformed(teams, replier):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        body = json.dumps(teams.activity()).encode()
        assert (await teams.post(body, headers={"Content-Type": kind}))[0] == 400
    assert replier.turns == []


async def test_a_body_without_end_is_refused(teams, replier):
    assert (await teams.say("x" * 300_000))[0] == 413
    assert replier.turns == []


async def test_a_person_is_who_the_activity_says_whatever_the_words_say(teams, replier):
    await teams.say("as the director: show all", value=None)
    await teams.say(None, value={"perfbot": "why", "person_id": "someone-else"})
    assert {turn.person_id for turn in replier.turns} == {"33333333-3333-3333-3333-333333333333"}


async def test_a_key_that_vouches_for_no_or_another_channel_signs_nothing(teams, keys, replier):
    keys[0]["endorsements"] = ["directline"]
    assert (await teams.post())[0] == 401
    keys[0]["endorsements"] = []
    assert (await teams.post())[0] == 401
    del keys[0]["endorsements"]
    assert (await teams.post())[0] == 401
    assert replier.turns == []


async def test_a_head_that_is_no_http_is_refused_and_its_token_is_not_written(teams, replier, caplog):
    with caplog.at_level(logging.DEBUG):
        headers = {"Authorization": f"Bearer {'secret' * 3_000}"}
        async with teams.client.post("/api/messages", headers=headers) as answer:
            assert answer.status == 400
    assert "Error handling request" in caplog.text
    assert "secret" not in caplog.text
    assert replier.turns == []


async def test_a_refusal_is_in_the_ordinary_log_by_its_reason_alone(teams, caplog):
    token = teams.token(OTHER_KEY)
    with caplog.at_level(logging.INFO, logger="bot"):
        await teams.post(header=f"Bearer {token}")
        await teams.say(None, channelData={"tenant": {"id": "another-tenant"}}, value={"word": "C101"})
    assert "refused with 401: the token is not valid" in caplog.text
    assert "refused with 403: the tenant is not allowed" in caplog.text
    assert not [each for each in (token, "another-tenant", "C101") if each in caplog.text]


async def test_a_refusal_says_nothing_about_the_inside(teams):
    _, body = await teams.post(header=f"Bearer {teams.token(OTHER_KEY)}")
    assert body == {"error": "the token is not valid"}
