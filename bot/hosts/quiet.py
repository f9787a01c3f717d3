"""What the libraries below the hosts may write of a fault: its kind and its place, never its words.

aiohttp writes the beginning of a header it could not read, which may be a token; asyncio writes the message of a fault
that nobody waited for, which may quote a row. Both write through loggers of their own.
"""

from __future__ import annotations

import logging
import threading

from bot.hosts.local import place_of

QUIET = ("aiohttp.server", "aiohttp.web", "asyncio")


class WithoutWords(logging.Filter):
    """Lets every record pass, with the kind and place of its exception instead of its message and traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.msg = f"{record.msg.splitlines()[0]}: {type(error).__name__} at {place_of(error)}"
        elif record.exc_text or "\n" in str(record.msg):
            record.msg, record.args = str(record.msg).splitlines()[0], ()
        record.exc_info = record.exc_text = None
        return True


def _in_a_thread(fault: threading.ExceptHookArgs) -> None:
    where = place_of(fault.exc_value) if fault.exc_value else "an unknown place"
    logging.getLogger(__name__).error("a thread failed: %s at %s", fault.exc_type.__name__, where)


def quieten() -> None:
    """Put the filter on the loggers that need it; once is enough, more does no harm."""
    threading.excepthook = _in_a_thread
    for name in QUIET:
        logger = logging.getLogger(name)
        if not any(isinstance(each, WithoutWords) for each in logger.filters):
            logger.addFilter(WithoutWords())
