"""Writes down what the migrations amount to: `python -m pupitre.store.migrations.snapshot`, after each new one."""

from __future__ import annotations

import io
import re
from pathlib import Path

from alembic import command
from alembic.config import Config

from pupitre.store import schema
from pupitre.store.database import Dialect

_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
_BLANK = re.compile(r"\s+\n")


def snapshot(dialect: Dialect) -> str:
    """Every statement of every migration, for this database."""
    written = io.StringIO()
    config = Config(stdout=written)
    config.set_main_option("script_location", "pupitre.store:migrations")
    config.attributes.update(dialect=dialect, output=written)
    command.upgrade(config, "head", sql=True)
    return _BLANK.sub("\n", _COMMENT.sub("", written.getvalue())).strip() + "\n"


def main() -> None:
    """Write both files where the package is."""
    for dialect in Dialect:
        Path(schema.__file__).with_name(f"{dialect}.sql").write_text(snapshot(dialect), "utf-8")


if __name__ == "__main__":
    main()
