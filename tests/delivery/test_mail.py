"""E-mail for people whom no post reaches: a small SMTP server of this file, real smtplib, real deliveries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from delivery_people import Clock, PlainComposer, authority, with_chats

from bot.hosts.protocol import Final, Retryable, Sent, UnknownOutcome
from bot.settings import Settings, SettingsError, load_settings
from bot.store import Store
from bot.turn import Reply
from kpi_engine.errors import InputError
from schedules.look import Deliveries
from schedules.mail import mailer_of
from schedules.notices import Notices
from schedules.outlook import timetable_of
from schedules.tools import StoredAddresses, Tools

MONDAY = datetime(2026, 11, 16, 8, 30, 5, tzinfo=UTC)
SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


class MailServer:
    """Speaks enough SMTP to take a mail. how: "take", "refuse" the recipient, or "drop" after the text."""

    def __init__(self) -> None:
        self.how, self.taken = "take", list[str]()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rw", encoding="utf-8", newline="\r\n") as talk:
                self._talk(talk)

    def _talk(self, talk: Any) -> None:
        def say(line: str) -> None:
            talk.write(line + "\n")
            talk.flush()

        say("220 small")
        for line in talk:
            word = line[:4].upper().strip()
            if word == "DATA":
                say("354 go on")
                text = []
                while (part := talk.readline()).strip("\r\n") != ".":
                    text.append(part.replace("\r\n", "\n"))
                self.taken.append("".join(text))
                if self.how == "drop":
                    return
                say("250 taken")
            elif word == "RCPT" and self.how == "refuse":
                say("550 nobody here of that name")
            elif word == "QUIT":
                say("500 no goodbye")  # which changes nothing about what was taken
                return
            else:
                say("250 fine")


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.close()


class Host:
    """Ends every post as told."""

    def __init__(self, ends: Exception | None) -> None:
        self.ends = ends

    async def send(self, reference: Mapping[str, Any], reply: Reply) -> Sent:
        if self.ends is not None:
            raise self.ends
        return Sent("1")


def settings(home: Path, port: int) -> Settings:
    (home / "emails.yaml").write_text("U-T1: t1@council.invalid\n")
    return load_settings(
        home=home, smtp_host="127.0.0.1", smtp_port=port, smtp_from="perfbot@council.invalid"
    )


async def statuses(
    store: Store, home: Path, port: int, ends: Exception | None, *, chats: bool = True
) -> dict[str, str]:
    """Status and reason of the briefings of U-T1 and U-T2 after one look on Monday."""
    directory, clock, config = authority(), Clock(MONDAY), settings(home, port)
    if chats:
        await with_chats(store, directory, MONDAY)
    await store.schedule_marks.looked(MONDAY - timedelta(minutes=1))
    tools = Tools(
        store=store, engines=directory, composer=PlainComposer(), sender=Host(ends),
        addresses=StoredAddresses(store), timetable=lambda units: timetable_of(config, units),
        notices=Notices(store, clock), mailer=mailer_of(config), clock=clock,
    )  # fmt: skip
    await Deliveries(tools).look()
    rows = {row.recipient: row for row in await store.briefings.list() if row.briefing.startswith("briefing")}
    return {who: f"{rows[who].status} {rows[who].because or ''}".strip() for who in ("U-T1", "U-T2")}


async def test_whoever_blocked_the_bot_gets_the_briefing_by_mail_once(
    store: Store, tmp_path: Path, server: MailServer
) -> None:
    found = await statuses(store, tmp_path, server.port, Final("blocked (403)"))
    assert found == {"U-T1": "sent", "U-T2": "failed blocked (403)"}  # U-T2 has no address
    assert await statuses(store, tmp_path, server.port, Final("blocked (403)")) == found
    (mail,) = server.taken
    message = message_from_string(mail, policy=default)
    assert (message["To"], message["From"]) == ("t1@council.invalid", "perfbot@council.invalid")
    assert message.get_content().startswith("T1 for U-T1, version ")
    sent = await store.briefings.find("briefing:T1", "U-T1", "2026-W47")
    assert sent is not None
    assert sent.activity_id == f"email {message['Message-ID']}"


@SQLITE
async def test_whoever_never_opened_a_chat_gets_it_by_mail(
    store: Store, tmp_path: Path, server: MailServer
) -> None:
    found = await statuses(store, tmp_path, server.port, None, chats=False)
    assert found == {"U-T1": "sent", "U-T2": "claimed no conversation with the bot is open there"}
    assert len(server.taken) == 1


@SQLITE
@pytest.mark.parametrize(
    ("ends", "status"),
    [
        (None, "sent"),
        (Retryable("busy (429)"), "claimed busy (429)"),
        (UnknownOutcome("cut off"), "unknown cut off"),
    ],
)
async def test_what_teams_took_or_may_have_taken_or_may_yet_take_is_never_mailed(
    store: Store, tmp_path: Path, server: MailServer, ends: Exception | None, status: str
) -> None:
    assert (await statuses(store, tmp_path, server.port, ends))["U-T1"] == status
    assert server.taken == []


@SQLITE
@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("refuse", "failed blocked (403); by e-mail: the mail server refused it"),
        ("drop", "unknown the mail server broke off (SMTPServerDisconnected)"),
        (
            "away",
            "failed blocked (403); by e-mail: the mail server cannot be reached (ConnectionRefusedError)",
        ),
    ],
)
async def test_a_mail_that_was_not_or_perhaps_not_taken_is_told_as_such(
    store: Store, tmp_path: Path, server: MailServer, how: str, status: str
) -> None:
    server.how, port = how, server.port
    if how == "away":
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = int(other.getsockname()[1])
    assert (await statuses(store, tmp_path, port, Final("blocked (403)")))["U-T1"] == status


def test_a_wrong_list_of_addresses_is_one_sentence(tmp_path: Path) -> None:
    config = settings(tmp_path, 25)
    for wrong in ("U-T1: nobody\n", "- a\n", "U-T1: [a@b.invalid]\n", "{"):
        (tmp_path / "emails.yaml").write_text(wrong)
        with pytest.raises(InputError, match=r"^emails\.yaml"):
            mailer_of(config)
    assert mailer_of(load_settings(home=tmp_path)) is None
    with pytest.raises(SettingsError, match="PERFBOT_SMTP_FROM must be an e-mail address"):
        load_settings(smtp_host="mail.invalid")


@SQLITE
async def test_a_server_off_this_machine_is_spoken_to_under_tls_or_not_at_all(
    tmp_path: Path, server: MailServer, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    monkeypatch.setattr(Settings, "smtp_is_local", False)
    found = await statuses(store, tmp_path, server.port, Final("blocked (403)"))
    assert found["U-T1"].startswith("failed blocked (403); by e-mail: ")
    assert server.taken == []
