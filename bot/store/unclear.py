"""Questions the bot did not understand, so that its vocabulary can be mended. Their words are encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import UnclearQuestionRow


@dataclass(frozen=True)
class UnclearQuestion:
    """outcome: clarify, not_understood, out_of_scope. text: as it was asked."""

    at: datetime
    person_id: str
    outcome: str
    text: str


class UnclearQuestions:
    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    async def add(self, question: UnclearQuestion) -> None:
        async with self._database.writing() as session:
            session.add(
                UnclearQuestionRow(
                    at=question.at,
                    person_id=question.person_id,
                    outcome=question.outcome,
                    sealed=self._cipher.seal(question.text),
                )
            )

    async def list(self, *, limit: int = 1_000) -> list[UnclearQuestion]:
        """Newest first."""
        statement = select(UnclearQuestionRow).order_by(UnclearQuestionRow.id.desc()).limit(limit)
        async with self._database.reading() as session:
            return [
                UnclearQuestion(row.at, row.person_id, row.outcome, self._cipher.open(row.sealed))
                for row in await session.scalars(statement)
            ]

    async def forget_before(self, moment: datetime) -> int:
        async with self._database.writing() as session:
            gone = await session.scalars(
                delete(UnclearQuestionRow)
                .where(UnclearQuestionRow.at < moment)
                .returning(UnclearQuestionRow.id)
            )
            return len(gone.all())
