"""The record in Odoo, on the real servers and the emulator: the wire, what people see, and what holds in a race."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from tests.odoo.places import NOW, Desk, StoppedClock

from pupitre.backends.odoo.records import OdooRecords
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.model import Appointment, AppointmentStatus, CalendarRef, Slot, Source, SyncState
from pupitre.ports import Draft, NotFound, Refused

pytestmark = pytest.mark.xdist_group("odoo")

PARIS = ZoneInfo("Europe/Paris")
COUNT = itertools.count(1)


class Booking:
    """A patient, two agents and a time nobody has used."""

    def __init__(self, desk):
        self.n = next(COUNT)
        self.desk, self.records, self.admin = desk, desk.records, desk.place.admin
        self.patient = desk.place.patient("Jean Dupont", email="jean@patients.test")
        self.agent, self.other = (desk.place.user(f"agent{n}@demo.test") for n in (1, 2))
        start = datetime(2027, 1, 5, 9, tzinfo=PARIS) + timedelta(days=self.n)
        self.slot = Slot(start, start + timedelta(minutes=30), self.agent)
        self.later = Slot(start + timedelta(hours=2), start + timedelta(hours=2, minutes=20), self.agent)
        self.key = f"call-{desk.place.settings.database}-{self.n}:BOOK:1"
        self.draft = Draft(self.patient, self.slot, f"call-{self.n}", Source.IVR, agent_calendar="agent1@demo.test")

    async def create(self):
        return await self.records.create(self.draft, self.key)

    def seen(self, appointment, *fields):
        return self.admin.one("calendar.event", appointment.id, *fields)


@pytest.fixture
def booking(desk):
    return Booking(desk)


async def test_a_booking_stands_in_odoo_as_the_seed_wants_it(booking):
    made = await booking.create()

    seen = booking.seen(
        made,
        *("name", "start", "stop", "location", "privacy", "show_as", "partner_ids", "user_id", "description"),
        *("x_source", "x_status", "x_call_id", "x_sync_state", "x_external_uid", "x_patient_partner_id"),
        "x_gcal_calendar_id",
    )
    utc = [moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for moment in (booking.slot.start, booking.slot.end)]
    assert [seen["start"], seen["stop"]] == utc
    assert {name: seen[name] for name in ("name", "location", "privacy", "show_as")} == {
        "name": "RDV Synergia – Téléassistance",
        "location": "Téléphone",
        "privacy": "confidential",
        "show_as": "busy",
    }
    assert sorted(seen["partner_ids"]) == sorted([booking.patient, booking.desk.place.partner_of(booking.agent)])
    assert seen["user_id"][0] == booking.agent
    assert seen["description"] == ("<p>Créé via IVR</p>" if booking.desk.place.version == 19 else "Créé via IVR")
    assert {name: seen[name] for name in seen if name.startswith("x_")} == {
        "x_source": "ivr",
        "x_status": "confirmed",
        "x_call_id": f"call-{booking.n}",
        "x_sync_state": "pending",
        "x_external_uid": booking.key,
        "x_patient_partner_id": [booking.patient, "Jean Dupont"],
        "x_gcal_calendar_id": "agent1@demo.test",
    }


async def test_what_was_made_is_read_back_as_it_was_answered(booking):
    made = await booking.create()

    assert await booking.records.read(made.id) == Appointment(
        id=made.id,
        patient_id=booking.patient,
        slot=booking.slot,
        sync_state=SyncState.PENDING,
        external_uid=booking.key,
        call_id=f"call-{booking.n}",
        location="Téléphone",
        patient_name="Jean Dupont",
    )


@pytest.mark.parametrize(("day", "utc"), [((2027, 1, 6), "14:00"), ((2027, 7, 6), "13:00")], ids=["winter", "summer"])
async def test_fifteen_o_clock_in_paris_is_utc_on_the_wire_in_winter_and_summer(booking, day, utc):
    start = datetime(*day, 15, tzinfo=PARIS)
    slot = Slot(start, start + timedelta(minutes=30), booking.other)

    made = await booking.records.create(Draft(booking.patient, slot, "c", Source.WEB), f"{booking.key}:{utc}")

    assert booking.seen(made, "start")["start"][11:16] == utc


async def test_asking_again_makes_nothing_new(booking):
    made = [await booking.create() for _ in range(3)]

    assert {one.id for one in made} == {made[0].id}


async def test_eight_at_once_make_one_record(booking):
    made = await asyncio.gather(*[booking.create() for _ in range(8)])

    assert {one.id for one in made} == {made[0].id}
    found = booking.admin.call("calendar.event", "search_count", [["x_call_id", "=", f"call-{booking.n}"]])
    assert found == 1


async def test_asking_again_after_a_move_neither_moves_it_back_nor_renames_it(booking):
    made = await booking.create()
    await booking.records.name_event(made.id, f"synergia:odoo_event:{made.id}")
    await booking.records.move(made.id, booking.later, AppointmentStatus.CONFIRMED)

    again = await booking.create()

    assert (again.slot, again.external_uid) == (booking.later, f"synergia:odoo_event:{made.id}")


async def test_what_a_key_made_is_found_even_when_cancelled_archived_and_renamed(booking):
    assert await booking.records.made(booking.key) is None
    made = await booking.create()
    await booking.records.name_event(made.id, "final")
    await booking.records.cancel(made.id, "caller hung up")
    booking.admin.call("calendar.event", "write", [made.id], {"active": False})

    found = await booking.records.made(booking.key)

    assert (found.id, found.status) == (made.id, AppointmentStatus.CANCELED)


async def test_the_same_call_may_book_twice(booking):
    first = await booking.create()
    second = await booking.records.create(Draft(booking.patient, booking.later, booking.draft.call_id, Source.IVR), "2")

    assert first.id != second.id


async def test_an_unknown_agent_or_patient_is_refused_and_nothing_is_made(booking):
    for draft in (
        Draft(booking.patient, Slot(booking.slot.start, booking.slot.end, 987654), "c", Source.IVR),
        Draft(987654, booking.slot, "c", Source.IVR),
    ):
        with pytest.raises(Refused):
            await booking.records.create(draft, booking.key)
        assert await booking.records.made(booking.key) is None


async def test_a_move_changes_the_time_and_waits_for_the_planning(booking):
    made = await booking.create()

    moved = await booking.records.move(made.id, booking.later, AppointmentStatus.CONFIRMED)

    assert moved == await booking.records.read(made.id)
    assert (moved.slot, moved.sync_state) == (booking.later, SyncState.PENDING)
    assert round(booking.seen(made, "duration")["duration"] * 60) == 20


async def test_a_move_to_another_agent_takes_the_attendee_and_calendar_along(booking):
    made = await booking.create()
    slot = Slot(booking.later.start, booking.later.end, booking.other)

    moved = await booking.records.move(made.id, slot, AppointmentStatus.CONFIRMED)

    seen = booking.seen(made, "user_id", "partner_ids", "x_gcal_calendar_id")
    assert moved.slot.agent_id == seen["user_id"][0] == booking.other
    assert sorted(seen["partner_ids"]) == sorted([booking.patient, booking.desk.place.partner_of(booking.other)])
    assert seen["x_gcal_calendar_id"] == "agent2@demo.test"


async def test_cancelling_keeps_the_record_and_the_first_reason_and_frees_the_time(booking):
    made = await booking.create()

    await booking.records.cancel(made.id, "le patient est hospitalisé")
    again = await booking.records.cancel(made.id, "autre")

    assert (again.status, again.cancel_reason) == (AppointmentStatus.CANCELED, "le patient est hospitalisé")
    assert booking.seen(made, "active", "show_as", "x_sync_state") == {
        "id": made.id,
        "active": True,
        "show_as": "free",
        "x_sync_state": "pending",
        **({} if booking.desk.place.version == 19 else booking.seen(made, "privacy", "user_id")),
    }


async def test_a_cancelled_one_that_is_moved_is_active_again(booking):
    made = await booking.create()
    await booking.records.cancel(made.id, "x")

    await booking.records.move(made.id, booking.later, AppointmentStatus.CONFIRMED)

    now = await booking.records.read(made.id)
    assert (now.status, now.cancel_reason) == (AppointmentStatus.CONFIRMED, None)
    assert booking.seen(made, "show_as")["show_as"] == "busy"


async def test_the_planning_is_noted(booking):
    made = await booking.create()
    ref = CalendarRef("agent1@demo.test", "7k3abc", '"33q9"')

    await booking.records.note_sync(made.id, SyncState.SYNCED, ref, None)
    synced = await booking.records.read(made.id)
    await booking.records.note_sync(made.id, SyncState.ERROR, None, "quota exceeded")
    failed = await booking.records.read(made.id)

    assert (synced.ref, synced.sync_state, synced.sync_error) == (ref, SyncState.SYNCED, None)
    assert (failed.ref, failed.sync_state, failed.sync_error) == (ref, SyncState.ERROR, "quota exceeded")
    assert booking.seen(made, "x_sync_updated_at")["x_sync_updated_at"] == NOW.strftime("%Y-%m-%d %H:%M:%S")


async def test_upcoming_tells_active_ones_soonest_first_also_those_made_by_hand(booking):
    early, late = booking.slot, booking.later
    second = await booking.records.create(Draft(booking.patient, late, "c", Source.IVR), booking.key + "late")
    first = await booking.create()
    gone = await booking.records.create(
        Draft(booking.patient, Slot(late.end, late.end + timedelta(minutes=30), booking.other), "c", Source.IVR), "gone"
    )
    await booking.records.cancel(gone.id, "x")
    partners = [booking.desk.place.partner_of(booking.other), booking.patient]
    by_hand = booking.admin.call(
        "calendar.event",
        "create",
        {
            "name": "Visite",
            "start": (late.end + timedelta(days=60)).astimezone(UTC).strftime("%Y-%m-%d 10:00:00"),
            "stop": (late.end + timedelta(days=60)).astimezone(UTC).strftime("%Y-%m-%d 11:00:00"),
            "user_id": booking.other,
            "partner_ids": [[6, 0, partners]],
        },
        context={"no_mail_to_attendees": True},
    )

    found = await booking.records.upcoming(booking.patient, early.start)

    assert [one.id for one in found] == [first.id, second.id, by_hand]
    assert {one.patient_id for one in found} == {booking.patient}
    assert (await booking.records.read(by_hand)).patient_id == booking.patient
    assert [one.id for one in await booking.records.upcoming(booking.patient, early.end)] == [second.id, by_hand]


async def test_a_callers_appointments_are_found_by_number_before_it_is_known_who_calls(booking):
    number = booking.desk.place.new_number()
    booking.admin.call("res.partner", "write", [booking.patient], {"phone": "0" + number[3:]})
    made = await booking.create()

    assert [one.id for one in await booking.records.upcoming_by_phone(number, NOW)] == [made.id]
    assert await booking.records.upcoming_by_phone("+33699999998", NOW) == []


async def test_what_is_not_there_is_not_found(booking):
    for attempt in (
        booking.records.read(987654),
        booking.records.name_event(987654, "x"),
        booking.records.move(987654, booking.slot, AppointmentStatus.CONFIRMED),
        booking.records.cancel(987654, "x"),
        booking.records.note_sync(987654, SyncState.SYNCED, None, None),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_what_people_change_in_odoo_is_told_by_changes(booking):
    made = await booking.create()
    second = await booking.records.create(
        Draft(booking.patient, booking.later, "c", Source.IVR), booking.key + "second"
    )
    since = (await booking.records.changes(NOW - timedelta(days=365))).until
    moved = booking.later.start + timedelta(days=1)
    stop = moved + timedelta(minutes=30)
    utc = {"start": moved, "stop": stop}
    booking.admin.call(
        "calendar.event",
        "write",
        [made.id],
        {name: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for name, at in utc.items()},
        context={"no_mail_to_attendees": True},
    )
    booking.admin.call("calendar.event", "write", [second.id], {"active": False})

    told = {one.id: one for one in (await booking.records.changes(since)).appointments}

    assert told[made.id].slot == Slot(moved, stop, booking.agent)
    assert told[second.id].status is AppointmentStatus.CANCELED
    booking.admin.call("calendar.event", "unlink", [second.id])
    assert await booking.records.deleted([made.id, second.id]) == [second.id]


async def test_no_mail_is_made_by_anything_the_desk_does_unless_the_tenant_wants_it(booking):
    def mails():
        return booking.admin.call("mail.mail", "search_count", [])

    before = mails()
    made = await booking.create()
    await booking.records.move(made.id, booking.later, AppointmentStatus.CONFIRMED)
    slot = Slot(booking.later.start, booking.later.end, booking.other)
    await booking.records.move(made.id, slot, AppointmentStatus.CONFIRMED)
    await booking.records.cancel(made.id, "x")
    silent = mails()
    client = booking.desk.place.client(notify_attendees=True)
    try:
        records = type(booking.records)(client, booking.desk.users, None)
        await records.create(booking.draft, booking.key + "mail")
    finally:
        await client.close()

    assert (silent, mails() > silent) == (before, True)


async def test_what_a_reminder_call_brought_is_a_field_that_people_see(booking):
    made = await booking.create()

    await booking.records.note_outcome(made.id, ReminderOutcome.RESCHEDULE_REQUESTED)

    assert booking.seen(made, "x_reminder_outcome")["x_reminder_outcome"] == "reschedule_requested"


async def test_by_phone_tells_what_asking_for_each_patient_tells(booking):
    """Number typed as people do, ours and one made by hand for two; nobody else's."""
    number = booking.desk.place.new_number()
    typed = f"0{number[3]} " + " ".join(number[4:][n : n + 2] for n in (0, 2, 4, 6))
    admin, place = booking.admin, booking.desk.place
    admin.call("res.partner", "write", [booking.patient], {"phone": typed})
    spouse = place.patient("Anne Dupont", phone=number)
    partner = place.partner_of(booking.agent)
    await booking.create()
    values = {"name": "x", "user_id": booking.agent, "partner_ids": [[6, 0, [spouse, booking.patient, partner]]]}
    utc = {"start": "2027-03-09 09:00:00", "stop": "2027-03-09 09:30:00"}
    admin.call("calendar.event", "create", {**values, **utc}, context={"no_mail_to_attendees": True})

    found = await booking.records.upcoming_by_phone(number, NOW)

    for one, count in ((booking.patient, 2), (spouse, 1)):
        of_one = await booking.records.upcoming(one, NOW)
        assert len(of_one) == count
        assert [each for each in found if each.patient_id == one] == of_one
    assert {each.patient_id for each in found} == {booking.patient, spouse, partner}


