"""Notices to analysts: names instead of ids, and never more than a screenful."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.deliveries import in_words
from bot.store import Cipher, open_store
from kpi_engine.engine import Unit, User
from kpi_engine.question import ALL
from schedules.briefings import Payload
from schedules.notices import Notices

NOW = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)


@dataclass
class People:
    units: dict[str, Unit] = field(
        default_factory=lambda: {
            ALL: Unit(ALL, "Authority", "authority", None),
            "T1": Unit("T1", "CSWT 1", "team", ALL),
        }
    )
    users: dict[str, User] = field(
        default_factory=lambda: {
            "u1": User("u1", "Priya Shah", "team_manager", "T1", True),
            "u2": User("u2", "Felix Odum", "analyst", None, True),
            "u3": User("u3", "Gone", "analyst", None, False),
        }
    )
    as_at: date = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (("briefing:T1", "u1", "2026-W47"), "briefing of CSWT 1 for Priya Shah, 2026-W47"),
        (("reminder:T1", "19:one", "2026-W47"), "reminder of CSWT 1 for the channel 19:one, 2026-W47"),
        (("briefing:T9", "u1", "2026-W47"), "briefing of T9 for Priya Shah, 2026-W47"),
    ],
)
def test_a_delivery_is_named_as_people_know_it(key: tuple[str, str, str], words: str) -> None:
    assert in_words(key, People()) == words


async def test_one_message_for_every_active_analyst_sums_up_what_is_too_much(tmp_path: Path) -> None:
    store = await open_store(
        f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}", Cipher(Fernet.generate_key())
    )
    notices = Notices(store, lambda: NOW)
    for n in range(23):
        notices.tell(("briefing:T1", "u1", f"2026-W{n}"), "not delivered; blocked (403).")
    notices.tell(("notice", "u2", "x"), "not delivered; blocked (403).")
    await notices.hand_out(People())
    await notices.hand_out(People())
    (kept,) = await store.briefings.list()
    await store.close()
    reply = Payload.from_json(kept.payload).reply
    assert kept.recipient == "u2"
    assert reply is not None
    assert reply.text.count("not delivered; blocked (403).") == 20
    assert reply.text.endswith("- And 3 more: see perfbot deliveries.")
