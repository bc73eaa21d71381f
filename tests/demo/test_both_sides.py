"""The demo in hybrid mode as a visitor finds it: both sides of an appointment, the agent's part, time, reminders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from tests.demo.conftest import Visit
from tests.demo.running import running

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("browser")]

MARCEL, FATIMA = "Marcel Lefèvre", "Fatima Haddad"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("demo")) as demo:
        yield demo.address


@pytest.fixture
async def client(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(address) as client:
        yield client


async def week(client: aiohttp.ClientSession, start: str | None = None) -> dict[str, object]:
    async with client.get("/demo/week", params={"start": start} if start else {}) as answer:
        return await answer.json()


async def of(client: aiohttp.ClientSession, patient: str) -> dict[str, object]:
    """The patient's first appointment, this week or next."""
    first = await week(client)
    later = await week(client, str(datetime.fromisoformat(first["days"][0]).date() + timedelta(days=7)))
    found = [one for one in [*first["appointments"], *later["appointments"]] if one["patient_name"] == patient]
    return found[0]


async def show(visit: Visit, one: dict[str, object]) -> None:
    """Open the appointment from the week, as a visitor does."""
    await visit.page.evaluate(
        f"document.querySelector('[data-id=\"{one['id']}\"]') || document.getElementById('next').click()"
    )
    await visit.page.click(f'.booked[data-id="{one["id"]}"] button')
    await visit.page.wait_for_selector("#sides:not([hidden]) [data-live]")


async def play(visit: Visit, where: str, what: str, *, later_by: int = 1) -> None:
    """The agent moves it by so many hours that day, or deletes it."""
    if await visit.page.locator(f'[name="where"][value="{where}"]').count():
        await visit.page.check(f'[name="where"][value="{where}"]')
    times = visit.page.locator('[name="time"]')
    if what == "move":
        chosen = await times.evaluate("one => one.selectedIndex")
        await times.select_option(index=chosen + 4 * (later_by - 1))
    await visit.page.click(f'#sides-part [data-what="{what}"]')


async def verdict(visit: Visit, words: str) -> None:
    """Waits until the verdict says so."""
    await visit.page.wait_for_selector(f'#sides .verdict:has-text("{words}")', timeout=10_000)


async def told(visit: Visit, words: str) -> None:
    await visit.page.wait_for_selector(f'#sides .story li:has-text("{words}")', timeout=10_000)


async def test_an_appointment_is_shown_as_both_sides_have_it(visit: Visit, client: aiohttp.ClientSession):
    await show(visit, await of(client, "Simone Petit"))

    await verdict(visit, "Les deux côtés disent la même chose")
    assert await visit.page.locator("#sides tbody tr").count() == 7
    assert await visit.page.locator("#sides tr.unlike").count() == 0
    assert "x_gcal_etag" in await visit.page.locator("#sides table").inner_text()
    assert visit.complaints == []
    assert visit.foreign == []


async def test_what_an_agent_moves_in_google_is_a_conflict_that_a_person_ends(
    visit: Visit, client: aiohttp.ClientSession
):
    before = await of(client, "Lucien Faure")
    await show(visit, before)
    await play(visit, "google", "move")

    await verdict(visit, "Le standard n’écrase rien")
    await told(visit, "Dans Google, l’agent met l’événement")
    await told(visit, "Google annonce un changement : conflit")
    await told(visit, "conflit à trancher")
    await visit.page.wait_for_selector(f'.booked.ghost[data-of="{before["id"]}"]')

    await visit.page.click('[data-keep="planning"]')
    await verdict(visit, "Les deux côtés disent la même chose")
    after = await of(client, "Lucien Faure")
    assert datetime.fromisoformat(after["start"]) == datetime.fromisoformat(before["start"]) + timedelta(hours=1)
    await visit.page.wait_for_selector(".booked.ghost", state="detached")


async def test_both_ways_odoo_follows_what_an_agent_moves_in_google(visit: Visit, client: aiohttp.ClientSession):
    before = await of(client, "Andrée Roux")
    await show(visit, before)
    await visit.page.check('[name="two_way"]')
    await play(visit, "google", "move")

    await told(visit, "Odoo suit Google")
    await verdict(visit, "Les deux côtés disent la même chose")
    after = await of(client, "Andrée Roux")
    await visit.page.uncheck('[name="two_way"]')
    assert datetime.fromisoformat(after["start"]) == datetime.fromisoformat(before["start"]) + timedelta(hours=1)
    assert after["agreement"] == "agree"


async def test_what_an_agent_deletes_in_google_is_put_back_when_odoo_is_kept(
    visit: Visit, client: aiohttp.ClientSession
):
    before = await of(client, "Paul Mercier")
    await show(visit, before)
    await play(visit, "google", "delete")
    await verdict(visit, "Google n’a plus l’événement")
    await visit.page.click('[data-keep="record"]')

    await verdict(visit, "Les deux côtés disent la même chose")
    assert (await of(client, "Paul Mercier"))["start"] == before["start"]


async def test_what_an_agent_moves_in_odoo_is_carried_over_at_the_next_reading(
    visit: Visit, client: aiohttp.ClientSession
):
    before = await of(client, "Colette Blanc")
    await show(visit, before)
    await play(visit, "odoo", "move")
    await verdict(visit, "Odoo n’annonce rien")
    await visit.page.click("#time")
    await visit.page.click('[data-advance="PT15M"]')

    await told(visit, "Google suit Odoo")
    await verdict(visit, "Les deux côtés disent la même chose")


