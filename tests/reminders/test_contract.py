"""What a program that knows nothing of the code sees of reminders in the sandbox (contract §4)."""

import pytest
from tests.servers.desk import JEAN, Desk, pupitre


def world(now, *appointments, phone="+33612345678"):
    """`appointments` are starts of half an hour; they stand at Claire's."""
    return {
        "now": now,
        "appointments": [
            {"patient_phone": phone, "agent": "a45", "start": start, "end": start.replace(":00:00+", ":30:00+")}
            for start in appointments
        ],
    }


def book(desk, wish, call="c1", caller=JEAN, optin="oui"):
    """By voice; answers what the last turn said."""
    desk.patiently(call, desk.event(call, "call_start", caller=caller))
    for words in ("je voudrais prendre rendez-vous", "oui", wish, "le premier", optin):
        answer = desk.says(call, words)
    assert "END_CONFIRMATION" == answer.state, answer.said
    desk.event(call, "hangup")
    return answer


def change(desk, words, *answers, call="c2", caller=JEAN):
    desk.patiently(call, desk.event(call, "call_start", caller=caller))
    for said in (words, "oui", *answers):
        answer = desk.says(call, said)
    assert "END_CONFIRMATION" == answer.state, answer.said
    desk.event(call, "hangup")


def shown(desk, *statuses):
    """(offset, dial_at) of the reminders that stand so."""
    return {(one["offset"], one["dial_at"]) for one in desk.state["reminders"] if one["status"] in statuses}


def rung(desk):
    return [call["at"] for call in desk.state["outbound_calls"]]


def answered(desk, offset, *said, call=None):
    """Somebody takes the call that rings, and says this; answers the last reply."""
    [one] = [r for r in desk.state["reminders"] if r["offset"] == offset and r["status"] == "dialled"]
    call = call or f"out-{one['id']}"
    answer = desk.event(call, "call_start", direction="outbound", reminder_id=one["id"])
    for words in said:
        answer = desk.says(call, words)
    return answer


@pytest.mark.parametrize(
    ("now", "wish", "scheduled"),
    [
        pytest.param(
            "2026-01-02T09:00:00+01:00",
            "lundi 5 janvier à 9 heures",
            {("P1D", "2026-01-03T09:00:00+01:00"), ("PT1H", "2026-01-05T08:00:00+01:00")},
            id="Monday: the Saturday before",
        ),
        pytest.param(
            "2026-01-02T09:00:00+01:00",
            "mardi 6 janvier à 15 heures",
            {("P1D", "2026-01-05T15:00:00+01:00"), ("PT1H", "2026-01-06T14:00:00+01:00")},
            id="an ordinary day",
        ),
        pytest.param(
            "2026-04-03T09:00:00+02:00",
            "mardi 7 avril à 10 heures",
            {("P1D", "2026-04-04T10:00:00+02:00"), ("PT1H", "2026-04-07T09:00:00+02:00")},
            id="after Easter Monday: the Saturday before",
        ),
        pytest.param(
            "2026-03-25T09:00:00+01:00",
            "lundi 30 mars à 9 heures",
            {("P1D", "2026-03-28T09:00:00+01:00"), ("PT1H", "2026-03-30T08:00:00+02:00")},
            id="across the change to summer",
        ),
        pytest.param(
            "2026-10-21T09:00:00+02:00",
            "lundi 26 octobre à 14 heures",
            {("P1D", "2026-10-24T14:00:00+02:00"), ("PT1H", "2026-10-26T13:00:00+01:00")},
            id="across the change to winter",
        ),
        pytest.param(
            "2026-01-05T10:00:00+01:00",
            "mardi 6 janvier à 9 heures",
            {("PT1H", "2026-01-06T08:00:00+01:00")},
            id="what is past at the booking is not created",
        ),
        pytest.param(
            "2026-01-04T10:00:00+01:00",
            "lundi 5 janvier à 9 heures",
            {("PT1H", "2026-01-05T08:00:00+01:00")},
            id="nor what would have rung on the day before a Sunday",
        ),
    ],
)
def test_a_reminder_rings_on_the_right_day_at_the_right_hour_and_only_then(desk, now, wish, scheduled):
    desk.load(**world(now))
    book(desk, wish)
    assert scheduled == shown(desk, "scheduled", "dropped")

    last = max(at for _, at in scheduled)
    desk.clock(set=last)
    assert sorted(at for _, at in scheduled) == rung(desk)
    desk.clock(advance="P2D")
    assert sorted(at for _, at in scheduled) == rung(desk)


def test_who_wants_none_gets_none_and_who_wants_one_gets_one(desk):
    book(desk, "mardi 6 janvier à 15 heures", optin="non merci")
    assert [] == desk.state["reminders"]
    desk.load()
    book(desk, "mardi 6 janvier à 15 heures", optin="juste la veille")
    assert {("P1D", "2026-01-05T15:00:00+01:00")} == shown(desk, "scheduled")


