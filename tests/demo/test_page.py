"""The demo page in a real browser, against the scripted desk."""

from __future__ import annotations

import pytest
from tests.demo.conftest import Visit
from tests.demo.fake_desk import FakeDesk

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("browser")]


async def test_a_whole_call_is_typed_and_booked(visit: Visit, desk: FakeDesk):
    await visit.book_until_offers()
    await visit.say("le deuxième")
    await visit.page.wait_for_selector(".booked.recent")
    await visit.say("oui")
    await visit.ended()

    assert [one.patient_name for one in desk.booked] == ["Jean Dupont"]
    said = await visit.page.locator(".bubble.desk").all_inner_texts()
    assert "C'est noté. Merci et bonne journée." in said[-1]
    booked = visit.page.locator(".booked.recent button")
    assert "jeudi 8 janvier, 15" in await booked.inner_text()


async def test_nothing_is_asked_of_another_host_and_nothing_complains(visit: Visit):
    await visit.book_until_offers()
    await visit.page.click("#call")
    await visit.ended()

    assert visit.foreign == []
    assert visit.complaints == []


async def test_offers_stand_in_the_week_with_their_number_and_a_cord_to_each(visit: Visit):
    await visit.book_until_offers()
    await visit.page.wait_for_selector(".cord:not(.gone) >> nth=2", state="attached")

    assert await visit.page.locator(".hold.mine .rank").all_inner_texts() == ["1", "2", "3"]
    assert all(left.startswith("2:5") or left == "3:00" for left in await visit.page.locator(".left").all_inner_texts())


async def test_hanging_up_frees_what_was_held(visit: Visit, desk: FakeDesk):
    await visit.book_until_offers()
    await visit.page.click("#call")
    await visit.ended()
    await visit.page.wait_for_selector(".hold.mine", state="detached")

    assert desk.holds == []


async def test_what_was_understood_is_shown_beside_the_call(visit: Visit):
    await visit.book_until_offers()
    facts = visit.page.locator(".facts")

    assert await facts.locator('[data-fact="intent"] b').inner_text() == "Prendre rendez-vous"
    assert await facts.locator(".chip").all_inner_texts() == ["mardi · matin", "jeudi · après-midi"]
    assert await visit.page.locator("#state code").inner_text() == "SLOTS_READOUT"
    assert "mardi matin ou jeudi" in await visit.page.locator(".turn").first.inner_text()


async def test_a_key_picks_an_offer(visit: Visit, desk: FakeDesk):
    await visit.book_until_offers()
    await visit.page.click("#keys-toggle")
    await visit.page.click('[data-key="3"]')
    await visit.page.wait_for_selector(".booked.recent")

    assert desk.booked[0].agent == 47


async def test_a_number_is_keyed_until_its_hash(visit: Visit):
    await visit.page.select_option("#caller", index=3)
    await visit.call()
    await visit.say("rendez-vous")
    await visit.page.wait_for_selector('#state code:text-is("IDENTIFY")')
    await visit.heard()
    await visit.page.click("#keys-toggle")
    for key in "061234#":
        await visit.page.click(f'[data-key="{key}"]')

    assert await visit.page.locator(".bubble.keys kbd").inner_text() == "061234#"


async def test_an_emergency_shows_its_card_and_goes_on_when_nobody_answers(visit: Visit):
    await visit.call()
    await visit.say("au secours, je suis tombée")
    card = visit.page.locator(".transfer.urgent")

    assert "URGENCES" in await card.inner_text()
    await card.locator(".plain").click()
    await visit.ended()
    assert "Personne n’a répondu." in await card.inner_text()


async def test_silence_counts_only_when_the_visitor_wants_it(visit: Visit, desk: FakeDesk):
    await visit.call()
    await visit.page.click("#silence")
    await visit.heard()
    (call,) = desk.calls.values()
    assert call.context["counters"] == {"no_speech": 1, "low_confidence": 0, "retries_total": 0}
    assert await visit.page.locator("#patience").is_hidden()

    await visit.page.click(".options summary")
    await visit.page.check("#silence-counts")
    await visit.page.click("#call")
    await visit.ended()
    await visit.call()
    assert await visit.page.locator("#patience").is_visible()


async def test_a_whole_call_needs_no_mouse(visit: Visit, desk: FakeDesk):
    await visit.page.focus("#call")
    await visit.page.keyboard.press("Enter")
    for words in ("rendez-vous", "oui", "mardi", "le premier", "oui"):
        await visit.heard()
        await visit.page.wait_for_selector("#words:focus")
        await visit.page.keyboard.type(words)
        await visit.page.keyboard.press("Enter")
    await visit.ended()

    assert len(desk.booked) == 1


@pytest.mark.parametrize("width", [320, 390, 900, 1180, 1440, 1920])
async def test_the_page_never_scrolls_sideways(visit: Visit, width: int):
    await visit.page.set_viewport_size({"width": width, "height": 800})
    await visit.book_until_offers()

    assert await visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
