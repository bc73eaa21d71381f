"""The desk's own memory: calls and their journal, claims on time, commitments, tasks, due work, and local mode's rows.

One door (`Database`) with SQLite or PostgreSQL behind it; SQL lives in `queries/*.sql`; one module per subject speaks
to it in domain words. Every query names its tenant; `now` is always given, never read.
"""

from pupitre.store.database import Database, Query, Result, Row, Statement
from pupitre.store.migrate import migrate
from pupitre.store.open import open_database

__all__ = ["Database", "Query", "Result", "Row", "Statement", "migrate", "open_database"]
