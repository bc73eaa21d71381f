"""Which processes are alive: each holds a lock in its own name, and whoever can take that lock knows it is dead.

On one machine the lock is a locked file, on PostgreSQL an advisory lock of a connection of its own. Both are let go by
the system itself when the process dies, however it dies. Everything here blocks: call it from a thread.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol


class Alive(Protocol):
    """One process's sign of life, and its look at those of others."""

    patience: int
    """How often in a row another must be found dead before it is believed."""

    def hold(self) -> None:
        """Show that this process lives; again: make sure that it still shows."""
        ...

    @contextmanager
    def dead(self, name: str) -> Iterator[bool]:
        """Whether the process of that name is dead; if so nobody else gets True inside the block."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class LockedFiles:
    """For the processes of one machine: a locked file for each, beside the database."""

    patience = 1

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._mine: int | None = None

    def _open(self, name: str) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        return os.open(self._folder / f"{name}.alive", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def hold(self) -> None:
        if self._mine is None:
            file = self._open(self._name)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._mine = file

    @contextmanager
    def dead(self, name: str) -> Iterator[bool]:
        file = self._open(name)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
            with suppress(FileNotFoundError):
                (self._folder / f"{name}.alive").unlink()
        finally:
            os.close(file)

    def close(self) -> None:
        if self._mine is not None:
            os.close(self._mine)
            self._mine = None
