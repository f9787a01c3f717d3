"""What went out earlier, for the conversation: what every figure was sent as, and who asks about that."""

from __future__ import annotations

from datetime import datetime

from bot.told import Told
from bot.understanding.past_posts import PastPost, read_past_post


class Past:
    """Reads what was sent from the store, for one turn."""

    def __init__(self, told: Told) -> None:
        self.told = told

    async def prepare(self, text: str | None, now: datetime) -> PastPost | None:
        """Brings `told` up to date; the question about sent figures that the message is, or None."""
        await self.told.fresh(now)
        return read_past_post(text, now.astimezone(self.told.zone).date()) if text else None
