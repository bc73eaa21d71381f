"""Who is who, on the real servers and the emulator."""

from datetime import date

import pytest

from pupitre.nlu.meaning import SpokenName
from pupitre.ports import Who

pytestmark = pytest.mark.xdist_group("odoo")

FORMS = {
    "E.164": "+33612348888",
    "spaces": "06 12 34 88 88",
    "dots": "06.12.34.88.88",
    "dashes and a blank": "06-12-34 88-88",
    "together": "0612348888",
    "international prefix": "0033 6 12 34 88 88",
    "bracketed zero": "+33 (0)6 12 34 88 88",
    "two numbers in one field": "01 42 00 00 01 ou 06 12 34 88 88 (fille)",
}


@pytest.mark.parametrize("typed", FORMS.values(), ids=FORMS)
async def test_a_caller_is_found_however_the_number_was_typed(desk, typed):
    patient = desk.place.patient("Jean Dupont", phone=typed)
    try:
        found = await desk.directory.lookup_patient(Who(phone="+33612348888"))
    finally:
        desk.place.admin.call("res.partner", "unlink", [patient])

    assert [(one.id, one.name, one.phone_e164) for one in found] == [(patient, "Jean Dupont", "+33612348888")]


async def test_a_number_that_only_contains_the_digits_is_another_number(desk):
    other = desk.place.patient("Autre", phone="06 12 34 77 77 00 / 12")

    assert other not in [one.id for one in await desk.directory.lookup_patient(Who(phone="+33612347777"))]


async def test_everybody_with_the_number_is_told_so_that_the_caller_can_say_who_he_is(desk):
    number = desk.place.new_number()
    ids = [desk.place.patient(name, phone=number) for name in ("Jean Dupont", "DUPONT Marie")]

    found = await desk.directory.lookup_patient(Who(phone=number))

    assert [(one.id, one.name) for one in found] == [(ids[0], "Jean Dupont"), (ids[1], "Marie Dupont")]


async def test_a_mobile_number_counts_where_odoo_has_that_field(desk):
    fields = await desk.client.fields("res.partner")
    assert ("mobile" in fields) == (desk.place.version == 14)
    if "mobile" in fields:
        number = desk.place.new_number()
        patient = desk.place.patient(mobile="0" + number[3:])
        assert [one.id for one in await desk.directory.lookup_patient(Who(phone=number))] == [patient]


async def test_nobody_has_the_number(desk):
    assert await desk.directory.lookup_patient(Who(phone="+33699999999")) == []


@pytest.mark.parametrize("written", ["LEFÈVRE Élodie", "Élodie Lefèvre", "Mme Elodie LEFEVRE", "Lefèvre, Élodie"])
async def test_a_spoken_name_is_found_whatever_its_accents_and_order(desk, written):
    patient = desk.place.patient(written)
    try:
        found = await desk.directory.lookup_patient(Who(name=SpokenName(last="LEFEVRE", first="ELODIE")))
        none = await desk.directory.lookup_patient(Who(name=SpokenName(last="LEFEVRE", first="LUCIE")))
    finally:
        desk.place.admin.call("res.partner", "unlink", [patient])

    assert ([one.id for one in found], none) == ([patient], [])


async def test_a_name_inside_another_name_is_not_that_name(desk):
    desk.place.patient("Paul Martinez")

    assert await desk.directory.lookup_patient(Who(name=SpokenName(last="MARTINE"))) == []


async def test_a_birth_date_tells_namesakes_apart_where_odoo_keeps_it(desk):
    admin = desk.place.admin
    if not admin.call("res.partner", "fields_get", ["x_birth_date"]):
        model = admin.call("ir.model", "search", [["model", "=", "res.partner"]])[0]
        field = {"name": "x_birth_date", "field_description": "Birth date", "ttype": "date", "state": "manual"}
        admin.call("ir.model.fields", "create", {"model_id": model, **field})
    client = desk.place.client(birth_date_field="x_birth_date")
    directory = type(desk.directory)(client)
    older, _ = (desk.place.patient("Anne Leroy", x_birth_date=born) for born in ("1938-02-01", "1961-07-09"))
    try:
        found = await directory.lookup_patient(Who(name=SpokenName(last="LEROY"), birth_date=date(1938, 2, 1)))
    finally:
        await client.close()
        admin.call("res.partner", "unlink", [older, _])

    assert [(one.id, one.birth_date) for one in found] == [(older, date(1938, 2, 1))]


async def test_a_new_patient_is_made_once_per_key_with_an_international_number(desk):
    number = desk.place.new_number()
    key = f"new:{number}"

    made = [await desk.directory.create_patient("Jeanne Morel", number, None, key) for _ in range(2)]

    assert made[0] == made[1]
    rows = desk.place.admin.call("res.partner", "search_read", [["phone", "=", number]], fields=["name"])
    assert [(row["id"], row["name"]) for row in rows] == [(made[0].id, "Jeanne Morel")]
    assert await desk.directory.lookup_patient(Who(phone=number)) == [made[0]]


async def test_agents_are_the_users_with_a_calendar_or_those_that_are_named(desk):
    named = desk.place.client(agents=("agent2@demo.test",))
    try:
        chosen = await type(desk.directory)(named).agents()
    finally:
        await named.close()

    assert [(one.name, one.calendar) for one in await desk.directory.agents()] == [
        ("Claire Martin", "agent1@demo.test"),
        ("Hugo Petit", "agent2@demo.test"),
        ("Inès Roy", "agent3@demo.test"),
    ]
    assert [one.name for one in chosen] == ["Hugo Petit"]


async def test_the_patients_own_agent_is_told(desk):
    number = desk.place.new_number()
    owner = desk.place.user("agent3@demo.test")
    desk.place.patient(phone=number, user_id=owner)

    assert [one.owner_id for one in await desk.directory.lookup_patient(Who(phone=number))] == [owner]


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("jean@example.org", "jean@example.org"),
        ("Jean Dupont <jean@example.org>, autre@example.org", "jean@example.org"),
        ("pas d'adresse", None),
        (False, None),
    ],
)
async def test_a_mail_address_is_had_bare_of_names_and_further_ones(desk, typed, address):
    patient = desk.place.patient(email=typed)

    assert address == await desk.directory.mail_address(patient)
