"""`perfbot purge`: drops what has been kept as long as the settings say. The record of answers is never purged."""

from __future__ import annotations

from datetime import timedelta

import typer

from bot.commands import common


def register(app: typer.Typer) -> None:
    """Adds this command."""
    app.command("purge")(purge)


def purge(as_json: common.AsJson = False) -> None:
    """Forgets conversations, unclear questions, old posts' content and answered activities (PERFBOT_KEEP_...).

    The record of answers stays whole: perfbot audit export writes and seals a copy of it.
    """

    async def forget() -> dict[str, int]:
        from bot.audit import server_entry

        config, now = common.settings(), common.now()
        async with common.opened_store(config) as store:
            contexts = now - timedelta(days=config.keep_contexts_days)
            gone = {
                "contexts": await store.contexts.forget_before(contexts),
                "choices": await store.choices.forget_before(contexts),
                "unclear_questions": await store.unclear.forget_before(
                    now - timedelta(days=config.keep_unclear_days)
                ),
                "posts_emptied": await store.briefings.empty_before(
                    now - timedelta(days=config.keep_deliveries_days)
                ),
                "activities": await store.activities.forget_before(
                    now - timedelta(days=config.keep_activities_days)
                ),
                "buttons": await store.cards.forget_expired(now),
            }
            await common.recorder(config, store).keep(server_entry(now, "purge", gone))
        return gone

    gone = common.run(forget())
    if as_json:
        common.say_json(gone)
        return
    for what, count in gone.items():
        common.say(f"{what.replace('_', ' ')}: {count:,}")
