"""What the commands share: dates, output, settings, the extract, the store, the assistant."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from kpi_engine.errors import InputError

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.audit import StoreRecorder
    from bot.audit_lines import AuditLines
    from bot.engines import Engines
    from bot.memory import Memory
    from bot.past import Past
    from bot.settings import Settings
    from bot.settings_record import SettingsOnRecord
    from bot.store import Store
    from kpi_engine.engine import Engine

T = TypeVar("T")

At = Annotated[str | None, typer.Option("--at", metavar="DATE", help="As-at date; default the extract's.")]
As = Annotated[str | None, typer.Option("--as", metavar="USER_ID", help="Who asks (local_users).")]
Known = Annotated[
    str | None, typer.Option("--known", metavar="DATE", help="Answer from the extract that was current then.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text.")]


def parse_date(text: str | None, option: str) -> date | None:
    """An ISO date of an option; raises InputError, naming the option, for anything else."""
    if text is None:
        return None
    try:
        if len(text) != len("2026-11-15"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{option} must be a date such as 2026-11-15, not {text!r}.") from None


def say(text: str) -> None:
    """One piece of output on stdout."""
    typer.echo(text)


def say_json(value: Any, *, lines: bool = False) -> None:
    """JSON on stdout: indented for a person, or one line for a stream of answers."""
    say(json.dumps(value, ensure_ascii=False, indent=None if lines else 2))


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def midnight(day: date) -> datetime:
    """The beginning of a day (UTC)."""
    return datetime.combine(day, datetime.min.time(), UTC)


def settings(**changed: Any) -> Settings:
    """The settings of the environment, with `changed` on top; raises SettingsError with one sentence."""
    from bot.settings import load_settings

    return load_settings(**changed)


def open_engine(home: Path, known: str | None = None) -> Engine:
    """The current extract of PERFBOT_HOME, or the one that was current on `known`; raises InputError if none
    is.
    """
    import kpi_engine

    day = parse_date(known, "--known")
    return kpi_engine.open_known(home, day) if day else kpi_engine.open_current(home)


def as_at(engine: Engine, at: str | None) -> date:
    """The date of `--at`, checked against the extract's; default the extract's."""
    day = parse_date(at, "--at")
    if day is None:
        return engine.as_at
    if day > engine.as_at:
        raise InputError(
            f"--at {day} is after the extract's date ({engine.as_at}): load a newer extract first."
        )
    return day


@dataclass(frozen=True)
class Desk:
    """Everything a command needs to answer questions and record what it did."""

    settings: Settings
    engine: Engine
    store: Store
    assistant: Assistant


@asynccontextmanager
async def desk(
    *,
    at: str | None = None,
    known: str | None = None,
    config: Settings | None = None,
    engines: Engines | None = None,
    memory: Memory | None = None,
    remember: bool = False,
) -> AsyncIterator[Desk]:
    """Opens the extract and the store, and closes the store again.

    engines: where a running bot finds its extract; default the one that is current now, or `known`.
    memory: where contexts are kept; default this process, or, with `remember`, the store.
    """
    from bot.assistant import Assistant
    from bot.dialogs.subscribe import Posts
    from bot.engines import FixedEngine
    from bot.memory import Forgetful, StoreMemory
    from bot.own_words import OwnWords
    from bot.pace import Pace
    from bot.restricted import Directors, OpenedOnRecord, RestrictedCases
    from bot.seals import Seals
    from bot.store import load_cipher

    config = config or settings()
    idle = timedelta(minutes=config.forget_context_after_minutes)
    found = engines or with_groups(config, FixedEngine(open_engine(config.home, known)))
    day = as_at(found.current(), at) if at else None
    async with opened_store(config) as store:
        cipher = load_cipher(config)
        kept = memory or (StoreMemory(store.contexts, store.choices, idle) if remember else Forgetful(idle))
        assistant = Assistant(
            found,
            kept,
            recorder(config, store),
            store.unclear,
            channels=store.channels,
            restricted=RestrictedCases(config.home),
            opened=OpenedOnRecord(store.audit),
            directors=Directors(store.briefings),
            pace=Pace(config.questions_a_minute) if remember else None,
            posts=Posts(store.subscriptions, config.zone),
            desk=store.briefings,
            seals=Seals(cipher),
            settings_record=_settings_record(config, store, environment=remember) if known is None else None,
            zone=config.zone,
            past=_past(config, store) if known is None else None,
            as_at=day,
            events=_events(config),
            case_link=config.case_link_template or None,
            own_words=OwnWords(config.home),
        )
        yield Desk(config, found.current(), store, assistant)


def _past(config: Settings, store: Store) -> Past:
    from bot.past import Past
    from bot.told import Told

    return Past(Told(store.sent_figures, config.zone, config.corrections_weeks))


def with_groups(config: Settings, engines: Engines) -> Engines:
    """The same engines with the people of the Entra groups of groups.yaml; as they are where there is no such file.

    Raises InputError for a file that cannot be used, SettingsError where the bot cannot sign in to ask.
    """
    from bot.entra.groups import read_groups

    if not (places := read_groups(config.home)):
        return engines
    from bot.entra.graph import Graph
    from bot.entra.people import WithGroups

    config.check_can_sign_in()
    last_known = timedelta(minutes=config.groups_last_known_minutes)
    return WithGroups(engines, Graph(config), places, last_known, now)


def _events(config: Settings) -> dict[str, tuple[date, date]]:
    """The dated spans of PERFBOT_SCHOOL_HOLIDAYS; raises InputError for one that cannot be read."""
    found = {}
    for entry in config.school_holidays:
        name, _, span = entry.partition("=")
        try:
            first, last = (date.fromisoformat(day.strip()) for day in span.split("/"))
        except ValueError:
            raise InputError(
                f"PERFBOT_SCHOOL_HOLIDAYS: {entry!r} must be name=first/last with two dates."
            ) from None
        found[name.strip()] = (first, last)
    return found


def _settings_record(config: Settings, store: Store, *, environment: bool) -> SettingsOnRecord:
    from bot.settings_record import SettingsOnRecord

    return SettingsOnRecord(config, store.audit, recorder(config, store), environment=environment)


@asynccontextmanager
async def opened_store(config: Settings) -> AsyncIterator[Store]:
    """The store of these settings; its folder is made when it is missing."""
    from bot.store import load_cipher, open_store

    config.home.mkdir(parents=True, exist_ok=True)
    store = await open_store(config.store_url, load_cipher(config))
    try:
        yield store
    finally:
        await store.close()


def recorder(config: Settings, store: Store) -> StoreRecorder:
    """Where everything that is answered or done is recorded, with its second copy where one is set."""
    from bot.audit import StoreRecorder

    return StoreRecorder(store.audit, audit_lines(config, store))


def audit_lines(config: Settings, store: Store) -> AuditLines | None:
    """The second copy of the record, or None where none is set."""
    from bot.audit_lines import AuditLines

    return AuditLines(Path(config.audit_lines), store.audit) if config.audit_lines else None


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs one command's work to its end."""
    return asyncio.run(work)


def record_operator(
    event: str, done: Mapping[str, Any], person_id: str | None = None, children: Iterable[str | None] = ()
) -> None:
    """Keeps one entry for what was done on the server, by the operator or by `--as`, and whose rows were shown."""
    from bot.audit import server_entry

    async def keep() -> None:
        config = settings()
        async with opened_store(config) as store:
            await recorder(config, store).keep(server_entry(now(), event, done, person_id, children=children))

    run(keep())
