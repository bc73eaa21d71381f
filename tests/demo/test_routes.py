"""What the demo page's routes answer, without a browser."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
from tests.demo.fake_desk import FakeDesk

import pupitre.web.demo

ROOM = Path(pupitre.web.demo.__file__).parent


async def test_the_page_forbids_itself_every_other_host(address: str):
    async with aiohttp.ClientSession() as client, client.get(address) as answer:
        policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "http" not in policy


async def test_a_week_that_is_no_day_is_refused_in_words(address: str):
    async with aiohttp.ClientSession() as client, client.get(f"{address}/demo/week?start=demain") as answer:
        assert answer.status == 400
        assert answer.content_type == "application/problem+json"


async def test_a_change_is_told_to_everybody_who_looks(address: str, desk: FakeDesk):
    live = f"{address}/demo/live"
    async with aiohttp.ClientSession() as client, client.get(live) as first, client.get(live) as second:
        for stream in (first, second):
            await stream.content.readuntil(b": open\n\n")
        desk.bell.ring("hold")
        for stream in (first, second):
            assert await stream.content.readuntil(b"\n\n") == b"data: hold\n\n"


async def test_the_stream_of_changes_ends_with_the_server(address: str, desk: FakeDesk):
    async with aiohttp.ClientSession() as client, client.get(f"{address}/demo/live") as stream:
        await stream.content.readuntil(b": open\n\n")
        desk.closing.set()

        assert await stream.content.read() == b""


def test_everything_the_page_loads_is_in_the_package():
    """Fonts, styles and scripts are vendored: no address of another host stands in any of them."""
    loaded = [path for path in ROOM.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg"}]
    foreign = re.compile(r"https?://(?!www\.w3\.org/)")

    assert len(loaded) > 15
    assert [path.name for path in loaded if foreign.search(path.read_text(encoding="utf-8"))] == []


def test_no_script_or_style_is_longer_than_400_lines():
    assert [path for path in ROOM.rglob("*.[cj]s*") if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []
