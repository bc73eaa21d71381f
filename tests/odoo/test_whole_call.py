"""Whole calls through `/ivr` of a running desk book, move and cancel in a real Odoo 19; its own calendar shows it."""

import asyncio
import contextlib
import os
import pathlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import async_playwright
from tests.demo.conftest import QUIET
from tests.servers.desk import made, serving

from pupitre.store import open_database, sandbox

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]

PARIS = ZoneInfo("Europe/Paris")
AGENT = "agent1@demo.test"
SEASONS = [
    ("january", datetime(2028, 1, 3, 9, tzinfo=PARIS), "place19"),
    ("july", datetime(2028, 7, 3, 9, tzinfo=PARIS), "place19_with_key"),
]
CHOICE = "{} à quinze heures|le premier"


def settled_at(home, now):
    """The time of the desk in `home`, before it first wakes: nothing is due before it."""

    async def run():
        database = await open_database(f"sqlite:///{home / 'pupitre.db'}")
        try:
            await sandbox.set_clock(database, now)
        finally:
            await database.close()

    asyncio.run(run())


@contextlib.contextmanager
def desk_of(home, place, now):
    """A desk in odoo mode whose Odoo is the real one; its clock stands still."""
    made(home, "--mode", "odoo")
    file = home / "demo.toml"
    text = file.read_text()
    for key, value in {
        "url": f'"{place.settings.url}"',
        "database": f'"{place.settings.database}"',
        "birth_date_field": "",
    }.items():
        was = next(line for line in text.splitlines() if line.startswith(f"{key} = "))
        text = text.replace(was, f"{key} = {value}" if value else "")
    if place.settings.api_key:
        text = text.replace("password = { file", "api_key = { file")
    file.write_text(f'{text}\nagents = ["{AGENT}"]\n')
    (home / "odoo.password").write_text(place.settings.api_key or place.settings.password)
    desk = home / "pupitre.toml"
    desk.write_text("\n".join(line for line in desk.read_text().splitlines() if not line.startswith("emulators")))
    settled_at(home, now)
    with serving(home) as running:
        yield running


class Caller:
    """A patient on the phone."""

    def __init__(self, desk, number):
        self.desk, self.number = desk, number

    def says(self, call_id, *sentences):
        """What the desk answers at last; then the caller hangs up."""
        caller = {"from_e164": self.number, "channel": "pstn"}
        self.desk.patiently(call_id, self.desk.event(call_id, "call_start", caller=caller))
        answer = [self.desk.says(call_id, sentence) for sentence in sentences][-1]
        self.desk.event(call_id, "hangup")
        return answer.said


class CalendarPage:
    """Odoo's own calendar in the agent's browser, on the week of the desk's clock."""

    def __init__(self, page, place):
        self.page, self.place = page, place

    async def log_in(self):
        await self.page.goto(f"{self.place.settings.url}/web/login?db={self.place.settings.database}")
        await self.page.fill("#login", AGENT)
        await self.page.fill("#password", f"{AGENT}-secret")
        await self.page.press("#password", "Enter")
        await self.page.wait_for_selector(".o_web_client")

    async def shows(self, event):
        """The event's day and text as the page has them."""
        await self.page.goto(f"{self.place.settings.url}/odoo/calendar")
        shown = self.page.locator(f'.o_event[data-event-id="{event}"]')
        await shown.wait_for()
        day = await shown.locator("xpath=ancestor::*[@data-date][1]").get_attribute("data-date")
        return day, await shown.inner_text()


@contextlib.asynccontextmanager
async def browsing(place, now):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        try:
            size = {"width": 1100, "height": 780}
            page = await browser.new_page(timezone_id="Europe/Paris", locale="fr-FR", viewport=size)
            page.set_default_timeout(120_000)
            await page.clock.set_system_time(now)
            calendar = CalendarPage(page, place)
            await calendar.log_in()
            yield calendar
        finally:
            await browser.close()


@pytest.fixture(params=SEASONS, ids=[season for season, _, _ in SEASONS])
def called(request, tmp_path):
    """The season, its Monday, the place, and a desk on it."""
    season, monday, way = request.param
    place = request.getfixturevalue(way)
    with desk_of(tmp_path / "desk", place, monday) as desk:
        yield season, monday, place, desk


@pytest.mark.timeout(300)
async def test_15_hours_said_is_15_hours_in_odoos_calendar(called, tmp_path):
    """In winter and in summer, over the session and with a key. `PICTURES=docs/images` keeps what the page shows."""
    season, monday, place, desk = called
    number, tuesday, wednesday = place.new_number(), monday + timedelta(days=1), monday + timedelta(days=2)
    patient = place.patient("Jean Dupont", phone=number)
    caller = Caller(desk, number)

    def record():
        fields = ["start", "x_status", "x_sync_state", "x_external_uid", "show_as", "x_cancel_reason", "user_id"]
        domain = [["x_patient_partner_id", "=", patient]]
        [row] = place.admin.call("calendar.event", "search_read", domain, fields=fields)
        return row

    async with browsing(place, monday) as calendar:
        told = caller.says(f"{season}-1", "je voudrais prendre rendez-vous", "oui", *CHOICE.format("mardi").split("|"))
        assert "pris pour le mardi 4" in told
        booked = record()
        assert "à 15 heures" in told
        assert await calendar.shows(booked["id"]) == (f"{tuesday:%Y-%m-%d}", "RDV , 15:00")
        await calendar.page.screenshot(path=pathlib.Path(os.environ.get("PICTURES", tmp_path)) / f"odoo-{season}.png")

        told = caller.says(
            f"{season}-2", "je voudrais déplacer mon rendez-vous", "oui", *CHOICE.format("mercredi").split("|")
        )
        assert "déplacé au mercredi 5" in told
        moved = record()
        assert await calendar.shows(moved["id"]) == (f"{wednesday:%Y-%m-%d}", "RDV , 15:00")

        told = caller.says(f"{season}-3", "je voudrais annuler mon rendez-vous", "oui", "oui")
        assert "est annulé" in told
        gone = record()
        assert await calendar.shows(gone["id"]) == (f"{wednesday:%Y-%m-%d}", "Annulé : RDV , 15:00")

    assert booked["id"] == moved["id"] == gone["id"]
    assert [booked["start"], moved["start"]] == [
        f"{day.replace(hour=15).astimezone(UTC):%Y-%m-%d %H:%M:%S}" for day in (tuesday, wednesday)
    ]
    assert ["confirmed", "confirmed", "canceled"] == [one["x_status"] for one in (booked, moved, gone)]
    assert {"synced"} == {one["x_sync_state"] for one in (booked, moved, gone)}
    assert ("free", f"demo:odoo_event:{gone['id']}") == (gone["show_as"], gone["x_external_uid"])
    assert gone["x_cancel_reason"]
    assert place.user(AGENT) == gone["user_id"][0]
