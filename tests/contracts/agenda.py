"""What every planning apart from the record must do with appointments."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pupitre.model import Appointment, CalendarRef, Interval, Slot
from pupitre.ports import Conflict, NotFound

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 1, 6, 15, tzinfo=PARIS)
UID = "clinique:odoo_event:987"
HALF_AN_HOUR = timedelta(minutes=30)


def at(start, agent):
    return Slot(start, start + HALF_AN_HOUR, agent.id)


class AgendaContract:
    """An adapter's test class derives from this one and gives `agenda`, `agents` (two) and `person`.

    `person(agent)` has `move(event_id, interval)`, `delete(event_id)`, `touch(event_id)`, which changes nothing the
    desk owns, and `living()`, all events of the agent's calendar.
    """

    @pytest.fixture
    async def agenda(self):
        raise NotImplementedError

    @pytest.fixture
    async def agents(self):
        raise NotImplementedError

    @pytest.fixture
    async def person(self):
        raise NotImplementedError

    @pytest.fixture
    async def visit(self, agents):
        """An appointment with the first agent."""
        return Appointment(id=987, patient_id=123, slot=at(TUESDAY, agents[0]), external_uid=UID, call_id="call-1")

    async def test_what_was_inserted_is_read_as_it_was_given(self, agenda, agents, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        found = await agenda.read(ref)

        assert (visit.slot, False, UID, ref) == (found.slot, found.cancelled, found.external_uid, found.ref)

    async def test_what_was_inserted_is_busy_time(self, agenda, agents, visit):
        await agenda.insert(visit, agents[0], "key-1")
        busy = await agenda.busy(agents, Interval(TUESDAY - timedelta(hours=8), TUESDAY + timedelta(hours=4)))

        assert [visit.slot.interval] == list(busy.intervals[agents[0].id])
        assert [] == list(busy.intervals[agents[1].id])

    async def test_asking_again_inserts_nothing_again(self, agenda, agents, person, visit):
        first = await agenda.insert(visit, agents[0], "key-1")

        assert first == await agenda.insert(visit, agents[0], "key-1")
        assert 1 == len(person(agents[0]).living())

    async def test_asking_many_times_at_once_inserts_once(self, agenda, agents, person, visit):
        refs = await asyncio.gather(*(agenda.insert(visit, agents[0], "key-1") for _ in range(5)))

        assert 1 == len({ref.event_id for ref in refs}) == len(person(agents[0]).living())

    async def test_two_appointments_are_two_events(self, agenda, agents, person, visit):
        await agenda.insert(visit, agents[0], "key-1")
        await agenda.insert(replace(visit, id=988, external_uid="clinique:odoo_event:988"), agents[0], "key-2")

        assert 2 == len(person(agents[0]).living())

    @pytest.mark.parametrize(
        "start",
        [
            datetime(2026, 1, 15, 15, tzinfo=PARIS),
            datetime(2026, 7, 15, 15, tzinfo=PARIS),
            datetime(2026, 3, 28, 15, tzinfo=PARIS),
            datetime(2026, 3, 29, 15, tzinfo=PARIS),
            datetime(2026, 10, 24, 15, tzinfo=PARIS),
            datetime(2026, 10, 25, 15, tzinfo=PARIS),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ],
        ids=str,
    )
    async def test_an_instant_is_kept_on_both_sides_of_a_clock_change(self, agenda, agents, visit, start):
        ref = await agenda.insert(replace(visit, slot=at(start, agents[0])), agents[0], "key-1")
        found = (await agenda.read(ref)).slot

        assert start.timestamp() == found.start.timestamp()
        assert HALF_AN_HOUR.total_seconds() == found.end.timestamp() - found.start.timestamp()

    async def test_a_moved_event_is_the_same_event_at_another_time(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        later = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))
        moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

        assert ref.event_id == moved.event_id
        assert ref.etag != moved.etag
        assert later.slot == (await agenda.read(moved)).slot
        assert 1 == len(person(agents[0]).living())

    async def test_asking_again_for_a_move_changes_nothing_more(self, agenda, agents, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        later = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))
        moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

        assert moved.event_id == (await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)).event_id
        assert later.slot == (await agenda.read(moved)).slot

    async def test_a_new_etag_alone_is_no_conflict(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        person(agents[0]).touch(ref.event_id)
        later = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))
        moved = await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

        assert later.slot == (await agenda.read(moved)).slot

    async def test_what_a_person_has_moved_is_not_written_over(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        theirs = at(TUESDAY + timedelta(hours=1), agents[0])
        person(agents[0]).move(ref.event_id, theirs.interval)
        later = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))
        with pytest.raises(Conflict):
            await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

        assert theirs == (await agenda.read(ref)).slot

    async def test_what_a_person_has_deleted_cannot_be_moved(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        person(agents[0]).delete(ref.event_id)
        later = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[0]))
        with pytest.raises(NotFound):
            await agenda.move(ref, later, agents[0], "key-2", before=visit.slot)

        assert [] == person(agents[0]).living()

    async def test_a_move_to_another_agent_leaves_nothing_behind(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        theirs = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[1]))
        moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

        assert theirs.slot == (await agenda.read(moved)).slot
        assert [] == person(agents[0]).living()
        assert 1 == len(person(agents[1]).living())

    async def test_asking_again_for_a_move_to_another_agent_changes_nothing_more(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        theirs = replace(visit, slot=at(TUESDAY + timedelta(days=2), agents[1]))
        for _ in range(2):
            moved = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)

            assert theirs.slot == (await agenda.read(moved)).slot
            assert [0, 1] == [len(person(agent).living()) for agent in agents[:2]]

    async def test_there_and_back_again(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        theirs = replace(visit, slot=at(TUESDAY, agents[1]))
        ref = await agenda.move(ref, theirs, agents[1], "key-2", before=visit.slot)
        ref = await agenda.move(ref, visit, agents[0], "key-3", before=theirs.slot)

        assert visit.slot == (await agenda.read(ref)).slot
        assert [1, 0] == [len(person(agent).living()) for agent in agents[:2]]

    async def test_a_cancelled_event_is_free_time_and_reads_as_cancelled(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        gone = await agenda.cancel(ref)
        busy = await agenda.busy(agents, Interval(TUESDAY - timedelta(hours=8), TUESDAY + timedelta(hours=4)))

        assert ref.event_id == gone.event_id
        assert [] == list(busy.intervals[agents[0].id])
        assert [] == person(agents[0]).living()
        assert (True, None) == ((found := await agenda.read(ref)).cancelled, found.slot)

    async def test_what_is_gone_is_cancelled_without_fuss(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        person(agents[0]).delete(ref.event_id)

        assert await agenda.cancel(ref) is None
        assert await agenda.cancel(ref) is None

    async def test_cancelling_again_finds_it_gone(self, agenda, agents, visit):
        gone = await agenda.cancel(await agenda.insert(visit, agents[0], "key-1"))

        assert await agenda.cancel(gone) is None

    async def test_an_event_that_a_person_has_moved_is_cancelled_all_the_same(self, agenda, agents, person, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        person(agents[0]).move(ref.event_id, at(TUESDAY + timedelta(hours=1), agents[0]).interval)

        assert await agenda.cancel(ref) is not None
        assert [] == person(agents[0]).living()

    async def test_an_appointment_is_put_back_after_its_event_was_cancelled(self, agenda, agents, person, visit):
        first = await agenda.insert(visit, agents[0], "key-1")
        await agenda.cancel(first)
        again = await agenda.insert(visit, agents[0], "key-2")

        assert visit.slot == (await agenda.read(again)).slot
        assert again == await agenda.insert(visit, agents[0], "key-2")
        assert 1 == len(person(agents[0]).living())

    async def test_an_event_that_never_was_is_not_found(self, agenda, agents, visit):
        ref = await agenda.insert(visit, agents[0], "key-1")
        with pytest.raises(NotFound):
            await agenda.read(CalendarRef(ref.calendar_id, "0" * 52, ref.etag))
