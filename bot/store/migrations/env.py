"""Alembic's way in: migrations run on the connection they are given, inside its transaction."""

from __future__ import annotations

from alembic import context

from bot.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
