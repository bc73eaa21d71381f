"""Runs the migrations in one transaction, while nobody else does: alembic executes this file.

Offline it writes them down for a dialect instead, which is how `schema/*.sql` are made (see `snapshot.py`).
"""

from alembic import context
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url

from pupitre.store.postgresql import SCHEMA
from pupitre.store.schema import MIGRATION_LOCK


def _offline(dialect: str) -> None:
    context.configure(
        dialect_name=dialect,
        as_sql=True,
        output_buffer=context.config.attributes["output"],
        transactional_ddl=False,
        version_table_schema=SCHEMA if dialect == "postgresql" else None,
    )
    context.run_migrations()


def _online(url: str) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, connect_args={"timeout": 30, "isolation_level": None})
        # The driver would begin late and end early; here the lock is taken first and everything is one transaction.
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        engine = create_engine(address.set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        _migrate(connection)
    engine.dispose()


def _migrate(connection: Connection) -> None:
    on_postgresql = connection.dialect.name == "postgresql"
    if on_postgresql:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}, public")
    context.configure(
        connection=connection, transactional_ddl=True, version_table_schema=SCHEMA if on_postgresql else None
    )
    context.run_migrations()


if context.is_offline_mode():
    _offline(context.config.attributes["dialect"])
else:
    _online(context.config.attributes["url"])
