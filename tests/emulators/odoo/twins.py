"""The real Odoo 19 and the emulator side by side: the same operation on both, their answers made comparable.

Records are spoken of by place: "the third partner made". Each side translates places to its own ids on the way in, and
its own ids to places on the way out.
"""

import dataclasses

from tests.servers.odoo import OdooFault, Person

PARTNER, EVENT, USER, ATTENDEE = "res.partner", "calendar.event", "res.users", "calendar.attendee"
LINKS = {
    EVENT: {
        "user_id": USER,
        "partner_ids": PARTNER,
        "partner_id": PARTNER,
        "attendee_ids": ATTENDEE,
        "x_patient_partner_id": PARTNER,
        "create_uid": USER,
    },
    PARTNER: {"user_id": USER, "parent_id": PARTNER, "user_ids": USER, "child_ids": PARTNER},
    USER: {"partner_id": PARTNER},
    ATTENDEE: {"event_id": EVENT, "partner_id": PARTNER},
}
LOGINS = ("ivr", "agent1@demo.test", "agent2@demo.test", "admin")


@dataclasses.dataclass(frozen=True)
class Ref:
    """A record by its place among those made, counted from 0 and going round."""

    model: str
    place: int


class Side:
    """One of the two servers, as the people in it see it."""

    def __init__(self, url, database, password):
        self.people = {login: Person(url, database, login, password(login)) for login in LOGINS}
        admin = self.people["admin"]
        self.ids = {PARTNER: [], EVENT: [], USER: [], ATTENDEE: []}
        for login in LOGINS:
            user = admin.call(USER, "search", [["login", "=", login]])[0]
            self.ids[USER].append(user)
            self.ids[PARTNER].append(admin.one(USER, user, "partner_id")["partner_id"][0])
        self.fixed = {model: len(ids) for model, ids in self.ids.items()}

    def forget(self):
        """Begin again with the people alone."""
        for model, count in self.fixed.items():
            del self.ids[model][count:]

    def run(self, login, model, method, args, kwargs):
        """`("answer", …)` or `("fault", code, name)`, ids as places."""
        try:
            answer = self.people[login].call(model, method, *self.with_ids(args), **self.with_ids(kwargs))
        except OdooFault as fault:
            return ("fault", fault.code, fault.name)
        if method == "create":
            self.ids[model].append(answer)
            return ("made", len(self.ids[model]))
        if method == "load":
            return self.loaded(model, answer)
        return ("answer", self.told(model, method, answer))

    def loaded(self, model, answer):
        """What failed is told by field; its text is the language's."""
        if not answer["ids"]:
            return ("not loaded", [bool(one.get("field")) for one in answer["messages"]])
        for one in answer["ids"]:
            if one not in self.ids[model]:
                self.ids[model].append(one)
        return ("loaded", [self.ids[model].index(one) for one in answer["ids"]])

    def with_ids(self, value):
        if isinstance(value, Ref):
            ids = self.ids[value.model]
            return ids[value.place % len(ids)] if ids else 999_999_999
        if isinstance(value, list):
            return [self.with_ids(one) for one in value]
        if isinstance(value, dict):
            return {name: self.with_ids(one) for name, one in value.items()}
        return value

    def told(self, model, method, answer):
        if method in ("read", "search_read"):
            return [{name: self.place(model, name, value) for name, value in row.items()} for row in answer]
        if method == "search":
            return [self.place_of(model, one) for one in answer]
        if method == "name_search":
            return [[self.place_of(model, one), name] for one, name in answer]
        return answer

    def place(self, model, field, value):
        if field == "id":
            return self.place_of(model, value)
        relation = LINKS[model].get(field)
        if relation is None or value is False:
            return value
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
            return [self.place_of(relation, value[0]), value[1]]
        if field == "attendee_ids":
            return len(value)  # the order of attendees made in one second is nobody's
        return [self.place_of(relation, one) for one in value] if isinstance(value, list) else value

    def place_of(self, model, record):
        """Attendees are made by the way: they have no place."""
        return self.ids[model].index(record) if record in self.ids[model] else "?"
