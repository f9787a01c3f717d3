"""What a person meant by a doubtful word, once chosen, so that the same person is not asked twice.

The row is found by a keyed mark of the word, with case and spacing evened out; the word itself and the choice are
sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import ChoiceRow
from bot.store.upsert import upsert


class Choices:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def remember(self, person_id: str, phrase: str, chosen: Mapping[str, Any], now: datetime) -> None:
        async with self._database.writing() as session:
            await session.execute(
                upsert(
                    self._database,
                    ChoiceRow,
                    {"person_id": person_id, "phrase_mark": self._mark(phrase)},
                    {"sealed": self._cipher.seal({"phrase": phrase, "chosen": chosen}), "chosen_at": now},
                )
            )

    async def all_of(self, person_id: str) -> dict[str, Mapping[str, Any]]:
        """Everything this person chose, by phrase."""
        statement = select(ChoiceRow).where(ChoiceRow.person_id == person_id).order_by(ChoiceRow.chosen_at)
        async with self._database.reading() as session:
            kept = [self._cipher.open(row.sealed) for row in await session.scalars(statement)]
        return {each["phrase"]: each["chosen"] for each in kept if {"phrase", "chosen"} <= set(each)}

    async def forget_before(self, moment: datetime) -> int:
        """Drop what was chosen before `moment`; says how many."""
        async with self._database.writing() as session:
            gone = await session.scalars(
                delete(ChoiceRow).where(ChoiceRow.chosen_at < moment).returning(ChoiceRow.phrase_mark)
            )
            return len(gone.all())

    async def forget(self, person_id: str) -> None:
        """Everything this person ever chose."""
        async with self._database.writing() as session:
            await session.execute(delete(ChoiceRow).where(ChoiceRow.person_id == person_id))

    def _mark(self, phrase: str) -> str:
        return self._cipher.mark(b"phrase " + " ".join(phrase.casefold().split()).encode())
