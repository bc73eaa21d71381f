"""Random sequences of operations get the same answers from the emulator and from a real Odoo 19.

The same 25 sequences each time; `TWINS=300` runs that many others: `TWINS=300 scripts/test tests/emulators/odoo`.
"""

import os

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from tests.emulators.odoo.twins import ATTENDEE, EVENT, LOGINS, PARTNER, USER, Ref, Side
from tests.odoo.places import *  # noqa: F403 -- fixtures

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("odoo")]

QUIET = {"no_mail_to_attendees": True, "skip_contact_description": True, "mail_create_nolog": True}
OTHERS = int(os.environ.get("TWINS", "0"))
PEOPLE = [{"id": 1, "name": "Claire Martin"}, {"id": 2, "name": "Hugo Petit"}]


def places(model):
    return st.integers(0, 12).map(lambda place: Ref(model, place))


def sometimes(**fields):
    return st.fixed_dictionaries({}, optional=fields)


moments = st.builds(
    "2031-{:02}-{:02} {:02}:{:02}:00".format,
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(7, 10),
    st.sampled_from([0, 20, 30]),
)
days = moments.map(lambda text: text[:10])
bad_moments = st.sampled_from(["2031-01-01T09:00:00Z", "2031-01-01 09:00:00+01:00", "demain"])
texts = st.sampled_from(["RDV", "Élodie", "a b", "DUPONT Jean", "Lefèvre", ""])
phones = st.sampled_from(
    [
        "+33612345678",
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "0033612345678",
        "+33 (0)6 12 34 56 78",
        "12",
        "",
    ]
)
attendees = st.lists(places(PARTNER), max_size=3, unique=True)
commands = st.one_of(
    attendees.map(lambda refs: [[6, 0, refs]]),
    st.tuples(st.sampled_from([3, 4]), places(PARTNER)).map(lambda pair: [[pair[0], pair[1], 0]]),
)
event_values = {
    "start": moments,
    "stop": moments,
    "duration": st.sampled_from([0.5, 0.33, 1.0]),
    "allday": st.booleans(),
    "privacy": st.sampled_from(["public", "private", "confidential", False]),
    "show_as": st.sampled_from(["free", "busy"]),
    "user_id": places(USER),
    "location": texts,
    "description": st.sampled_from(["Créé via IVR", "<p>ligne</p>", False]),
    "x_status": st.sampled_from(["pending", "confirmed", "canceled", "to_reschedule", False]),
    "x_call_id": texts,
    "x_sync_updated_at": moments,
    "x_patient_partner_id": places(PARTNER),
}
new_events = st.fixed_dictionaries(
    {
        "name": texts.filter(bool),
        "start": moments,
        "stop": moments,
        "partner_ids": attendees.map(lambda r: [[6, 0, r]]),
    },
    optional={name: event_values[name] for name in event_values.keys() - {"start", "stop"}},
)
changed_events = sometimes(
    **{name: event_values[name] for name in event_values.keys() - {"allday", "duration"}}, partner_ids=commands
).filter(bool)
wrong_events = st.one_of(
    st.just({"x_nope": 1}),
    bad_moments.map(lambda at: {"start": at}),
    st.just({"x_status": "nope"}),
)
new_partners = st.fixed_dictionaries(
    {"name": texts}, optional={"phone": phones, "email": st.just("x@demo.test"), "user_id": places(USER)}
)
changed_partners = sometimes(name=texts.filter(bool), phone=phones, active=st.booleans()).filter(bool)