async def ring(visit: Visit, client: aiohttp.ClientSession, patient: str, leap: str) -> None:
    """Let time pass until the patient's phone rings; whoever else is called meanwhile lets a machine answer."""
    await visit.page.click("#time")
    await visit.page.click(f"#time-menu {leap}")
    await visit.page.wait_for_selector("#time-menu", state="hidden")
    async with client.get("/demo/time") as answer:
        others = [one for one in (await answer.json())["ringing"] if one["patient"] != patient]
    for other in others:
        address = f"/v1/reminders/{quote(other['reminder_id'])}/unanswered"
        async with client.post(address, json={"outcome": "machine"}) as answer:
            assert answer.ok
    await visit.page.wait_for_selector(f'#ringing:not([hidden]) :text("{patient}")')


async def test_a_reminder_rings_and_its_call_moves_the_appointment_on_both_sides(
    visit: Visit, client: aiohttp.ClientSession
):
    before = await of(client, FATIMA)
    await ring(visit, client, FATIMA, f'#ahead button:has-text("{FATIMA}")')
    await visit.page.click("#ringing-answer")
    for words in ("Oui, c’est moi", "Je voudrais le déplacer", "le plus tôt possible", "le premier"):
        await visit.say(words)
    await visit.ended()

    assert "Vous avez rendez-vous" in await visit.page.locator("#transcript").inner_text()
    await visit.page.click("#to-both")
    await verdict(visit, "Les deux côtés disent la même chose")
    await told(visit, "veut déplacer")
    weeks = [await week(client, start) for start in (None, before["start"][:10])]
    found = {one["start"]: one["agreement"] for one in weeks[0]["appointments"] if one["id"] == before["id"]}
    found |= {one["start"]: one["agreement"] for one in weeks[1]["appointments"] if one["id"] == before["id"]}
    assert list(found.values()) == ["agree"]
    assert before["start"] not in found


async def test_a_reminder_nobody_takes_rings_again_an_hour_later(visit: Visit, client: aiohttp.ClientSession):
    await ring(visit, client, MARCEL, f'#ahead button:has-text("{MARCEL}")')
    await visit.page.click('#ringing [data-outcome="no_answer"]')
    await visit.page.wait_for_selector("#ringing", state="hidden")
    await ring(visit, client, MARCEL, '[data-advance="PT1H"]')
    await visit.page.click('#ringing [data-outcome="machine"]')
    await visit.ended()

    assert "Lefèvre" not in await visit.page.locator("#transcript").inner_text()


async def test_time_does_not_leap_under_a_call(visit: Visit):
    await visit.call()
    await visit.page.click("#time")

    assert await visit.page.locator('[data-advance="PT1H"]').is_disabled()
    await visit.page.keyboard.press("Escape")
    await visit.page.click("#call")


async def test_the_demos_time_passes_by_itself(client: aiohttp.ClientSession):
    async def now() -> datetime:
        async with client.get("/demo/time") as answer:
            return datetime.fromisoformat((await answer.json())["now"])

    before = await now()
    await asyncio.sleep(2.5)
    assert before + timedelta(seconds=1) < await now() < before + timedelta(minutes=1)


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Origin": "null"}])
@pytest.mark.parametrize("path", ["/", "/demo/week", "/demo/sides/1", "/demo/time", "/_sandbox/state"])
async def test_a_foreign_page_is_told_nothing(client: aiohttp.ClientSession, headers: dict[str, str], path: str):
    async with client.get(path, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/ivr", {"call_id": "x", "event": "call_start"}),
        ("/demo/agent", {"id": 1, "where": "google", "what": "delete"}),
        ("/demo/time", {"advance": "P1D"}),
        ("/demo/keep", {"id": 1, "side": "record"}),
        ("/demo/sync", {"two_way": True}),
    ],
)
async def test_a_foreign_page_can_do_nothing(client: aiohttp.ClientSession, path: str, body: dict[str, object]):
    async with client.post(path, json=body, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/demo/agent", {"id": 999_999, "where": "google", "what": "delete"}, 404),
        ("/demo/agent", {"id": 1, "where": "odoo", "what": "move"}, 422),
        ("/demo/agent", {"id": 1, "where": "outlook", "what": "move"}, 422),
        ("/demo/keep", {"id": 1, "side": "planning"}, 422),
        ("/demo/time", {}, 422),
        ("/demo/time", {"advance": "P400D"}, 422),
        ("/demo/time", {"until": "2026-01-05T09:00:00"}, 422),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(
    client: aiohttp.ClientSession, path: str, body: dict[str, object], status: int
):
    async with client.post(path, json=body) as answer:
        assert answer.status == status
        assert (await answer.json())["detail"]


async def test_the_emulators_stop_with_the_demo(tmp_path: Path):
    with running(tmp_path) as demo:
        emulators = urlsplit(next(line.split()[1] for line in demo.lines if line.startswith("Emulators: ")))
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"http://{emulators.netloc}/odoo/web/health") as answer,
        ):
            assert answer.status == 200
        demo.process.terminate()
        await asyncio.to_thread(demo.process.communicate, timeout=5)

        assert demo.process.returncode == 0
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(emulators.hostname, emulators.port)
