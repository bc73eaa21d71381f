"""A running fake desk and a browser for the tests of the demo page."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import Page, async_playwright
from tests.demo.fake_desk import FakeDesk, application

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
async def address(desk: FakeDesk) -> AsyncIterator[str]:
    config = uvicorn.Config(application(desk), log_level="warning", timeout_graceful_shutdown=1, ws="none")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    desk.closing.set()
    server.should_exit = True
    await running


class Visit:
    """The page as a visitor has it open, with everything that went wrong or went out noted."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:")):
            self.foreign.append(url)

    async def call(self) -> None:
        await self.page.click("#call")
        await self.heard()

    async def heard(self) -> None:
        """Waits until the desk listens."""
        await self.page.wait_for_selector('.phone[data-phase="listening"]')

    async def say(self, words: str) -> None:
        await self.heard()
        await self.page.fill("#words", words)
        await self.page.press("#words", "Enter")

    async def book_until_offers(self) -> None:
        await self.call()
        for words in ("Je voudrais un rendez-vous", "Oui", "mardi matin ou jeudi après-midi"):
            await self.say(words)
        await self.page.wait_for_selector(".hold.mine")
        await self.heard()

    async def ended(self) -> None:
        await self.page.wait_for_selector('.phone[data-phase="ended"]')


@pytest.fixture
async def visit(address: str) -> AsyncIterator[Visit]:
    async with visiting(address) as visit:
        yield visit


@asynccontextmanager
async def visiting(address: str) -> AsyncIterator[Visit]:
    """A browser with the page open, and ready."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        visit = Visit(page, address)
        await page.goto(address)
        await page.wait_for_selector("html[data-ready]")
        yield visit
        await browser.close()
