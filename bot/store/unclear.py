"""Questions the bot did not understand, or understood as something else, so that its vocabulary can be mended.

Their words are encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.database import Database
from bot.store.encryption import Cipher
from bot.store.tables import UnclearQuestionRow


@dataclass(frozen=True)
class UnclearQuestion:
    """outcome: clarify, not_understood, out_of_scope, or corrected (answered, and then told that something else was
    meant).  text: as it was asked.  reading: what the bot made of it.
    """

    at: datetime
    person_id: str
    outcome: str
    text: str
    reading: str = ""


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
                    sealed=self._cipher.seal({"text": question.text, "reading": question.reading}),
                )
            )

    async def list(self, *, limit: int = 1_000) -> list[UnclearQuestion]:
        """Newest first."""
        statement = select(UnclearQuestionRow).order_by(UnclearQuestionRow.id.desc()).limit(limit)
        async with self._database.reading() as session:
            return [
                UnclearQuestion(row.at, row.person_id, row.outcome, *_words(self._cipher.open(row.sealed)))
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


def _words(sealed: Mapping[str, str] | str) -> tuple[str, str]:
    """Text and reading; the first rows held the text alone."""
    return (sealed, "") if isinstance(sealed, str) else (sealed["text"], sealed["reading"])