event_leaves = st.one_of(
    st.tuples(st.sampled_from(["start", "stop"]), st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), moments),
    st.tuples(
        st.sampled_from(["name", "location", "x_call_id"]), st.sampled_from(["=", "!=", "ilike", "=ilike"]), texts
    ),
    st.tuples(st.just("x_status"), st.sampled_from(["in", "not in"]), st.just(["canceled", "pending"])),
    st.tuples(st.just("x_status"), st.sampled_from(["=", "!="]), st.sampled_from(["canceled", False])),
    st.tuples(st.just("user_id"), st.sampled_from(["=", "!="]), st.one_of(places(USER), st.just(False))),
    st.tuples(
        st.sampled_from(["partner_ids", "user_id.partner_id"]), st.just("in"), st.lists(places(PARTNER), min_size=1)
    ),
    st.tuples(st.just("x_patient_partner_id.phone"), st.just("ilike"), st.sampled_from(["6%1%2%3", "0612"])),
    st.tuples(st.sampled_from(["allday", "active"]), st.just("="), st.booleans()),
    st.tuples(st.just("x_nope"), st.just("="), st.just(1)),
).map(list)
partner_leaves = st.one_of(
    st.tuples(st.sampled_from(["name", "phone"]), st.sampled_from(["=", "ilike", "not ilike", "=like"]), texts),
    st.tuples(st.just("name"), st.just("ilike"), st.sampled_from(["l_f_vr_", "dupont%jean"])),
    st.tuples(st.just("phone"), st.just("ilike"), st.just("6%1%2%3%4%5%6%7%8")),
    st.tuples(st.just("phone_sanitized"), st.sampled_from(["=", "!="]), st.sampled_from(["+33612345678", False])),
    st.tuples(
        st.just("phone_mobile_search"), st.just("="), st.sampled_from(["0612345678", "+33612345678", "06 12 34 56 78"])
    ),
    st.tuples(st.just("active"), st.just("="), st.booleans()),
).map(list)


def domains(leaves):
    return st.one_of(
        st.lists(leaves, max_size=2),
        st.tuples(leaves, leaves).map(lambda pair: ["|", *pair]),
        leaves.map(lambda one: ["!", one]),
    )


EVENT_FIELDS = st.lists(
    st.sampled_from(
        [
            *("name", "display_name", "start", "stop", "duration", "allday", "start_date", "stop_date", "show_as"),
            *("privacy", "user_id", "partner_id", "partner_ids", "attendee_ids", "location", "description", "active"),
            *("x_status", "x_call_id", "x_patient_partner_id", "x_sync_updated_at"),
        ]
    ),
    min_size=1,
    max_size=8,
    unique=True,
)
PARTNER_FIELDS = st.lists(
    st.sampled_from(
        ["name", "display_name", "phone", "phone_sanitized", "email", "user_id", "active", "is_company", "type"]
    ),
    min_size=1,
    unique=True,
)
ORDERS = st.sampled_from(["start, id", "start desc, id desc", "x_status, id", "x_call_id desc, id"])


@st.composite
def loads(draw):
    """An upsert of an appointment under one of three keys, as the desk does it, or as others do."""
    row = {
        "id": draw(st.sampled_from(["twins.one", "twins.two", "twins.three"])),
        "name": "RDV",
        "start": draw(moments | bad_moments),
        "stop": draw(moments),
        "x_status": draw(st.sampled_from(["confirmed", "canceled", "nope"])),
        "x_call_id": draw(texts),
    }
    context = {**QUIET, "tz": draw(st.sampled_from(["UTC", "Europe/Paris"]))}
    if draw(st.booleans()):
        context |= {"mode": "update", "noupdate": True}
    return (EVENT, "load", [list(row), [list(row.values())]], {"context": context})


def on(model, method, *args, **kwargs):
    """A call whose arguments are strategies."""
    return st.tuples(
        st.just(model),
        st.just(method),
        st.tuples(*args).map(list),
        st.fixed_dictionaries(
            {name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in kwargs.items()}
        ),
    )


def mine(model, leaves):
    """A domain that finds only what this sequence has made."""
    return domains(leaves).map(lambda domain: [["id", "in", [Ref(model, place) for place in range(4, 16)]], *domain])


