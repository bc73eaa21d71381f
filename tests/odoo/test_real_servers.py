"""The servers that the other tests rely on."""

import pytest

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]


@pytest.mark.parametrize("version", [19, 14])
def test_a_database_of_its_own_is_there_in_seconds_with_its_people(version, request):
    database = request.getfixturevalue(f"odoo{version}").new_database()

    admin = database.login()

    users = admin.call("res.users", "search_read", [["share", "=", False]], fields=["login", "tz"], order="login")
    assert [(user["login"], user["tz"]) for user in users] == [
        ("admin", "Europe/Paris"),
        *[(f"agent{n}@demo.test", "Europe/Paris") for n in (1, 2, 3)],
        ("ivr", "Europe/Paris"),
    ]
    assert database.login("ivr").uid not in (None, admin.uid)