def test_a_move_by_its_patient_moves_both_reminders_without_asking_again(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    change(desk, "je voudrais déplacer mon rendez-vous", "jeudi 8 janvier à 10 heures", "le premier")

    assert {("P1D", "2026-01-07T10:00:00+01:00"), ("PT1H", "2026-01-08T09:00:00+01:00")} == shown(desk, "scheduled")
    desk.clock(set="2026-01-09T12:00:00+01:00")
    assert ["2026-01-07T10:00:00+01:00", "2026-01-08T09:00:00+01:00"] == rung(desk)


def test_a_cancellation_by_its_patient_cancels_both(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    change(desk, "je voudrais annuler mon rendez-vous", "oui")

    assert {"canceled"} == {one["status"] for one in desk.state["reminders"]}
    desk.clock(set="2026-01-07T12:00:00+01:00")
    assert [] == rung(desk)


def test_a_person_moves_and_cancels_by_command_and_the_reminders_follow(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    [one] = [made for made in desk.state["appointments"] if made["patient_phone"] == JEAN["from_e164"]]
    config = ("--config", desk.home / "pupitre.toml", "--tenant", "demo")
    moved = pupitre("appointments", "move", one["id"], "2026-01-08T10:00", *config)
    assert 0 == moved.returncode, moved.stderr
    assert {("P1D", "2026-01-07T10:00:00+01:00"), ("PT1H", "2026-01-08T09:00:00+01:00")} == shown(desk, "scheduled")

    assert 0 == pupitre("appointments", "cancel", one["id"], *config).returncode
    desk.clock(set="2026-01-09T12:00:00+01:00")
    assert [] == rung(desk)


def test_two_patients_on_one_number_and_two_appointments_of_one_patient_each_ring(desk):
    people = [{"name": name, "phone": JEAN["from_e164"]} for name in ("Jean Dupont", "Jeanne Dupont")]
    desk.load(patients=people, appointments=[])
    for call, first, hour in (("c1", "Jean", "15"), ("c2", "Jeanne", "15")):
        desk.patiently(call, desk.event(call, "call_start", caller=JEAN))
        for words in ("je voudrais prendre rendez-vous", f"{first} Dupont", f"mardi 6 janvier à {hour} heures"):
            answer = desk.says(call, words)
        while answer.state not in ("END_CONFIRMATION", "TRANSFER_AGENT"):
            answer = desk.says(call, "le premier" if answer.state == "SLOTS_READOUT" else "oui")
    desk.clock(set="2026-01-05T23:00:00+01:00")

    assert ["2026-01-05T15:00:00+01:00"] * 2 == rung(desk)
    assert 2 == len({call["reminder_id"] for call in desk.state["outbound_calls"]})


def test_two_tenants_have_each_their_own(desk):
    theirs = Desk(desk.home, desk.url, desk.process)
    theirs.gateway, theirs.admin = (
        (desk.home / f"demo2.{role}.token").read_text().strip() for role in ("gateway", "admin")
    )
    book(desk, "mardi 6 janvier à 15 heures")
    theirs.load()
    book(theirs, "mercredi 7 janvier à 11 heures")
    desk.clock(set="2026-01-09T09:00:00+01:00")

    assert ["2026-01-05T15:00:00+01:00", "2026-01-06T14:00:00+01:00"] == rung(desk)
    assert ["2026-01-06T11:00:00+01:00", "2026-01-07T10:00:00+01:00"] == rung(theirs)
    [mine, _] = desk.state["outbound_calls"]
    other = theirs.event("c9", "call_start", direction="outbound", reminder_id=mine["reminder_id"])
    assert "Dupont" not in other.said
    assert "rendez-vous" not in other.said
    body = {"reminder_id": mine["reminder_id"], "outcome": "busy"}
    if mine["reminder_id"] not in {one["id"] for one in theirs.state["reminders"]}:
        assert 404 == theirs.post("/_sandbox/dialer", body).status
    assert None is desk.state["outbound_calls"][0]["outcome"]


def test_busy_and_no_answer_are_tried_again_the_same_day_three_times_in_all(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    for outcome, hour in (("busy", 15), ("no_answer", 16), ("busy", 17)):
        desk.clock(set=f"2026-01-05T{hour}:00:00+01:00")
        [one] = [r for r in desk.state["reminders"] if r["status"] == "dialled"]
        assert 200 == desk.post("/_sandbox/dialer", {"reminder_id": one["id"], "outcome": outcome}).status
    desk.clock(set="2026-01-05T23:00:00+01:00")

    assert [f"2026-01-05T{hour}:00:00+01:00" for hour in (15, 16, 17)] == rung(desk)
    assert ["busy", "no_answer", "busy"] == [call["outcome"] for call in desk.state["outbound_calls"]]
    assert {("P1D", "done"), ("PT1H", "scheduled")} == {(o["offset"], o["status"]) for o in desk.state["reminders"]}


def test_the_hour_before_is_tried_again_before_its_appointment_and_not_after(desk):
    book(desk, "mardi 6 janvier à 9 heures", optin="juste une heure avant")
    for _ in range(5):
        desk.clock(**({"advance": "PT15M"} if rung(desk) else {"set": "2026-01-06T08:00:00+01:00"}))
        for one in desk.state["reminders"]:
            if one["status"] == "dialled":
                desk.post("/_sandbox/dialer", {"reminder_id": one["id"], "outcome": "busy"})
    desk.clock(set="2026-01-06T12:00:00+01:00")

    assert 2 <= len(rung(desk)) <= 5
    assert all("2026-01-06T08:00:00+01:00" <= at < "2026-01-06T09:00:00+01:00" for at in rung(desk))


def test_who_confirmed_the_day_before_is_called_an_hour_before_too(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    last = answered(desk, "P1D", "oui c'est moi", "oui je confirme")
    assert "hangup" == last.kinds[-1]
    desk.clock(set="2026-01-06T14:00:00+01:00")

    assert ["confirmed", None] == [call["outcome"] for call in desk.state["outbound_calls"]]


def test_nothing_personal_is_said_before_the_right_person_answers_nor_to_a_machine(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    [one] = [r for r in desk.state["reminders"] if r["status"] == "dialled"]
    greeting = desk.event("o1", "call_start", direction="outbound", reminder_id=one["id"])
    assert "rendez-vous" not in greeting.said
    assert "15" not in greeting.said
    machine = desk.event("o1", "machine_detected")
    assert "hangup" == machine.kinds[-1]
    assert not any(word in machine.said for word in ("Dupont", "Jean", "rendez-vous"))
    desk.clock(set="2026-01-05T23:00:00+01:00")

    assert ["machine"] == [call["outcome"] for call in desk.state["outbound_calls"]]


@pytest.mark.parametrize(
    ("said", "outcome", "tasks"),
    [
        (("non",), "wrong_person", []),
        (("oui", "non je ne viendrai pas", "annuler", "oui"), "not_coming", []),
        (("oui", "je voudrais le déplacer"), "reschedule_requested", []),
        (("oui", "ne m'appelez plus"), "unclear", ["stop_calling"]),
        (("oui", "rappelez-moi plus tard"), "unclear", []),
    ],
)
def test_what_a_call_brought_is_told_by_its_outcome(desk, said, outcome, tasks):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    answered(desk, "P1D", *said)

    assert [outcome] == [call["outcome"] for call in desk.state["outbound_calls"]]
    assert tasks == [task["kind"] for task in desk.state["tasks"]]
    figures = desk.get("/metrics").body.decode()
    assert f'pupitre_reminders_total{{outcome="{outcome}",tenant="demo"}}' in figures


def test_who_asks_to_be_called_later_is_called_later_the_same_day(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    answered(desk, "P1D", "oui", "rappelez-moi plus tard")
    desk.clock(set="2026-01-05T19:59:00+01:00")

    assert ["2026-01-05T15:00:00+01:00", "2026-01-05T16:00:00+01:00"] == rung(desk)


def test_a_number_that_is_not_to_be_called_is_left_alone_for_later_bookings_too(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    answered(desk, "P1D", "oui", "ne m'appelez plus")
    assert [desk.state["outbound_calls"][0]["to"]] == [task["patient_phone"] for task in desk.state["tasks"]]
    desk.clock(set="2026-01-06T16:00:00+01:00")
    book(desk, "jeudi 8 janvier à 15 heures", "c8")
    desk.clock(set="2026-01-08T16:00:00+01:00")

    assert ["2026-01-05T15:00:00+01:00"] == rung(desk)


def test_who_takes_a_call_for_an_appointment_that_was_cancelled_meanwhile_hears_nothing_of_it(desk):
    book(desk, "mardi 6 janvier à 15 heures")
    desk.clock(set="2026-01-05T15:00:00+01:00")
    [one] = [r for r in desk.state["reminders"] if r["status"] == "dialled"]
    change(desk, "je voudrais annuler mon rendez-vous", "oui")
    answer = desk.event("o1", "call_start", direction="outbound", reminder_id=one["id"])

    assert "mardi" not in answer.said
    assert "hangup" == answer.kinds[-1]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("cancel", "nobody"), 1, "nobody"),
        (("cancel",), 2, "REMINDER_ID"),
        (("list", "--status", "lost"), 2, "lost"),
        (("list", "--days", "-3"), 2, "days"),
        (("list", "--days", "many"), 2, "many"),
        (("list", "--days", "99999999"), 2, "days"),
        (("run", "--tenant", "nobody"), 2, "nobody"),
    ],
)
def test_bad_input_to_the_command_gets_one_sentence(desk, words, status, told):
    tenant = () if "--tenant" in words else ("--tenant", "demo")
    answer = pupitre("reminders", *words, *tenant, "--config", desk.home / "pupitre.toml")

    assert (status, "") == (answer.returncode, answer.stdout)
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
