"""A small borough at two loads, a week apart, worked out by hand: what was recorded late, deleted and re-dated.

The authority of tests/unit/engine/hand_authority.py, with people who read. As sent on Monday 9 November (data to the
8th) and as known a week later:

    North, CP visits overdue     C1 and C7 over; C3 was seen on 5 November     sent as 2 of 4
      then                       C1 was seen on 2 November: recorded late      C1 goes out
                                 the visit to C3 is deleted: none was made     C3 comes in, again 2 of 4
    North, conferences in time   C2's, held on 2 November, due that day        sent as 100% of 1
      then                       it was held on 4 November                     0% of 1
    South, CP visits overdue     C4 over                                       sent as 1 of 1, as it still is
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from delivery_people import Clock, channel, personal

import kpi_engine
from bot.assistant import Assistant
from bot.audit import StoreRecorder
from bot.hosts.protocol import Sent
from bot.memory import Forgetful
from bot.past import Past
from bot.restricted import RestrictedCases
from bot.seals import Seals
from bot.store import Cipher, Store
from bot.told import Told
from bot.turn import PERSONAL, Audience, Reply, Turn
from kpi_engine.engine import Engine
from kpi_engine.question import UnitRef
from schedules.briefings import Directory
from schedules.corrections import Corrections
from schedules.look import Deliveries
from schedules.notices import Notices
from schedules.timetable import Slot, Timetable, Weekly
from schedules.tools import StoredAddresses, Tools
from tests.unit.engine.hand_authority import tables
from tests.worked_cases.loader import COLUMNS, Tables, write_folder

FIRST, SECOND = date(2026, 11, 8), date(2026, 11, 15)
PEOPLE = (
    ("U-NORTH", "team_manager", "T1", ""),
    ("U-SOUTH", "team_manager", "T2", ""),
    ("U-CARE", "service_manager", "S2", ""),
    ("U-SAFE", "service_manager", "S1", ""),
    ("U-DIRECTOR", "director", "", ""),
    ("U-ANALYST", "analyst", "", ""),
)
CHANNEL = "19:north"
LONDON = ZoneInfo("Europe/London")


def add(made: Tables, table: str, **cells: str) -> None:
    made.setdefault(table, []).append(dict.fromkeys(COLUMNS[table], "") | cells)


def first() -> Tables:
    """As loaded on 8 November."""
    made = tables()
    for user, role, unit, also in PEOPLE:
        add(
            made,
            "local_users",
            user_id=user,
            name=user.title(),
            role=role,
            unit_id=unit,
            active="Y",
            also_sees=also,
        )
    add(made, "ssd_cp_visits", cppv_cp_visit_id="V9", cppv_person_id="C3", cppv_cp_plan_id="A3",
        cppv_cp_visit_date="2026-11-05", cppv_cp_visit_seen="Y", cppv_cp_visit_seen_alone="Y")  # fmt: skip
    add(
        made,
        "ssd_s47_enquiry",
        s47e_s47_enquiry_id="E2",
        s47e_person_id="C2",
        s47e_s47_start_date="2026-10-12",
    )
    add(made, "ssd_initial_cp_conference", icpc_icpc_id="K2", icpc_person_id="C2", icpc_s47_enquiry_id="E2",
        icpc_icpc_date="2026-11-02")  # fmt: skip
    return made


def second(*, late: bool = True, deleted: bool = True, moved: bool = True) -> Tables:
    """As loaded on 15 November."""
    made = first()
    if late:
        add(made, "ssd_cp_visits", cppv_cp_visit_id="V8", cppv_person_id="C1", cppv_cp_plan_id="A1",
            cppv_cp_visit_date="2026-11-02", cppv_cp_visit_seen="Y", cppv_cp_visit_seen_alone="Y")  # fmt: skip
    if deleted:
        made["ssd_cp_visits"] = [row for row in made["ssd_cp_visits"] if row["cppv_cp_visit_id"] != "V9"]
    if moved:
        made["ssd_initial_cp_conference"][0]["icpc_icpc_date"] = "2026-11-04"
    return made


def load(home: Path, made: Tables, as_at: date) -> str:
    """Kept as an extract of that date; its id."""
    folder = home / "incoming" / f"{as_at}-{len(list(home.glob('incoming/*')))}"
    folder.mkdir(parents=True)
    return kpi_engine.load(str(write_folder(made, folder)), as_at, home, f"{as_at}T20:00:00+00:00").extract


class Connector:
    """A host that takes everything."""

    def __init__(self) -> None:
        self.accepted: list[tuple[str, Reply]] = []

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        await asyncio.sleep(0)
        self.accepted.append((reference["conversation_id"], reply))
        return Sent(f"activity {len(self.accepted)}")

    def to(self, conversation: str) -> list[Reply]:
        return [reply for where, reply in self.accepted if where == conversation]


class Current:
    """The extract that is current in the home folder, opened anew when it changes."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._opened: Engine | None = None

    def current(self) -> Engine:
        newest = kpi_engine.extracts.store.current(self._home).id
        if self._opened is None or self._opened.extract.id != newest:
            self._opened = kpi_engine.open_current(self._home)
        return self._opened

    async def renew(self) -> None:
        """Nothing here changes by itself."""


