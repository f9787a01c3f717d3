"""Everything durable that is not an extract: conversations, deliveries, the record of answers.

    store = await open_store(settings.store_url, load_cipher(settings))
    await store.contexts.save(person, conversation, {...}, now)

Times are aware and passed in; the store reads no clock.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import SQLAlchemyError

from bot.store.activities import Activities, SavedAnswer
from bot.store.audit import Audit, Entry
from bot.store.briefings import Briefings, Delivery
from bot.store.cards import CardReferences
from bot.store.channels import Channels
from bot.store.choices import Choices
from bot.store.contexts import Contexts, SavedContext
from bot.store.database import Database, StoreUnavailable, open_engine, sentence
from bot.store.encryption import Cipher, load_cipher
from bot.store.migrate import migrate
from bot.store.references import Reference, References
from bot.store.schedule_marks import ScheduleMarks
from bot.store.sent_figures import SentFigures, Telling
from bot.store.subscriptions import Subscription, Subscriptions
from bot.store.unclear import UnclearQuestion, UnclearQuestions

__all__ = [
    "Cipher",
    "Delivery",
    "Entry",
    "Reference",
    "SavedAnswer",
    "SavedContext",
    "Store",
    "StoreUnavailable",
    "Subscription",
    "Telling",
    "UnclearQuestion",
    "load_cipher",
    "open_store",
]


class Store:
    """One open database and its repositories."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self.database = database
        self.contexts = Contexts(database, cipher)
        self.references = References(database)
        self.channels = Channels(database)
        self.audit = Audit(database, cipher)
        self.briefings = Briefings(database, cipher)
        self.sent_figures = SentFigures(database, cipher)
        self.activities = Activities(database, cipher)
        self.cards = CardReferences(database, cipher)
        self.unclear = UnclearQuestions(database, cipher)
        self.subscriptions = Subscriptions(database)
        self.choices = Choices(database, cipher)
        self.schedule_marks = ScheduleMarks(database)

    async def close(self) -> None:
        await self.database.close()


async def open_store(url: str, cipher: Cipher) -> Store:
    """Open the database, bring its tables up to date, hand out the repositories. Raises StoreUnavailable."""
    database = Database(open_engine(url))
    try:
        await database.use_write_ahead_log()
        await migrate(database)
    except StoreUnavailable:
        await database.close()
        raise
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        await database.close()
        raise StoreUnavailable(sentence(database.engine, error)) from None
    return Store(database, cipher)
