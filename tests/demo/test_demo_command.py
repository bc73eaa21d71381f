"""Calls on `pupitre demo` as a visitor finds it: one command, a real desk and browser, Odoo and Google emulated."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from tests.demo.conftest import Visit, visiting
from tests.demo.running import running

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo.address


async def _table(address: str) -> dict[str, dict[str, object]]:
    """The week's appointments by id."""
    async with aiohttp.ClientSession() as client, client.get(f"{address}/demo/week") as answer:
        return {str(one["id"]): one for one in (await answer.json())["appointments"]}


async def test_a_visitor_books_and_sees_it_in_the_week(visit: Visit, address: str):
    before = await _table(address)
    await visit.call()
    for words in ("Je voudrais un rendez-vous", "Oui, c’est bien moi", "le plus tôt possible", "le premier"):
        await visit.say(words)
    await visit.page.wait_for_selector(".booked.recent")
    assert await visit.page.locator('[data-fact="appointment"]').inner_text() != ""
    await visit.say("oui")
    await visit.ended()

    made = [one for key, one in (await _table(address)).items() if key not in before]
    assert [one["patient_name"] for one in made] == ["Jeanne Rousseau"]
    said = await visit.page.locator(".bubble.desk").all_inner_texts()
    assert "C'est noté" in said[-1]
    assert visit.complaints == []
    assert visit.foreign == []


async def test_a_visitor_cancels_and_it_leaves_the_week(visit: Visit, address: str):
    before = await _table(address)
    await visit.page.select_option("#caller", index=1)
    await visit.call()
    for words in ("Je voudrais annuler mon rendez-vous", "oui", "oui"):
        await visit.say(words)
    await visit.ended()

    gone = before.keys() - (await _table(address)).keys()
    assert [before[key]["patient_name"] for key in gone] == ["Marcel Lefèvre"]


async def test_everything_can_be_keyed(visit: Visit, address: str):
    before = await _table(address)
    await visit.call()
    await visit.page.click("#keys-toggle")
    for key in "1112":
        await visit.heard()
        await visit.page.click(f'[data-key="{key}"]')
    await visit.page.wait_for_selector(".booked.recent")

    assert len(await _table(address)) == len(before) + 1


async def test_leaving_the_page_frees_what_was_held(visit: Visit, address: str):
    await visit.call()
    for words in ("Je voudrais un rendez-vous", "oui", "mardi matin"):
        await visit.say(words)
    await visit.page.wait_for_selector(".hold.mine")
    await visit.page.goto("about:blank")

    async with asyncio.timeout(5), aiohttp.ClientSession() as client:
        while True:
            async with client.get(f"{address}/demo/week") as answer:
                if not (await answer.json())["holds"]:
                    return
            await asyncio.sleep(0.1)


async def test_two_visitors_see_one_another_live(visit: Visit, address: str):
    async with visiting(address) as other:
        await visit.call()
        for words in ("Je voudrais un rendez-vous", "oui", "le plus tôt possible"):
            await visit.say(words)

        await other.page.wait_for_selector(".hold:not(.mine)")
        await visit.say("le premier")
        await other.page.wait_for_selector(".booked.recent")


async def test_an_open_page_does_not_hold_up_the_stop(tmp_path: Path):
    """Were its stream of changes cut off at the end of the server's patience, the log would show an error."""
    with running(tmp_path) as demo:
        async with visiting(demo.address) as visit:
            await visit.page.wait_for_selector("#live:not(.down)")
            demo.process.terminate()
            _, log = await asyncio.to_thread(demo.process.communicate, timeout=5)

    assert demo.process.returncode == 0
    assert "ERROR" not in log
    assert "Traceback" not in log
