"""What Alembic runs: the migrations, inside the transaction that the caller holds."""

from alembic import context

from custodes.estate.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the caller's transaction is the one
)
context.run_migrations()
