"""When agents are busy or away, on the real servers and the emulator."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.odoo.places import REAL

from pupitre.backends.odoo.freebusy import OdooFreeBusy
from pupitre.backends.odoo.presence import OdooPresence
from pupitre.model import Agent, Interval, Slot, Source
from pupitre.ports import Draft

pytestmark = pytest.mark.xdist_group("odoo")

PARIS = ZoneInfo("Europe/Paris")
FORMAT = "%Y-%m-%d %H:%M:%S"
QUIET = {"no_mail_to_attendees": True}
WEEKS = itertools.count(1)


class Week:
    """Agent 1 in a week of the calendar that no other test uses."""

    def __init__(self, desk):
        self.desk, self.place = desk, desk.place
        self.monday = date(2028, 1, 3) + timedelta(weeks=next(WEEKS))
        self.agent, self.other = (desk.place.user(f"agent{n}@demo.test") for n in (1, 2))
        self.freebusy = OdooFreeBusy(desk.client, desk.users)
        self.person = desk.place.person("agent1@demo.test")

    def at(self, hour, minute=0, day=0):
        return datetime(self.monday.year, self.monday.month, self.monday.day, hour, minute, tzinfo=PARIS) + timedelta(
            days=day
        )

    def event(self, start, stop, person=None, **values):
        utc = {"start": start.astimezone(UTC).strftime(FORMAT), "stop": stop.astimezone(UTC).strftime(FORMAT)}
        return (person or self.person).call(
            "calendar.event", "create", {"name": "Réunion", **utc, **values}, context=QUIET
        )

    async def busy(self, agent=None, source=None):
        window = Interval(self.at(0), self.at(0, day=7))
        found = await (source or self.freebusy).busy([Agent(agent or self.agent, "x")], window)
        return [(span.start, span.end) for span in found.intervals[agent or self.agent]]


@pytest.fixture
def week(desk):
    return Week(desk)


async def test_an_event_is_busy_time_of_who_made_it_to_the_second(week):
    week.event(week.at(9), week.at(10, 20))

    assert await week.busy() == [(week.at(9), week.at(10, 20))]
    assert await week.busy(week.other) == []


async def test_who_is_invited_is_busy_until_he_declines(week):
    partners = [week.place.partner_of(one) for one in (week.agent, week.other)]
    event = week.event(week.at(14), week.at(15), partner_ids=[[6, 0, partners]])
    invited = await week.busy(week.other)
    admin = week.place.admin
    domain = [["event_id", "=", event], ["partner_id", "=", partners[1]]]
    attendee = admin.call("calendar.attendee", "search", domain)

    admin.call("calendar.attendee", "write", attendee, {"state": "declined"})

    assert invited == [(week.at(14), week.at(15))]
    assert (await week.busy(week.other), await week.busy()) == ([], invited)


async def test_a_private_event_is_busy_time_of_everybody_in_it(week):
    partners = [week.place.partner_of(one) for one in (week.agent, week.other)]
    event = week.event(week.at(11), week.at(12), partner_ids=[[6, 0, partners]], user_id=week.agent)
    week.person.call("calendar.event", "write", [event], {"privacy": "private"}, context=QUIET)

    assert await week.busy() == await week.busy(week.other) == [(week.at(11), week.at(12))]


async def test_what_shows_as_free_or_is_archived_is_not_busy(week):
    week.event(week.at(9), week.at(10), show_as="free")
    gone = week.event(week.at(10), week.at(11))
    week.person.call("calendar.event", "write", [gone], {"active": False})

    assert await week.busy() == []


@pytest.mark.parametrize("shape", ["dates", "midnights"])
async def test_an_all_day_event_is_the_whole_day_in_the_clinics_zone(week, shape):
    days = [(week.monday + timedelta(days=n)).isoformat() for n in (1, 2)]
    values = {"name": "Congé", "allday": True, "start": f"{days[0]} 00:00:00", "stop": f"{days[1]} 00:00:00"}
    if shape == "dates":
        values |= {"start_date": days[0], "stop_date": days[1]}
    week.person.call("calendar.event", "create", values, context=QUIET)

    assert await week.busy() == [(week.at(0, day=1), week.at(0, day=3))]


async def test_a_one_day_event_from_midnight_to_midnight_is_not_missed(week):
    day = f"{week.monday.isoformat()} 00:00:00"
    week.person.call(
        "calendar.event", "create", {"name": "x", "allday": True, "start": day, "stop": day}, context=QUIET
    )

    assert await week.busy() == [(week.at(0), week.at(0, day=1))]


@pytest.mark.parametrize("place", [pytest.param(way, marks=pytest.mark.real) for way in REAL], indirect=True)
async def test_a_recurring_event_is_busy_each_time(week):
    week.event(
        week.at(9),
        week.at(10),
        recurrency=True,
        rrule_type="daily",
        interval=1,
        count=3,
        end_type="count",
    )

    assert await week.busy() == [(week.at(9, day=n), week.at(10, day=n)) for n in range(3)]


async def test_only_what_lies_inside_the_window_is_told(week):
    week.event(week.at(23) - timedelta(days=1), week.at(1))

    assert await week.busy() == [(week.at(0), week.at(1))]


async def test_a_booking_is_busy_and_a_cancelled_one_is_not(week):
    patient = week.place.patient()
    slot = Slot(week.at(9), week.at(9, 30), week.agent)
    made = await week.desk.records.create(Draft(patient, slot, "c", Source.IVR), f"week {week.monday}")
    booked = await week.busy()

    await week.desk.records.cancel(made.id, "x")

    assert (booked, await week.busy()) == ([(slot.start, slot.end)], [])


async def test_an_agent_that_odoo_does_not_know_is_unreadable_and_not_free(week):
    found = await week.freebusy.busy([Agent(987654, "?")], Interval(week.at(0), week.at(1)))

    assert (dict(found.intervals), list(found.unreadable)) == ({}, [987654])


async def test_without_hr_everybody_is_always_there(week):
    assert await week.busy(week.other, OdooPresence(week.desk.client)) == []


@pytest.mark.parametrize("place", [pytest.param(way, marks=pytest.mark.real) for way in REAL[:2]], indirect=True)
async def test_working_hours_and_absences_come_from_hr_where_it_is_installed(week):
    admin = week.place.admin
    hours = [
        {"name": f"{day}", "dayofweek": str(day), "hour_from": a, "hour_to": b, "day_period": period}
        for day in range(5)
        for a, b, period in ((8.5, 12, "morning"), (12, 13, "lunch"), (13, 17, "afternoon"))
    ]
    calendar = admin.call(
        "resource.calendar",
        "create",
        {"name": "Agents", "tz": "Europe/Paris", "attendance_ids": [[5, 0, 0], *[[0, 0, one] for one in hours]]},
    )
    agent = week.place.user("agent3@demo.test")
    employee = admin.call("hr.employee", "search", [["user_id", "=", agent]]) or [
        admin.call("hr.employee", "create", {"name": "Inès Roy", "user_id": agent})
    ]
    admin.call("hr.employee", "write", employee, {"resource_calendar_id": calendar})
    resource = admin.one("hr.employee", employee[0], "resource_id")["resource_id"][0]
    for holder, day in ((resource, 1), (False, 2)):
        start, stop = week.at(0, day=day), week.at(23, 59, day=day)
        utc = [at.astimezone(UTC).strftime(FORMAT) for at in (start, stop)]
        values = {"name": "absent", "resource_id": holder, "date_from": utc[0], "date_to": utc[1]}
        admin.call("resource.calendar.leaves", "create", values)

    away = await week.busy(agent, OdooPresence(week.desk.client))

    def at_work(instant):
        return not any(start <= instant < end for start, end in away)

    monday = [week.at(hour, minute) for hour, minute in ((8, 15), (8, 30), (11, 59), (12, 30), (13, 0), (17, 0))]
    assert [at_work(instant) for instant in monday] == [False, True, True, False, True, False]
    assert [at_work(week.at(10, day=day)) for day in range(7)] == [True, False, False, True, True, False, False]
