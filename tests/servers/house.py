"""The demo's example desk in hybrid mode within this process: no server, nobody's clock but the test's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pupitre.commands.demo import emulated, make_demo
from pupitre.config import load
from pupitre.tenant import Tenant
from pupitre.web.demo.example import load as load_example
from pupitre.wiring import House, open_house


@asynccontextmanager
async def example_house(folder: Path) -> AsyncIterator[tuple[House, Tenant]]:
    """The house, in which nothing happens by itself."""
    async with emulated(folder, "hybrid", 0) as emulators:
        await make_demo(folder, "hybrid", 0, emulators)
        house = await open_house(load(folder / "pupitre.toml"))
        house.launch(working=False)
        try:
            await load_example(house, house.tenants["demo"])
            yield house, house.tenants["demo"]
        finally:
            await house.close()
