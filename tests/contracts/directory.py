"""What every directory must do."""

from datetime import date

import pytest

from pupitre.nlu.meaning import SpokenName
from pupitre.ports import NotFound, Who

JEAN, MARIE, HELENE = "Jean Dupont", "Marie Dupont", "Hélène Lefèvre"
HOME = "+33388123456"
"""Where Jean and Marie both answer."""
MOBILE = "+33612345678"
PATIENTS = ((JEAN, HOME, date(1942, 3, 12)), (MARIE, HOME, date(1945, 7, 1)), (HELENE, MOBILE, date(1942, 3, 12)))
"""Name, phone and birth date of the patients that the adapter's fixture makes."""
AGENTS = ("Anne", "Paul")


class DirectoryContract:
    """An adapter's test class derives from this one and gives `directory`, with PATIENTS and AGENTS in it."""

    @pytest.fixture
    async def directory(self):
        raise NotImplementedError

    @staticmethod
    async def names(directory, **who):
        return [patient.name for patient in await directory.lookup_patient(Who(**who))]

    async def test_a_number_finds_everybody_who_has_it(self, directory):
        assert {JEAN, MARIE} == set(await self.names(directory, phone=HOME))
        assert [HELENE] == await self.names(directory, phone=MOBILE)

    async def test_a_patient_is_told_with_number_and_birth_date(self, directory):
        [helene] = await directory.lookup_patient(Who(phone=MOBILE))

        assert (MOBILE, date(1942, 3, 12)) == (helene.phone_e164, helene.birth_date)

    async def test_an_unknown_number_finds_nobody(self, directory):
        assert [] == await self.names(directory, phone="+33699999999")

    async def test_asking_for_nothing_finds_nobody(self, directory):
        assert [] == await self.names(directory)

    async def test_a_name_is_found_without_its_accents_best_first(self, directory):
        assert [HELENE] == await self.names(directory, name=SpokenName("LEFEVRE", "HELENE"))
        assert JEAN == (await self.names(directory, name=SpokenName("DUPONT", "JEAN")))[0]

    async def test_a_last_name_alone_finds_the_family(self, directory):
        assert {JEAN, MARIE} == set(await self.names(directory, name=SpokenName("DUPONT")))

    async def test_a_name_of_nobody_finds_nobody(self, directory):
        assert [] == await self.names(directory, name=SpokenName("KOWALCZYK", "ZBIGNIEW"))

    async def test_name_and_birth_date_must_both_hold(self, directory):
        name = SpokenName("DUPONT")

        assert [JEAN] == await self.names(directory, name=name, birth_date=date(1942, 3, 12))
        assert [] == await self.names(directory, name=name, birth_date=date(1950, 1, 1))

    async def test_number_and_name_must_both_hold(self, directory):
        assert [] == await self.names(directory, phone=MOBILE, name=SpokenName("DUPONT", "JEAN"))

    async def test_a_patient_is_read_by_id_as_known_now(self, directory):
        [helene] = await directory.lookup_patient(Who(phone=MOBILE))

        assert helene == await directory.read_patient(helene.id)
        with pytest.raises(NotFound):
            await directory.read_patient(999_999_999)

    async def test_a_new_patient_is_made_once_per_key_and_found(self, directory):
        asked = ("Zoé Müller", "+33698765432", date(2001, 2, 3))
        made = await directory.create_patient(*asked, "key-1")
        again = await directory.create_patient(*asked, "key-1")

        assert made == again
        assert asked == (made.name, made.phone_e164, made.birth_date)
        assert [made] == list(await directory.lookup_patient(Who(phone="+33698765432")))

    async def test_a_new_patient_without_number_is_found_by_name(self, directory):
        await directory.create_patient("Zoé Müller", None, None, "key-2")

        assert ["Zoé Müller"] == await self.names(directory, name=SpokenName("MULLER", "ZOE"))

    async def test_agents_are_those_whose_time_may_be_booked(self, directory):
        assert set(AGENTS) == {agent.name for agent in await directory.agents()}
