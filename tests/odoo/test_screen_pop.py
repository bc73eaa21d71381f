"""The address in a transfer and in descriptions opens the record for the person who takes the call."""

import pytest
import requests
from playwright.async_api import async_playwright
from tests.demo.conftest import QUIET

from pupitre.backends.odoo.settings import OdooSettings

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]


async def shown(page, name):
    """A form is open, of the record of this name."""
    await page.wait_for_selector(".o_form_view")
    await page.wait_for_function("name => document.title.includes(name)", arg=name)


@pytest.mark.timeout(240)
async def test_it_opens_the_appointment_and_the_patient_in_a_browser_on_19(place19):
    """Not logged in yet: the person logs in and lands on the record. The first page compiles Odoo's assets."""
    admin = place19.admin
    patient = place19.patient("Jeanne Écran")
    values = {"name": "RDV à l'écran", "start": "2029-01-01 09:00:00", "stop": "2029-01-01 09:30:00"}
    event = admin.call("calendar.event", "create", values, context={"no_mail_to_attendees": True})
    database = f"?db={place19.settings.database}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(QUIET))
        page = await browser.new_page()
        page.set_default_timeout(120_000)
        await page.goto(f"{place19.settings.url}/web/login{database}")
        await page.goto(place19.settings.screen_pop_url("calendar.event", event))
        await page.fill("#login", "agent1@demo.test")
        await page.fill("#password", "agent1@demo.test-secret")
        await page.press("#password", "Enter")
        await shown(page, "RDV à l'écran")
        await page.goto(place19.settings.screen_pop_url("res.partner", patient))
        await shown(page, "Jeanne Écran")
        await browser.close()


def test_on_14_it_leads_to_the_record(place14):
    """Its page is not opened in a browser here; where it sends one is what its own web client understands."""
    patient = place14.patient("Jeanne Écran")
    place14.admin.http.get(f"{place14.settings.url}/web?db={place14.settings.database}", timeout=60)

    answer = place14.admin.http.get(
        place14.settings.screen_pop_url("res.partner", patient), allow_redirects=False, timeout=60
    )

    assert answer.status_code in (302, 303)
    assert "model=res.partner" in answer.headers["Location"]
    assert f"id={patient}" in answer.headers["Location"]


def test_settings_may_say_where_people_reach_odoo():
    settings = OdooSettings(
        url="http://10.0.0.2:8069/", database="d", public_url="https://odoo.example/", screen_pop="/odoo/{model}/{id}"
    )

    assert settings.screen_pop_url("calendar.event", 987) == "https://odoo.example/odoo/calendar.event/987"


def test_the_emulator_shows_the_record_too(emulated_place):
    patient = emulated_place.patient("Jeanne Écran")
    address = emulated_place.settings.screen_pop_url("res.partner", patient)

    page = requests.get(f"{address}&db={emulated_place.settings.database}", timeout=10)

    assert "Jeanne Écran" in page.text
