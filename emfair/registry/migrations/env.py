"""Alembic's entry: runs the revisions on the connection that `emfair.registry.schema` gives."""

from alembic import context

from emfair.registry.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
