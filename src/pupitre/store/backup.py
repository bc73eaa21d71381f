"""A consistent copy of the store while it is in use, as one file that only its owner may read."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit, urlunsplit

from pupitre.ports import ConfigError, Unavailable
from pupitre.store.open import sqlite_path

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a store (sqlite.org/tempfiles.html)."""


async def backup(url: str, target: Path) -> None:
    """Copy the store behind `url` to `target`; a file that is there is replaced only by a copy that is complete.

    SQLite: the copy is itself a store. PostgreSQL: the whole database in `pg_dump`'s custom format, for `pg_restore`.
    Raises ConfigError when there is nothing to copy, when `target` is the store itself, or without `pg_dump`;
    Unavailable when the copy cannot be made.
    """
    path = sqlite_path(url)
    if path and not path.exists():
        raise ConfigError(f"There is no store at {path}. Start pupitre serve once, or correct the database's address.")
    if path and _is_of(path, target):
        raise ConfigError(f"{target} is the store itself. Choose another file for the copy.")
    copy = (lambda part: _copy_sqlite(path, part)) if path else (lambda part: _dump_postgresql(url, part))
    await asyncio.to_thread(_in_place_of, target, copy)


def _is_of(store: Path, target: Path) -> bool:
    """Whether this is the store's own file, by whatever name, or one that SQLite keeps beside it."""
    return target.resolve() in {store.resolve().with_name(store.resolve().name + kind) for kind in ("", *_BESIDE)}


def _in_place_of(target: Path, copy: Callable[[Path], None]) -> None:
    try:
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            part = Path(folder, target.name)
            part.touch(0o600)
            copy(part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise Unavailable(f"the copy cannot be written to {target}: {error.strerror}") from error


def _copy_sqlite(path: Path, part: Path) -> None:
    """One statement reads one state of the whole store, while others go on writing (sqlite.org/lang_vacuum.html)."""
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(part),))
    except sqlite3.Error as error:
        raise Unavailable(f"the store cannot be copied: {error}") from error


def _dump_postgresql(url: str, part: Path) -> None:
    address = urlsplit(url)
    # The password goes by the environment: other users of the machine can read a command line.
    host = address.netloc.rpartition("@")[2]
    user = f"{address.username}@" if address.username else ""
    named = urlunsplit(address._replace(netloc=f"{user}{host}"))
    environment = dict(os.environ)
    if address.password:
        environment["PGPASSWORD"] = unquote(address.password)
    run = ["pg_dump", "--format=custom", "--no-owner", "--no-password", f"--file={part}", f"--dbname={named}"]
    try:
        subprocess.run(run, env=environment, check=True, capture_output=True, text=True)  # noqa: S603  no shell, our own words
    except FileNotFoundError as error:
        raise ConfigError(
            "pg_dump is missing. Install PostgreSQL's client programs (Debian: postgresql-client)."
        ) from error
    except subprocess.CalledProcessError as error:
        raise Unavailable(f"pg_dump could not copy the store: {error.stderr.strip()}") from error
