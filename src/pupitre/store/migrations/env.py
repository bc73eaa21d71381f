"""Runs the migrations in one transaction, while nobody else does: alembic executes this file."""

from alembic import context
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url

from pupitre.store.postgresql import SCHEMA

_LOCK = 0x70757069747265
"""Key of the advisory lock that lets one process migrate at a time ("pupitre" in ASCII)."""


def _migrate(connection: Connection) -> None:
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}, public")
    context.configure(
        connection=connection, transactional_ddl=True, version_table_schema=SCHEMA if on_postgresql else None
    )
    context.run_migrations()


url = make_url(context.config.attributes["url"])
if url.get_backend_name() == "sqlite":
    engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": None})
    # The driver would begin late and end early; here the lock is taken first and everything is one transaction.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
else:
    engine = create_engine(url.set(drivername="postgresql+psycopg"))
with engine.begin() as connection:
    _migrate(connection)
engine.dispose()
