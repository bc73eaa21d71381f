"""An agent changes her calendar before a call, while offers are read out, between two steps, and afterwards."""

import pytest
from tests.sync.calling import Talk, is_done, synced, untrue
from tests.sync.conftest import span

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

ELSEWHERE = "2026-01-08T16:00:00+01:00"
FRIDAY_AT_NINE = span("2026-01-09T09:00:00+01:00")


def moves(company, event_id):
    company.agent().move(event_id, span(ELSEWHERE))


def deletes(company, event_id):
    company.agent().delete(event_id)


def hands_over(company, event_id):
    company.assistant().hand_over(event_id, "a46@demo.test")


def recolours(company, event_id):
    company.agent().change(event_id, colorId="7")


WHEN = ["before", "offered", "before the record", "before the planning", "after the planning"]
"""In a call: not noticed yet; while the caller listens; and as a request leaves the desk or its answer comes back."""

EDGES = {
    "before the record": ("calendar.event.write", "before"),
    "before the planning": ("PATCH event", "before"),
    "after the planning": ("PATCH event", "after"),
}


def played(company, wire, intent, act, when):
    """A call in the course of which the agent acts."""
    event_id, acts = company.record["google_event_id"], [act]

    def once():
        if acts:
            acts.pop()(company, event_id)

    if when == "before":
        once()
    if when in EDGES:
        wire.hook = lambda exchange, edge: once() if (exchange.name, edge) == EDGES[when] else None
    talk = Talk(lambda: company.desk, intent, f"c-{intent}").play(meanwhile=once if when == "offered" else None)
    assert acts == [], f"the agent never acted: {wire.names}"
    return talk


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("act", [moves, deletes, hands_over, recolours])
@pytest.mark.parametrize("intent", ["RESCHEDULE", "CANCEL"])
def test_what_an_agent_does_meanwhile_is_never_overwritten_unseen(wired_company, intent, act, when):
    """A cancellation is carried out wherever the event is; a move gives way to what a person did, and says so."""
    company, wire = wired_company
    company.wait()
    talk = played(company, wire, intent, act, when)
    told = talk.told
    if told:
        assert is_done(company, talk)
    company.wait()

    assert [] == untrue(company)
    if intent == "CANCEL" or act is recolours:
        assert told
        assert synced(company) or when == "after the planning"
    elif when == "after the planning":
        assert told, "it was moved, and changed once more: a difference like any other"
        assert "error" == company.record["sync_state"]
    else:
        assert not told
        assert ("error", "to_reschedule") == (company.record["sync_state"], company.record["status"])
        assert "conflict" in {kind for kind, _ in company.open_tasks}


@pytest.mark.parametrize("when", ["offered", "before the record"])
def test_a_meeting_put_into_the_offered_slot_is_seen_before_anything_is_written(wired_company, when):
    """Rows 38 and 40: asked again before the commitment; a meeting that overlaps by a quarter of an hour is enough.

    Once the record is made the slot is ours, and whoever puts a meeting there does it on purpose.
    """
    company, wire = wired_company
    meetings = [span("2026-01-09T09:15:00+01:00")]

    def meet():
        for label in ("a45", "a46"):
            company.agent(label).put(meetings[0], summary="Réunion")
        meetings.clear()

    if when == "before the record":
        wire.hook = lambda exchange, edge: (
            meet() if meetings and exchange.name == "calendar.event.load" and edge == "before" else None
        )
    talk = Talk(lambda: company.desk, "BOOK", "c-book").play(meanwhile=meet if when == "offered" else None)

    assert not meetings, wire.names
    assert talk.told
    [booked] = [one for one in company.records if one["call_id"] == "c-book"]
    taken = any("Ce créneau n'est plus disponible" in heard for heard in talk.heard)
    assert taken == (when == "offered")
    assert (booked["start"] == FRIDAY_AT_NINE.start.isoformat()) == (when != "offered")
    company.wait()
    assert [] == untrue(company)


@pytest.mark.parametrize("act", [moves, deletes, hands_over, recolours])
def test_what_an_agent_does_after_a_booking_is_seen_by_the_next_reading(wired_company, act):
    """Row 24."""
    company, _wire = wired_company
    talk = Talk(lambda: company.desk, "BOOK", "c-book").play()
    [booked] = [one for one in company.records if one["call_id"] == "c-book"]
    person = company.assistant() if act is hands_over else company.agent(booked["agent"])
    if act is hands_over:
        other = {"a45": "a46", "a46": "a45"}[booked["agent"]]
        person._events = person._events.replace("a45@", f"{booked['agent']}@")
        person.hand_over(booked["google_event_id"], f"{other}@demo.test")
    else:
        {
            moves: lambda: person.move(booked["google_event_id"], span(ELSEWHERE)),
            deletes: lambda: person.delete(booked["google_event_id"]),
            recolours: lambda: person.change(booked["google_event_id"], colorId="7"),
        }[act]()
    company.wait()

    assert talk.told
    assert [] == untrue(company)
    expected = "synced" if act is recolours else "error"
    assert expected == next(one["sync_state"] for one in company.records if one["id"] == booked["id"])
