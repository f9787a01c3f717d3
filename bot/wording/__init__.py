"""Every sentence the bot says that is not in a measure. Pure: an answer and names in, text out."""

from bot.wording.names import Names
from bot.wording.replies import say_reading
from bot.wording.shows import say, summary

__all__ = ["Names", "say", "say_reading", "summary"]
