"""Every setting, once: read from the environment (prefix PERFBOT_), checked, described, listed by `perfbot
settings`.

Nothing else in the bot reads the environment. A wrong value is one clear sentence (SettingsError), never a
traceback. Secrets are SecretStr and print as "set" or "not set".
"""

from __future__ import annotations

import ipaddress
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Words = Annotated[tuple[str, ...], NoDecode]
"""Several words in one variable, with commas or semicolons between."""

Days = Annotated[tuple[date, ...], NoDecode]
"""Several ISO dates in one variable, with commas or semicolons between."""


class SettingsError(ValueError):
    """A setting that cannot be used. The message is the sentence for the operator and never holds a secret's
    value.
    """


class Settings(BaseSettings):
    """What the operator can set. Field `x` is the variable PERFBOT_X."""

    model_config = SettingsConfigDict(
        env_prefix="PERFBOT_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    home: Path = Field(
        Path("./var"),
        description="Folder for everything the program writes: extracts, database, keys. A file restricted.csv in "
        "it (child_id, viewers with ; between) names the cases whose rows only their viewers may see.",
    )
    database_url: SecretStr = Field(
        SecretStr(""),
        description="Database of conversations, deliveries and the record of answers: "
        "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME. "
        "Empty: a SQLite file in the home folder.",
    )
    store_key: SecretStr = Field(
        SecretStr(""),
        description="Key that encrypts question text and chains the record of answers (44 characters, made "
        "by cryptography's Fernet). Empty: a key file made in the home folder, readable by its owner alone.",
    )
    audit_lines: str = Field(
        "",
        description="File that every record of the record of answers is also written to, as a JSON line: on "
        "another disk, or where a log collector fetches it. It names children. Empty: no second copy.",
    )

    app_id: str = Field("", description="The bot's application (client) id in Entra.")
    app_password: SecretStr = Field(SecretStr(""), description="The bot's client secret.")
    app_tenant_id: str = Field("", description="Tenant in which the bot is registered (single tenant).")
    allowed_tenants: Words = Field(
        (), description="Tenants whose people may talk to the bot. Empty: the bot's own tenant alone."
    )
    channels: Words = Field(
        ("msteams",), description="Bot Framework channels that activities are accepted from."
    )
    graph_url: str = Field(
        "https://graph.microsoft.com/v1.0",
        description="Microsoft Graph, which says who is in the Entra groups of groups.yaml in the home folder "
        "(group id: role and unit). Another address only in a national cloud.",
    )
    login_url: str = Field(
        "https://login.microsoftonline.com",
        description="Where the bot signs in to Microsoft Graph. Another address only in a national cloud.",
    )
    groups_last_known_minutes: int = Field(
        60, ge=1, le=1440, description="While Microsoft Graph cannot be reached, its last word on who is in which "
        "group counts for this many minutes; after that nobody is admitted through a group.",
    )  # fmt: skip
    local_mode: bool = Field(
        False,
        description="Answer without checking who calls: to try out on one machine. Needs a loopback host.",
    )
    host: str = Field(
        "127.0.0.1", description="Address to listen on. Behind a proxy or in a container: 0.0.0.0."
    )
    port: int = Field(3978, ge=0, le=65535, description="Port to listen on. 0: any free one.")
    max_body_bytes: int = Field(
        262_144,
        ge=1024,
        description="Largest activity accepted, in bytes (Teams itself stops at about 100 KB).",
    )

    timezone: str = Field("Europe/London", description="Time zone of the timetable and of dates shown.")
    allocated_roles: Words = Field(
        ("CW", "ALLOCATED CASE WORKER", "ALLOCATED WORKER"),
        description="Involvement roles that make somebody a child's allocated worker (case does not matter).",
    )
    case_link_template: str = Field(
        "",
        description="Address of a child's record in the case system, with {child_id} in it. Empty: no links.",
    )
    school_holidays: Words = Field(
        (),
        description='Named spans for "before half term": name=first/last with ISO dates, as '
        "half term=2026-10-26/2026-10-30.",
    )
    office_closed: Days = Field((), description="Days beyond bank holidays on which no briefing goes out.")

    refresh_source: SecretStr = Field(
        SecretStr(""),
        description="Where new extracts come from by themselves: a folder that is watched (it holds an extract, "
        "or one subfolder or workbook for each) or the SSD database's URL. Empty: only perfbot load.",
    )
    refresh_time: time = Field(
        time(5, 30), description="When a database is pulled every day; tried again for three hours."
    )
    smtp_host: str = Field(
        "", description="Mail server for briefings that cannot be posted in Teams. Empty: no e-mail is sent."
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="The mail server's port (STARTTLS).")
    smtp_user: str = Field("", description="Name to log in to the mail server with. Empty: no login.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of the mail server.")
    smtp_from: str = Field("", description="Sender address of e-mails; needed with PERFBOT_SMTP_HOST.")
    heartbeat_url: SecretStr = Field(
        SecretStr(""),
        description="Address called after each look at the timetable, by a monitor that alarms when the calls "
        "stop. Empty: nobody is called.",
    )

    forget_context_after_minutes: int = Field(
        30, ge=1, description="A follow-up question is understood within this time of the last turn."
    )
    questions_a_minute: int = Field(
        30, ge=1, description="How many messages and presses of one person are answered in a minute."
    )
    keep_contexts_days: int = Field(
        30, ge=1, description="perfbot purge drops what conversations were about, and what was meant by doubtful "
        "words, after this many days without a turn.",
    )  # fmt: skip
    keep_unclear_days: int = Field(
        90, ge=1, description="perfbot purge drops questions that were not understood after this many days."
    )
    keep_deliveries_days: int = Field(
        366, ge=7, description="perfbot purge empties settled briefings and notices after this many days; that "
        "they were sent stays known.",
    )  # fmt: skip
    corrections_weeks: int = Field(
        13, ge=0, le=104, description="A figure sent within so many weeks that a new extract changes is corrected by a "
        "notice to whoever was sent it; 0 = no notices.",
    )  # fmt: skip
    keep_activities_days: int = Field(
        2,
        ge=1,
        description="perfbot purge drops the answers kept for repeated activities after this many days.",
    )
    log_level: str = Field("INFO", description="How much the ordinary log says. Never questions or children.")

    @field_validator(
        "allowed_tenants", "channels", "allocated_roles", "school_holidays", "office_closed", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.replace(";", ",").split(",") if word.strip())
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not a time zone; use a name such as Europe/London")
        return value

    @field_validator("case_link_template")
    @classmethod
    def _has_child(cls, value: str) -> str:
        if not value:
            return value
        if not value.startswith(("https://", "http://")):
            raise ValueError("must start with https://")
        try:
            without = value.replace("{child_id}", "")
            if without == value or "{" in without or "}" in without:
                raise ValueError
        except ValueError:
            raise ValueError("must hold {child_id} once, and no other braces") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
            raise ValueError("must start with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return value

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Settings:
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError("PERFBOT_SMTP_FROM must be an e-mail address when PERFBOT_SMTP_HOST is set")
        return self

    @field_validator("refresh_time")
    @classmethod
    def _not_in_the_doubled_hour(cls, value: time) -> time:
        if value.tzinfo or time(1) <= value <= time(2):
            raise ValueError("must be a time such as 05:30, and not between 01:00 and 02:00")
        return value

    @field_validator("graph_url", "login_url")
    @classmethod
    def _is_secure_address(cls, value: str) -> str:
        if not value.startswith("https://") or "@" in value or "?" in value:
            raise ValueError("must start with https:// and hold no password or question mark")
        return value.rstrip("/")

    @field_validator("heartbeat_url")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("must start with https:// or http://")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def store_url(self) -> str:
        """The database to open; holds a password where PostgreSQL asks for one: never print it."""
        return self.database_url.get_secret_value() or f"sqlite+aiosqlite:///{self.home / 'perfbot.sqlite3'}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def tenants(self) -> frozenset[str]:
        """Tenants whose people may talk to the bot, in lower case. Empty only where none is configured at
        all.
        """
        named = self.allowed_tenants or ((self.app_tenant_id,) if self.app_tenant_id else ())
        return frozenset(tenant.lower() for tenant in named)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the address listened on."""
        return _is_loopback(self.host)

    @property
    def smtp_is_local(self) -> bool:
        """Whether the mail server is on this machine, so that what is sent to it passes no network."""
        return _is_loopback(self.smtp_host)

    def check_can_serve(self) -> None:
        """Raise SettingsError unless people can be told apart safely: real credentials, or local mode on
        loopback.
        """
        if self.local_mode:
            if not self.on_loopback:
                raise SettingsError(
                    f"PERFBOT_LOCAL_MODE answers anybody, so PERFBOT_HOST must be 127.0.0.1, not {self.host}."
                )
            if self.app_id:
                raise SettingsError(
                    "PERFBOT_LOCAL_MODE and PERFBOT_APP_ID are both set: "
                    "unset one, so that a real bot is never left open."
                )
            return
        self.check_can_sign_in(
            "The bot will not start without {missing}. To try it out on this machine alone, set "
            "PERFBOT_LOCAL_MODE=true."
        )

    def check_can_sign_in(
        self, sentence: str = "Entra groups (groups.yaml) cannot be read without {missing}."
    ) -> None:
        """Raise SettingsError unless the bot has credentials of its own in Entra."""
        missing = [
            name
            for name, value in (
                ("PERFBOT_APP_ID", self.app_id),
                ("PERFBOT_APP_PASSWORD", self.app_password.get_secret_value()),
                ("PERFBOT_APP_TENANT_ID", self.app_tenant_id),
            )
            if not value.strip()
        ]
        if missing:
            raise SettingsError(sentence.format(missing=", ".join(missing)))

    def listing(self) -> list[tuple[str, str, str]]:
        """(variable, value now, description) of every setting, in order; a secret's value is "set" or "not
        set".
        """
        rows = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                shown = "set" if value.get_secret_value() else "not set"
            elif isinstance(value, tuple):
                shown = ", ".join(str(each) for each in value)
            else:
                shown = str(value)
            rows.append((f"PERFBOT_{name.upper()}", shown, field.description or ""))
        return rows


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(**changed: Any) -> Settings:
    """The settings of the environment, with `changed` (field names) on top: options of the command line.

    Raises SettingsError with one sentence that names every wrong variable.
    """
    try:
        return Settings(**changed)
    except ValidationError as error:
        faults = []
        for fault in error.errors(include_input=False, include_url=False, include_context=False):
            variable = "PERFBOT_" + str(fault["loc"][0]).upper() if fault["loc"] else "The settings"
            faults.append(f"{variable} {fault['msg'].removeprefix('Value error, ')}")
        raise SettingsError("; ".join(faults) + ".") from None
