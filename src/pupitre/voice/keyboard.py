"""Lines from the keyboard without stopping the loop, with the editing and history of readline where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading

import click

with contextlib.suppress(ImportError):
    import readline  # noqa: F401 -- input() edits lines once it is imported


class Keyboard:
    """Reads one line at a time in a thread that never keeps the program from ending."""

    async def read_line(self, prompt: str) -> str | None:
        """The next line without its end; None at the end of input."""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str | None] = loop.create_future()

        def tell(text: str | None) -> None:
            if not line.done():
                line.set_result(text)

        def read() -> None:
            try:
                text = input(prompt) if _at_a_terminal() else input()
            except EOFError:
                text = None
            if text is not None and not _at_a_terminal():
                click.echo(prompt + text)  # without its colours where nobody sees any
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, text)

        threading.Thread(target=read, daemon=True).start()
        return await line


def _at_a_terminal() -> bool:
    """Whether what is typed is seen as it is typed, and colours are colours."""
    return sys.stdin.isatty() and sys.stdout.isatty()
