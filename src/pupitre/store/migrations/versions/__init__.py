"""One file per revision; see `store/migrate.py`."""