@dataclass
class Office:
    """One running bot over a home folder and a database; `again` is the same after a restart."""

    home: Path
    store: Store
    clock: Clock
    connector: Connector = field(default_factory=Connector)
    weeks: int = 13

    def __post_init__(self) -> None:
        self.engines = Current(self.home)
        self.assistant = Assistant(
            self.engines, Forgetful(), StoreRecorder(self.store.audit), restricted=RestrictedCases(self.home),
            clock=self.clock, channels=self.store.channels, seals=Seals(Cipher(Fernet.generate_key())),
            past=Past(Told(self.store.sent_figures, LONDON, self.weeks)),
        )  # fmt: skip
        tools = Tools(
            store=self.store, engines=self.engines, composer=self.assistant, sender=self.connector,
            addresses=StoredAddresses(self.store), timetable=self._timetable,
            notices=Notices(self.store, self.clock), clock=self.clock, draw=lambda: 0.5,
        )  # fmt: skip
        self.deliveries = Deliveries(tools)
        self.corrections = Corrections(
            tools, self.assistant, lambda extract: kpi_engine.open_kept(self.home, extract), self.weeks
        )

    def _timetable(self, directory: Directory) -> Timetable:
        weekly = Weekly(Slot(0, time(8, 30)), time(12))
        return Timetable(LONDON, weekly, 30, units=tuple(directory.units))

    def again(self) -> Office:
        return Office(self.home, self.store, self.clock, self.connector, self.weeks)

    async def open_chats(self) -> None:
        for user, *_ in PEOPLE:
            await self.store.references.save(personal(user), self.clock())
        await self.store.references.save(channel(CHANNEL), self.clock())
        await self.store.channels.assign(CHANNEL, UnitRef("team", "T1"), "test", self.clock())

    async def look(self, at: datetime) -> list[tuple[str, Reply]]:
        """One look at the timetable and one for corrections; what was accepted by it."""
        before = len(self.connector.accepted)
        self.clock.now = at
        await self.deliveries.look()
        await self.corrections.look()
        await self.deliveries.look()
        return self.connector.accepted[before:]

    async def ask(self, text: str, person: str = "U-NORTH", *, channel: bool = False) -> Reply:
        """What is answered to a person in their own chat, or in North's channel."""
        audience = Audience("channel", UnitRef("team", "T1")) if channel else PERSONAL
        place = CHANNEL if channel else ""
        turn = Turn(
            person,
            CHANNEL if channel else f"a:{person}",
            self.clock(),
            text,
            audience=audience,
            place_id=place,
        )
        return (await self.assistant.reply(turn))[0]
