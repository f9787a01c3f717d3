"""Joiners, movers and leavers of Entra groups, through the whole assistant, over real HTTPS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import kpi_engine
from bot.assistant import Assistant
from bot.engines import FixedEngine
from bot.entra.graph import Graph
from bot.entra.groups import FILE, Place, read_groups
from bot.entra.people import CANNOT_TELL, WithGroups, merged
from bot.memory import Forgetful
from bot.rights import STRANGER
from bot.settings import Settings
from bot.store.audit import Entry
from bot.turn import Reply, Turn
from kpi_engine.engine import Engine
from kpi_engine.errors import InputError
from kpi_engine.users import User, Users

from .graph_server import GraphServer, person

BOROUGH = Path(__file__).parents[1] / "conversations" / "authority"
BEGIN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
T11, S2, DIRECTORS = (f"{letter * 8}-0000-0000-0000-000000000000" for letter in "bcd")
WHO = person(1)["id"]
LIST = "which CP visits are overdue in CSWT 1?"


@pytest.fixture(scope="module")
def borough() -> Engine:
    return kpi_engine.open_folder(BOROUGH)


class Kept:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def keep(self, entry: Entry) -> None:
        self.entries.append(entry)


class Chat:
    """Talks with an assistant whose people are in groups; time passes by setting `now`."""

    def __init__(self, borough: Engine, config: Settings, server: GraphServer) -> None:
        self.now, self.server, self.kept = BEGIN, server, Kept()
        server.groups = {T11: [], S2: [], DIRECTORS: []}
        hour = timedelta(minutes=60)
        self.engines = WithGroups(
            FixedEngine(borough), Graph(config), PLACES.values(), hour, lambda: self.now
        )
        self.assistant = Assistant(self.engines, Forgetful(), self.kept)

    async def ask(self, minutes: float = 0, who: str = WHO, text: str = LIST) -> Reply:
        self.now += timedelta(minutes=minutes)
        return (await self.assistant.reply(Turn(who, "c", self.now, text)))[0]

    async def outcome(self, minutes: float = 0, who: str = WHO) -> str:
        return str((await self.ask(minutes, who)).answer["outcome"])


@pytest.fixture
def chat(borough: Engine, config: Settings, server: GraphServer) -> Chat:
    return Chat(borough, config, server)


async def test_a_joiner_a_mover_and_a_leaver(chat: Chat) -> None:
    assert (await chat.ask()).text == STRANGER
    chat.server.groups[T11] = [person(1)]
    assert await chat.outcome(1) == "answered"
    chat.server.groups |= {T11: [], S2: [person(1)]}
    moved = await chat.ask(1, text="which CP visits are overdue in CSWT 2?")
    assert moved.answer["outcome"] == "answered"
    chat.server.groups[S2] = []
    assert (await chat.ask(1)).text == STRANGER


async def test_an_account_switched_off_is_out_at_the_next_minute(chat: Chat) -> None:
    chat.server.groups[T11] = [person(1)]
    assert await chat.outcome() == "answered"
    chat.server.groups[T11] = [person(1, accountEnabled=False)]
    assert await chat.outcome(0.5) == "answered"  # within the minute that membership is fresh
    assert await chat.outcome(0.5) == "not_permitted"


async def test_whatever_the_case_of_an_id_it_is_one_person(chat: Chat) -> None:
    chat.server.groups[T11] = [person(1, id=WHO.upper())]
    assert await chat.outcome(who=WHO.upper()) == "answered"
    assert await chat.outcome(who=WHO) == "answered"
    assert {entry.person_id for entry in chat.kept.entries} == {WHO}
    assert await chat.outcome(who="u-t11") == await chat.outcome(who="U-T11") == "answered"
    assert {entry.person_id for entry in chat.kept.entries[2:]} == {"U-T11"}


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_while_graph_is_away_its_last_word_counts_for_an_hour_and_no_longer(
    chat: Chat, status: int
) -> None:
    chat.server.groups[T11] = [person(1)]
    assert await chat.outcome() == "answered"
    chat.server.down = status
    assert await chat.outcome(59) == "answered"
    late = await chat.ask(2)
    assert (late.answer["outcome"], late.text) == ("not_permitted", CANNOT_TELL)
    assert chat.kept.entries[-1].outcome == "not_permitted"
    assert await chat.outcome(who="U-T11") == "answered"  # a row of local_users does not depend on it
    chat.server.down = None
    assert await chat.outcome(1) == "answered"


async def test_a_bot_that_starts_while_graph_is_away_admits_nobody_through_a_group(chat: Chat) -> None:
    chat.server.groups[T11], chat.server.down = [person(1)], 500
    assert (await chat.ask()).text == CANNOT_TELL
    asked = len(chat.server.asked)
    await chat.ask(0.1)
    assert len(chat.server.asked) == asked  # it is not asked again with every message


async def test_one_group_that_cannot_be_read_leaves_all_as_they_were(chat: Chat) -> None:
    chat.server.groups[T11] = [person(1)]
    assert await chat.outcome() == "answered"
    chat.server.groups |= {T11: [], S2: [person(1, accountEnabled=None)]}
    assert await chat.outcome(2) == "answered"
    assert await chat.outcome(60) == "not_permitted"


def members(**groups: list[int]) -> dict[str, tuple[object, ...]]:
    from bot.entra.graph import Member

    names = {"team": T11, "service": S2, "directors": DIRECTORS}
    return {names[name]: tuple(Member(person(n)["id"], "") for n in held) for name, held in groups.items()}


PLACES = {
    T11: Place(T11, "team_manager", "T11"), S2: Place(S2, "assistant_director", "S2"),
    DIRECTORS: Place(DIRECTORS, "director", None),
}  # fmt: skip


def test_of_several_groups_the_lowest_counts(borough: Engine) -> None:
    found = merged(borough, PLACES, members(team=[1], service=[1, 2], directors=[1, 2, 3]))  # type: ignore[arg-type]
    given = [(found[person(n)["id"]].role, found[person(n)["id"]].unit_id) for n in (1, 2, 3)]
    assert given == [("team_manager", "T11"), ("assistant_director", "S2"), ("director", None)]


def test_groups_that_disagree_give_nothing(borough: Engine) -> None:
    places = PLACES | {S2: Place(S2, "team_manager", "T12")}
    found = merged(borough, places, members(team=[1], service=[1]))[WHO]  # type: ignore[arg-type]
    assert not found.active
    assert T11 in found.source
    assert S2 in found.source


def test_a_row_of_local_users_settles_everything(borough: Engine) -> None:
    local = Users([User(WHO.upper(), "Left", "team_manager", "T12", False)])

    class Organisation:
        users = local

    class Extract:
        organisation = Organisation()
        units_below = borough.units_below

    found = merged(Extract(), PLACES, members(directors=[1, 2]))  # type: ignore[arg-type]
    assert (found[WHO].active, found[WHO].source) == (False, "local_users")
    assert found[person(2)["id"]].role == "director"


def test_two_rows_of_one_id_never_open_more_than_the_closed_one() -> None:
    open_, closed = User("AB", "", "director", None, True), User("ab", "", "team_manager", "T1", False)
    assert not Users([open_, closed])["aB"].active
    assert Users([User("ab", "", "team_manager", "T1", True), open_])["AB"].role == "team_manager"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- a", "group id"), ("x: {role: director, unit: ALL}", "object id"), (f"{T11}: director", "a role and a unit"),
        (f"{T11}: {{role: boss, unit: ALL}}", "one of team_manager"),
        (f"{T11}: {{role: director, unit: 7}}", "department"),
        (f"{T11}: {{role: director, unit: ALL}}\n{T11.upper()}: {{role: director, unit: ALL}}", "twice"),
        ("{", "cannot be read"), (f"{T11}: {{role: director, unit: ALL, also_sees: ALL}}", "nothing else"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_sentence(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / FILE).write_text(written, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_groups(tmp_path)


def test_a_file_is_read(tmp_path: Path) -> None:
    assert read_groups(tmp_path) == ()
    (tmp_path / FILE).write_text(f"{T11.upper()}: {{role: director, unit: ALL}}\n", encoding="utf-8")
    assert read_groups(tmp_path) == (Place(T11, "director", None),)
