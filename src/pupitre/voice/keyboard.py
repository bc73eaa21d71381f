"""Lines from the keyboard without stopping the loop, with the editing and history of readline where there is one."""

from __future__ import annotations

import asyncio
import contextlib
import threading

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
                text = input(prompt)
            except EOFError:
                text = None
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, text)

        threading.Thread(target=read, daemon=True).start()
        return await line
