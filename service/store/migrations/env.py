"""Run by Alembic: the migrations on the connection that ``upgrading`` holds the lock on."""

from __future__ import annotations

from alembic import context

from service.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