ids = {model: places(model).map(lambda ref: [ref]) for model in (PARTNER, EVENT)}
contexts = st.sampled_from([QUIET, {**QUIET, "active_test": False}, {"no_mail_to_attendees": True}])
operations = st.one_of(
    on(PARTNER, "create", new_partners),
    on(PARTNER, "write", st.integers(4, 12).map(lambda place: [Ref(PARTNER, place)]), changed_partners),
    on(EVENT, "create", new_events, context=contexts),
    on(EVENT, "create", new_events, context=contexts),
    on(EVENT, "write", ids[EVENT], changed_events, context=contexts),
    on(EVENT, "write", ids[EVENT], changed_events, context=contexts),
    on(EVENT, "write", ids[EVENT], wrong_events, context=contexts),
    on(EVENT, "write", ids[EVENT], st.sampled_from([{"active": False}, {"active": True}]), context=contexts),
    on(EVENT, "unlink", ids[EVENT], context=QUIET),
    on(EVENT, "read", ids[EVENT], EVENT_FIELDS),
    on(PARTNER, "read", ids[PARTNER], PARTNER_FIELDS),
    on(EVENT, "search_read", mine(EVENT, event_leaves), fields=EVENT_FIELDS, order=ORDERS, context=contexts),
    on(EVENT, "search_count", mine(EVENT, event_leaves), context=contexts),
    on(PARTNER, "search_read", mine(PARTNER, partner_leaves), fields=PARTNER_FIELDS, order="id"),
    on(PARTNER, "search", mine(PARTNER, partner_leaves), limit=3),
    on(
        ATTENDEE,
        "search_read",
        ids[EVENT].map(lambda refs: [["event_id", "in", refs]]),
        fields=st.just(["event_id", "partner_id", "state"]),
        order="partner_id, id",
    ),
    loads(),
    st.sampled_from([("ir.model.data", "check_object_reference", ["twins", "none"], {})]),
)
sequences = st.lists(st.tuples(st.sampled_from(LOGINS), operations), min_size=4, max_size=25)


@pytest.fixture(scope="module")
def twins(odoo19, odoo_emulator):
    place = installed(odoo19.new_database())  # noqa: F405 -- of tests.odoo.places
    people = [{**one, "login": f"agent{one['id']}@demo.test"} for one in PEOPLE]
    made = requests.post(f"{odoo_emulator}/_emu/world", json={"db": "twins", "agents": people}, timeout=10)
    assert made.status_code == 200, made.text
    real = Side(place.settings.url, place.settings.database, lambda one: "admin" if one == "admin" else f"{one}-secret")
    return real, Side(odoo_emulator, "twins", lambda login: login)


@pytest.mark.timeout(600 + 6 * OTHERS)
@settings(
    max_examples=OTHERS or 25,
    deadline=None,
    derandomize=not OTHERS,
    phases=[Phase.generate],  # shrinking against a real server takes minutes: the sequence is told as it is
    suppress_health_check=list(HealthCheck),
)
@given(sequence=sequences)
def test_both_answer_alike(twins, sequence):
    real, emulator = twins
    for side in twins:
        side.forget()
        clean(side)
    for login, (model, method, args, kwargs) in sequence:
        note(f"{login}: {model}.{method} {args} {kwargs}")
        told = [side.run(login, model, method, args, kwargs) for side in (real, emulator)]
        assert told[0] == told[1]


def clean(side):
    """Each sequence begins with the people as they were, and with none of the keys."""
    admin = side.people["admin"]
    for place in range(len(LOGINS)):
        vals = {"name": f"Person {place}", "phone": False, "user_id": False, "email": f"{place}@demo.test"}
        admin.call(PARTNER, "write", [side.ids[PARTNER][place]], vals)
    for key in ("one", "two", "three"):
        context = {"active_test": False}
        found = side.run("admin", "ir.model.data", "check_object_reference", ["twins", key], {"context": context})
        if found[0] == "answer" and found[1][1]:
            admin.call(EVENT, "unlink", [found[1][1]])