async def test_a_number_of_too_many_appointments_is_not_answered_by_phone(emulated_place):
    """A home whose residents share a line: each is asked about once it is known who calls."""
    admin, number, client = emulated_place.admin, emulated_place.new_number(), emulated_place.client()
    patient = emulated_place.patient(phone=number)
    times = {"start": "2027-05-03 09:00:00", "stop": "2027-05-03 09:30:00"}
    values = {"name": "x", "x_patient_partner_id": patient, "user_id": 2, **times}
    try:
        records = Desk(emulated_place, client).records
        admin.call("calendar.event", "create", [values] * 100)
        assert len(await records.upcoming_by_phone(number, NOW)) == 100
        admin.call("calendar.event", "create", values)
        assert await records.upcoming_by_phone(number, NOW) is None
    finally:
        await client.close()


async def test_another_process_that_asks_again_is_told_how_it_stands_now(booking):
    """It knows nothing of the first asking, but that there may have been one."""
    made = await booking.create()
    await booking.records.move(made.id, booking.later, made.status)
    other = OdooRecords(booking.desk.client, booking.desk.users, StoppedClock())

    again = await other.create(replace(booking.draft, again=True), booking.key)

    assert (again.id, again.slot) == (made.id, booking.later)


async def test_a_cancelled_one_says_so_in_the_calendar_until_it_is_active_again(booking):
    """The title may be a person's own; it is not said twice."""
    made = await booking.create()
    booking.admin.call("calendar.event", "write", [made.id], {"name": "Visite de Jean"})
    await booking.records.cancel(made.id, "malade")
    await booking.records.cancel(made.id, "malade")
    cancelled = booking.seen(made, "name")["name"]
    await booking.records.move(made.id, booking.later, AppointmentStatus.CONFIRMED)

    assert (cancelled, booking.seen(made, "name")["name"]) == ("Annulé : Visite de Jean", "Visite de Jean")
