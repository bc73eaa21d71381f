"""The schema's history, run by alembic (`store/migrate.py`)."""
