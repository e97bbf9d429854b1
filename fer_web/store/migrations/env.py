"""What Alembic runs to apply migrations: in the transaction that is already open."""

from __future__ import annotations

from alembic import context

from fer_web.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
