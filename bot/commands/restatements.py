"""`perfbot restatements`: figures that were sent and are other ones by the current extract, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from bot.commands import common

if TYPE_CHECKING:
    from datetime import date

    from bot.dialogs.corrections import Correction
    from bot.settings import Settings
    from bot.store import Telling
    from bot.told import History
    from kpi_engine.engine import Engine
    from kpi_engine.question import Scope


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("restatements")(restatements)


def restatements(
    since: str | None = typer.Option(
        None, "--since", metavar="DATE", help="Only what nobody had been told of before that day."
    ),
    as_: common.As = None,
    as_json: common.AsJson = False,
) -> None:
    """Figures sent in the last PERFBOT_CORRECTIONS_WEEKS weeks that are other ones now, by child and record."""
    from bot.audit import children_shown
    from bot.commands.extracts import scope_of
    from bot.wording import Names
    from bot.wording import corrections as words

    config, day = common.settings(), common.parse_date(since, "--since")
    engine = common.open_engine(config.home)
    scope = scope_of(engine, as_)
    found = _found(config, engine, scope, common.run(_tellings(config)), day)
    told = [each.to_json(rows=True) for each in found]
    shown = children_shown({"corrections": told})
    common.record_operator("restatements", {"since": since, "figures": len(told)}, as_, shown)
    if as_json:
        common.say_json(told)
        return
    names = Names.of(engine, scope)
    for one in told:
        common.say(f"{names.unit(one['told']['unit'])}: {words.line(one)}")
        for row in words.details(one, names):
            common.say(f"  - {row}")
    if not told:
        common.say("Nothing that was sent is another figure now.")


def sent_figures() -> Mapping[Any, History]:
    """What every figure of the last PERFBOT_CORRECTIONS_WEEKS weeks was first sent as, by its key."""
    from bot.told import histories

    config = common.settings()
    return histories(common.run(_tellings(config)), config.zone)


def sent_as(row: Mapping[str, Any], unit: str, as_at: date, told: Mapping[Any, History]) -> dict[str, Any]:
    """`sent` of one row of `perfbot measures`: what the figure was sent as and when, where that is another one."""
    from kpi_engine.question import Period
    from kpi_engine.sent import SentFigure

    period = Period.from_json(row["period"]) if row.get("period") else None
    history = told.get(SentFigure(row["measure"], unit, as_at, period, None).key)
    if history is None or row.get("no_data") or history.first.value == row["value"]:
        return {}
    return {"sent": {"value": history.first.value, "of": history.first.of, "on": history.on.isoformat()}}


async def _tellings(config: Settings) -> list[Telling]:
    from datetime import timedelta

    async with common.opened_store(config) as store:
        return await store.sent_figures.since(
            common.now() - timedelta(weeks=max(config.corrections_weeks, 1))
        )


def changed_by(config: Settings, extract: str) -> str:
    """A sentence on the figures that are other ones by an extract that was just kept, and the command that shows them;
    "" where there is none, or where a later extract answers."""
    tellings = common.run(_tellings(config))
    if not tellings or (engine := common.open_engine(config.home)).stamp.extract != extract:
        return ""
    today = common.now().astimezone(config.zone).date()
    count = sum(1 for _ in _others(config, engine, tellings, today))
    if not count:
        return ""
    which = "figure that was sent is another one" if count == 1 else "figures that were sent are other ones"
    return f"{count} {which} by this extract. To see which: perfbot restatements --since {today.isoformat()}"


def _others(
    config: Settings, engine: Engine, tellings: list[Telling], since: date | None
) -> Iterator[History]:
    """What was sent and is another figure now; since: only what nobody had been told of before that day."""
    from bot.told import histories
    from kpi_engine.answering.restated import as_now, differs

    for each in histories(tellings, config.zone).values():
        now = as_now(engine, each.first)
        if now is None or not differs(each.first, now):
            continue
        known = each.known_since(now.value)
        if since is None or known is None or known >= since:
            yield each


def _found(
    config: Settings, engine: Engine, scope: Scope, tellings: list[Telling], since: date | None
) -> list[Correction]:
    """What differs, by unit, the newest first; one earlier extract in memory at a time."""
    import kpi_engine
    from bot.dialogs.corrections import Correction
    from kpi_engine.measures import ORDER

    wanted: dict[str, list[History]] = {}
    for each in _others(config, engine, tellings, since):
        wanted.setdefault(each.extract, []).append(each)
    found: list[Correction] = []
    for extract in sorted(wanted):
        before = kpi_engine.open_kept(config.home, extract)
        for each in wanted[extract]:
            one = engine.restated(each.first, before, scope)
            if one is not None:
                found.append(Correction(each.on, one))
    return sorted(
        found,
        key=lambda one: (
            one.restatement.sent.unit_id, -one.restatement.sent.as_at.toordinal(),
            ORDER[one.restatement.sent.measure], str(one.restatement.sent.period),
        ),
    )  # fmt: skip
