"""E-mail, where a post cannot be made in Teams: a person's own briefing, as text, by the operator's SMTP server.

Addresses are in `emails.yaml` in PERFBOT_HOME (user id: address). A server off this machine is only spoken to
under TLS. What can be told: refused before it was accepted (Final), or cut off after the text had been handed
over (UnknownOutcome), exactly as for a post.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import yaml

from bot.hosts.protocol import Final, Sent, UnknownOutcome
from bot.settings import Settings
from bot.turn import Reply
from kpi_engine.errors import InputError

FILE_NAME = "emails.yaml"
SECONDS = 30.0
SUBJECT = "Your performance briefing"
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class Mailer:
    """Sends to the people of emails.yaml."""

    def __init__(self, settings: Settings, addresses: dict[str, str]) -> None:
        self._settings = settings
        self._addresses = {person.casefold(): address for person, address in addresses.items()}

    def address_of(self, person_id: str | None) -> str | None:
        return self._addresses.get((person_id or "").casefold())

    async def send(self, address: str, reply: Reply) -> Sent:
        """Raises Final or UnknownOutcome."""
        return await asyncio.to_thread(self._send, address, reply)

    def _send(self, address: str, reply: Reply) -> Sent:
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = SUBJECT, self._settings.smtp_from, address
        message["Message-ID"] = make_msgid(domain=self._settings.smtp_from.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(reply.text)
        handed_over = False
        server = None
        try:
            server = self._connected()
            handed_over = True
            server.send_message(message)
            return Sent(f"email {message['Message-ID']}")
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):
            raise Final("the mail server refused it") from None
        except (OSError, smtplib.SMTPException) as error:
            if handed_over:
                raise UnknownOutcome(f"the mail server broke off ({type(error).__name__})") from None
            raise Final(f"the mail server cannot be reached ({type(error).__name__})") from None
        finally:
            if server is not None:  # how it says goodbye changes nothing about what it took
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
        try:
            if not settings.smtp_is_local:
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def mailer_of(settings: Settings) -> Mailer | None:
    """The mailer of these settings, or None where no server is set. Raises InputError for a wrong emails.yaml."""
    if not settings.smtp_host:
        return None
    path = settings.home / FILE_NAME
    return Mailer(settings, _read(path) if path.exists() else {})


def _read(path: Path) -> dict[str, str]:
    try:
        told = yaml.safe_load(path.read_text("utf-8")) or {}
    except (yaml.YAMLError, OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read: write one `user id: address` a line.") from None
    if not isinstance(told, dict):
        raise InputError(f"{path.name} cannot be read: write one `user id: address` a line.")
    for address in told.values():
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise InputError(f"{path.name}: {address!r} is not an e-mail address.")
    return {str(person): address for person, address in told.items()}
