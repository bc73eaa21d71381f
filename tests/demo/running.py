"""`pupitre demo` as a process of its own, on a free port."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Running:
    process: subprocess.Popen[str]
    address: str
    lines: Sequence[str]
    """What it said before it was ready."""


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    """The command, once it answers."""
    command = [sys.executable, "-m", "pupitre", "demo", "--port", "0", "--data", str(folder), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            if line.startswith("ready "):
                yield Running(process, line.split()[1], lines)
                break
            lines.append(line)
        else:
            assert process.stderr is not None
            raise AssertionError(process.stderr.read())
        process.kill()
