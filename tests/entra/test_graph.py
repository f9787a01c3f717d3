"""Who is in a group, asked over real HTTPS by the real clients (MSAL, msgraph-core)."""

from __future__ import annotations

import pytest

from bot.entra.graph import Graph, GraphUnavailable
from bot.settings import Settings

from .graph_server import GraphServer, person

A, B, C = (f"{letter * 8}-0000-0000-0000-000000000000" for letter in "bcd")


def ids(members) -> list[int]:
    return [int(each.id[-3:]) for each in members]


async def test_every_page_is_read_and_nobody_twice(server: GraphServer, config: Settings) -> None:
    server.groups = {A: [person(n) for n in range(7)], B: [person(3), person(9)]}
    found = await Graph(config).members([A, B])
    assert {group: ids(members) for group, members in found.items()} == {A: [0, 1, 2, 3, 4, 5, 6], B: [3, 9]}
    assert len(server.asked) == 5
    assert server.signed_in == 1


async def test_nested_groups_are_unfolded_and_what_is_no_person_is_passed_over(
    server: GraphServer, config: Settings
) -> None:
    device = {"@odata.type": "#microsoft.graph.device", "id": person(5)["id"]}
    server.groups = {A: [{"group": B}, device], B: [{"group": C}, person(1)], C: [{"group": A}, person(2)]}
    assert sorted(ids((await Graph(config).members([A]))[A])) == [1, 2]


async def test_guests_and_accounts_switched_off_are_nobody(server: GraphServer, config: Settings) -> None:
    server.groups = {
        A: [person(1, accountEnabled=False), person(2, userType="Guest"), person(3, userType="member")]
    }
    assert ids((await Graph(config).members([A]))[A]) == [3]


@pytest.mark.parametrize("changed", [{"accountEnabled": None}, {"userType": None}, {"id": "x"}, {"id": None}])
async def test_an_answer_without_what_rights_depend_on_is_no_answer(
    server: GraphServer, config: Settings, changed: dict[str, object]
) -> None:
    server.groups = {A: [person(1), person(2, **changed)]}
    with pytest.raises(GraphUnavailable, match="Graph"):
        await Graph(config).members([A])


async def test_a_group_that_is_gone_gives_nothing(server: GraphServer, config: Settings) -> None:
    server.groups = {A: [person(1)]}
    assert (await Graph(config).members([A, B]))[B] == ()


@pytest.mark.parametrize("status", [429, 503, 504])
async def test_a_busy_graph_is_asked_again_after_the_time_it_names(
    server: GraphServer, config: Settings, status: int
) -> None:
    server.groups = {A: [person(1)]}
    server.answers.append((status, {"Retry-After": "1"}))
    assert ids((await Graph(config).members([A]))[A]) == [1]
    assert len(server.asked) == 2


async def test_a_graph_that_asks_for_too_long_a_wait_is_unavailable(
    server: GraphServer, config: Settings
) -> None:
    server.groups = {A: [person(1)]}
    server.answers.append((429, {"Retry-After": "3600"}))
    with pytest.raises(GraphUnavailable, match="429"):
        await Graph(config).members([A])


@pytest.mark.parametrize("status", [400, 401, 403, 500, 302])
async def test_any_other_answer_is_none(server: GraphServer, config: Settings, status: int) -> None:
    server.groups = {A: [person(1)], B: [person(2)]}
    server.answers.append((status, {"Location": f"{server.url}/v1.0/groups/{B}/transitiveMembers"}))
    with pytest.raises(GraphUnavailable, match=str(status)):
        await Graph(config).members([A])


async def test_a_refused_token_is_fetched_anew_the_next_time(server: GraphServer, config: Settings) -> None:
    server.groups, graph = {A: [person(1)]}, Graph(config)
    await graph.members([A])
    server.good_token = "withdrawn"
    with pytest.raises(GraphUnavailable, match="401"):
        await graph.members([A])
    assert ids((await graph.members([A]))[A]) == [1]
    assert server.signed_in == 2


async def test_a_refused_sign_in_is_said_without_the_secret(server: GraphServer, config: Settings) -> None:
    wrong = config.model_copy(update={"app_password": type(config.app_password)("another secret")})
    with pytest.raises(GraphUnavailable, match="invalid_client") as refused:
        await Graph(wrong).members([A])
    assert "secret" not in str(refused.value)
    assert not server.asked


async def test_the_token_goes_to_graph_alone(server: GraphServer, config: Settings) -> None:
    server.groups, server.next_host = {A: [person(n) for n in range(3)]}, "https://elsewhere.invalid"
    with pytest.raises(GraphUnavailable, match="somewhere else"):
        await Graph(config).members([A])


async def test_a_server_that_is_away_or_not_trusted_is_unavailable(
    server: GraphServer, config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = Graph(config)
    server.groups = {A: []}
    await graph.members([A])
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(GraphUnavailable, match="cannot be reached"):
        await graph.members([A])
    await server.close()
    with pytest.raises(GraphUnavailable, match="cannot be reached"):
        await graph.members([A])
    with pytest.raises(GraphUnavailable, match="sign-in"):
        await Graph(config).members([A])
