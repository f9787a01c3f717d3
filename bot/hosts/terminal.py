"""The chat in a terminal (`perfbot chat`): the same assistant as in Teams, line by line, buttons by number.

A conversation reads:

    Amara Bell, CSWT 1 > which CP conferences are overdue
    ... the answer, its table, and
      [1] Why
      [2] How counted
    Amara Bell, CSWT 1 > 1

Nobody signs in at a terminal: whoever can start it reads the extract's files anyway, and every question is
recorded under the user it is asked as.
"""

from __future__ import annotations

import importlib
import secrets
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.hosts.local import (
    GROUP_PLACE,
    PERSONAL_PLACE,
    Directory,
    Replier,
    audience_at,
    replies_of,
    role_in_words,
    seat_in_words,
    unit_in_words,
    user_named,
    utc_now,
)
from bot.hosts.terminal_cards import Choice, draw, plain
from bot.turn import Reply, Turn
from kpi_engine.errors import PerfbotError

HELP = f"""Ask in your own words, or type a button's number. Besides:
  /who         the users of this extract
  /as USER     be another user (a new conversation)
  /in PLACE    ask in {PERSONAL_PLACE}, {GROUP_PLACE}, or a unit's channel by its id (a new conversation)
  /quit        leave"""


def typed(prompt: str) -> str:
    """One line from the keyboard. Ctrl-C ends it at once, where the event loop would wait for Enter."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(prompt)
    finally:
        signal.signal(signal.SIGINT, before)


async def chat(
    assistant: Replier,
    directory: Directory,
    person_id: str,
    *,
    place: str = PERSONAL_PLACE,
    notice: str = "",
    read: Callable[[str], str] = typed,
    console: Console | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Runs until /quit, the end of the input or Ctrl-C.

    place: "personal", "group" or a unit's id. notice: a line printed first. read: gives the next line for a
    prompt, EOFError at the end. Raises Unknown for a person or place that the extract does not hold.
    """
    with suppress(ImportError):
        importlib.import_module("readline")  # lines can be edited and called back, where the system has it
    session = Session(assistant, directory, console or Console(highlight=False), clock)
    session.sit(person_id, place)
    if notice:
        session.print(notice)
    session.greet()
    session.print("Type a question, /help or /quit.")
    while True:
        try:
            line = read(session.prompt).strip()
        except (EOFError, KeyboardInterrupt):
            session.print("")
            return
        if line == "/quit":
            return
        if line:
            await session.take(line)


class Session:
    """One person at the terminal: who they are, where they ask, and the buttons they can press."""

    def __init__(
        self, assistant: Replier, directory: Directory, console: Console, clock: Callable[[], datetime]
    ) -> None:
        self._assistant = assistant
        self._directory = directory
        self._console = console
        self._clock = clock
        self._choices: list[Choice] = []

    @property
    def prompt(self) -> str:
        """Who asks, and where unless it is the personal chat."""
        user = user_named(self._directory, self._person_id)
        where = "" if self._place == PERSONAL_PLACE else f" in {self._place}"
        return plain(f"{user.name}, {unit_in_words(self._directory, user.unit_id)}{where} > ")

    def sit(self, person_id: str, place: str) -> None:
        """Another person or place: a new conversation. Raises Unknown, and changes nothing, for strangers."""
        user_named(self._directory, person_id)
        self._audience = audience_at(self._directory, place)
        self._person_id, self._place = person_id, place
        self._conversation_id = f"terminal-{secrets.token_hex(8)}"
        self._choices = []

    def greet(self) -> None:
        """Says who one is, and who listens."""
        self.print(seat_in_words(self._directory, self._person_id, self._audience))

    async def take(self, line: str) -> None:
        """A command, a button's number, or a question."""
        command, _, rest = line.partition(" ")
        try:
            match command:
                case "/as":
                    self.sit(rest.strip(), self._place)
                    self.greet()
                case "/in":
                    self.sit(self._person_id, rest.strip())
                    self.greet()
                case "/who":
                    self._list_users()
                case _ if line.startswith("/"):
                    self.print(HELP)
                case _:
                    await self._ask(line)
        except PerfbotError as error:
            self.print(str(error))

    def print(self, words: str) -> None:
        self._console.print(Text(plain(words)))

    async def _ask(self, line: str) -> None:
        pressed = self._pressed(line)
        turn = Turn(
            person_id=self._person_id,
            conversation_id=self._conversation_id,
            now=self._clock(),
            text=None if pressed else line,
            action=pressed.action if pressed else None,
            audience=self._audience,
            charts=False,
            executes=False,
        )
        replies = await replies_of(self._assistant.reply(turn))
        self._choices = []
        for reply in replies:
            self._show(reply)

    def _pressed(self, line: str) -> Choice | None:
        """The button of that number; a number that no button has is a message like any other."""
        if not (line.isascii() and line.isdigit() and len(line) < 4):
            return None
        return self._choices[int(line) - 1] if 1 <= int(line) <= len(self._choices) else None

    def _show(self, reply: Reply) -> None:
        """The card, numbered on from the buttons that are already shown; without a card the text."""
        if reply.card is None:
            self.print(reply.text)
        else:
            drawing = draw(reply.card, self._choices)
            for part in drawing.parts:
                self._console.print(part)
        self._console.print()

    def _list_users(self) -> None:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("User", "Name", "Role", "Unit"):
            table.add_column(heading)
        for user in sorted(self._directory.users.values(), key=lambda u: u.user_id):
            role = (
                role_in_words(user.role) if user.active else f"{role_in_words(user.role)} (no longer active)"
            )
            unit = unit_in_words(self._directory, user.unit_id)
            table.add_row(*(Text(plain(words)) for words in (user.user_id, user.name, role, unit)))
        self._console.print(table)
