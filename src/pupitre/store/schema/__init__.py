"""The schema as the migrations leave it, written down for each database: how a new store is made.

`sqlite.sql` and `postgresql.sql` are made by `python -m pupitre.store.migrations.snapshot`, never by hand; a test says
when they are behind. A new store so costs milliseconds, and alembic is loaded only where there is something to upgrade.
"""

from importlib.resources import files

from pupitre.store.database import Dialect

MIGRATION_LOCK = 0x70757069747265
"""Key of the advisory lock that lets one process change the schema at a time ("pupitre" in ASCII)."""


def creation(dialect: Dialect) -> str:
    """The statements that make a new store."""
    return files(__package__).joinpath(f"{dialect}.sql").read_text("utf-8")
