"""What a database begins with, and the world a test asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from pupitre.emulators.odoo import orm, rows
from pupitre.emulators.odoo.behaviours import SECRET
from pupitre.emulators.odoo.database import Database, ExternalId, Row
from pupitre.emulators.odoo.env import FORMAT, Env
from pupitre.emulators.odoo.schema import MODELS

ADMIN = 2
_GROUPS = ("base.group_user", "base.group_system", "base.group_partner_manager")
IVR = "ivr"
"""Login and password of the technical user: internal, and allowed to make contacts."""

_SEED_FIELDS: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "calendar.event": (
        ("x_source", "selection", ("ivr", "agent", "web")),
        ("x_status", "selection", ("pending", "confirmed", "canceled", "to_reschedule")),
        ("x_patient_partner_id", "many2one", ()),
        ("x_call_id", "char", ()),
        ("x_gcal_calendar_id", "char", ()),
        ("x_gcal_event_id", "char", ()),
        ("x_gcal_etag", "char", ()),
        ("x_sync_state", "selection", ("pending", "synced", "error")),
        ("x_sync_error", "text", ()),
        ("x_sync_updated_at", "datetime", ()),
        ("x_external_uid", "char", ()),
        ("x_cancel_reason", "text", ()),
        (
            "x_reminder_outcome",
            "selection",
            ("confirmed", "not_coming", "reschedule_requested", "no_answer", "machine", "wrong_person", "unclear"),
        ),
    ),
    "res.users": (("x_gcal_calendar_id", "char", ()),),
    "res.partner": (("x_birth_date", "date", ()),),
}
"""What the desk's installer makes, and a birth date: there from the start unless a bare database is wanted."""


class Agent(Struct, forbid_unknown_fields=True):
    id: str | int
    """The caller's label."""
    name: str
    calendar: str | None = None
    login: str | None = None


class Patient(Struct, forbid_unknown_fields=True):
    name: str
    phone: str | None = None
    birth_date: str | None = None
    email: str | None = None
    agent: str | int | None = None
    """The label of his own agent."""


class Busy(Struct, forbid_unknown_fields=True):
    agent: str | int
    start: datetime
    end: datetime


class Booked(Struct, forbid_unknown_fields=True):
    patient_phone: str
    agent: str | int
    start: datetime
    end: datetime
    values: dict[str, object] = {}
    """Further fields of the calendar.event."""


class World(Struct, forbid_unknown_fields=True):
    db: str = "demo"
    agents: list[Agent] = []
    patients: list[Patient] = []
    busy: list[Busy] = []
    appointments: list[Booked] = []
    bare: bool = False
    """Without the x_ fields."""


class Ids(Struct):
    """What was made: agents by label, patients and appointments in the order they were given."""

    agents: dict[str, int] = {}
    patients: list[int] = []
    appointments: list[int] = []


def server_env(db: Database, now: datetime) -> Env:
    """The server itself at work: as administrator, past every right, without mails."""
    quiet = {"no_mail_to_attendees": True, "skip_contact_description": True, "active_test": False}
    return Env(db, ADMIN, quiet, now, sudo=True)


def begin(db: Database, now: datetime, *, bare: bool = False) -> None:
    """Empty the database and put what every Odoo has; inside a transaction."""
    db.clear()
    env = server_env(db, now)
    stamps: Row = {"create_date": env.stamp(), "write_date": env.stamp()}

    def put(model: str, values: Row, xml_id: str | None = None) -> int:
        row = {**rows.blank(db, model), **stamps, **values}
        db.put(model, row)
        record = int(str(row["id"]))
        if xml_id is not None:
            db.name_externally(xml_id, ExternalId(model, record, noupdate=True))
        return record

    for model in MODELS:
        put("ir.model", {"name": model, "model": model}, f"base.model_{model.replace('.', '_')}")
    groups = [put("res.groups", {"name": name, "full_name": name}, name) for name in _GROUPS]
    country = put("res.country", {"name": "France", "code": "FR"}, "base.fr")
    company = put("res.company", {"name": "My Company", "country_id": country}, "base.main_company")
    put("mail.activity.type", {"name": "To-Do", "category": "default"}, "mail.mail_activity_data_todo")
    for login, name, active in (("__system__", "OdooBot", False), ("admin", "Administrator", True)):
        person: Row = {"name": name, "complete_name": name, "active": active, "email": f"{login}@demo.test"}
        partner = put("res.partner", {**person, "tz": "Europe/Paris", "lang": "fr_FR"})
        user: Row = {"partner_id": partner, "company_id": company, "group_ids": list(groups), SECRET: login}
        put("res.users", {"login": login, "active": active, **user})
    rights = [db.external_ids[name].res_id for name in ("base.group_user", "base.group_partner_manager")]
    _make_user(env, "Pupitre", IVR, IVR, {"group_ids": [[6, 0, rights]]})
    if not bare:
        _install(env)


def load(db: Database, world: World, now: datetime) -> Ids:
    """Empty the database and load this world; inside a transaction. Raises ValueError for a label nobody has."""
    begin(db, now, bare=world.bare)
    env = server_env(db, now)
    ids = Ids()
    for agent in world.agents:
        login = agent.login or agent.calendar or f"agent-{agent.id}"
        has_calendar = "x_gcal_calendar_id" in db.fields("res.users") and agent.calendar
        ids.agents[str(agent.id)] = _make_user(
            env, agent.name, login, login, {"x_gcal_calendar_id": agent.calendar} if has_calendar else {}
        )
    for patient in world.patients:
        vals: dict[str, object] = {"name": patient.name, "phone": patient.phone, "email": patient.email}
        if patient.birth_date:
            vals["x_birth_date"] = patient.birth_date
        if patient.agent is not None:
            vals["user_id"] = _labelled(ids, patient.agent)
        ids.patients.append(orm.create(env, "res.partner", vals))
    for busy in world.busy:
        user = _labelled(ids, busy.agent)
        partner = db.tables["res.users"][user]["partner_id"]
        orm.create(env, "calendar.event", {"name": "Busy", **_times(busy), "user_id": user, "partner_ids": [partner]})
    for booked in world.appointments:
        ids.appointments.append(_book(env, ids, booked))
    return ids


def _book(env: Env, ids: Ids, booked: Booked) -> int:
    user = _labelled(ids, booked.agent)
    patients = [one for one in ids.patients if env.db.tables["res.partner"][one]["phone"] == booked.patient_phone]
    if not patients:
        raise ValueError("an appointment is for a patient whose phone nobody in this world has")
    partner = env.db.tables["res.users"][user]["partner_id"]
    values = {
        "name": "RDV",
        **_times(booked),
        "user_id": user,
        "partner_ids": [patients[0], partner],
        "x_source": "ivr",
        "x_status": "confirmed",
        "x_sync_state": "synced",
        "x_patient_partner_id": patients[0],
        "x_gcal_calendar_id": env.db.tables["res.users"][user].get("x_gcal_calendar_id"),
    }
    return orm.create(env, "calendar.event", {**values, **booked.values})


def _make_user(env: Env, name: str, login: str, password: str, more: Mapping[str, object]) -> int:
    email = login if "@" in login else f"{login}@demo.test"
    person = {"name": name, "login": login, "password": password, "email": email, "tz": "Europe/Paris", "lang": "fr_FR"}
    return orm.create(env, "res.users", {**person, "company_id": 1, **more})


def _install(env: Env) -> None:
    models = {str(row["model"]): record for record, row in env.db.tables["ir.model"].items()}
    for model, fields in _SEED_FIELDS.items():
        for name, ttype, values in fields:
            relation = "res.partner" if ttype == "many2one" else None
            vals = {"name": name, "field_description": name, "ttype": ttype, "model": model, "state": "manual"}
            more = {"model_id": models[model], "relation": relation, "selection": "\n".join(values) or None}
            rows.insert(env, "ir.model.fields", {**vals, **more, "on_delete": "restrict" if relation else None})


def _times(span: Busy | Booked) -> dict[str, object]:
    return {"start": span.start.astimezone(UTC).strftime(FORMAT), "stop": span.end.astimezone(UTC).strftime(FORMAT)}


def _labelled(ids: Ids, label: str | int) -> int:
    if str(label) not in ids.agents:
        raise ValueError(f"no agent of this world has the id {label!r}")
    return ids.agents[str(label)]


def make_key(db: Database, login: str, secret: str, now: datetime, life: timedelta | None) -> None:
    """An API key of this user, inside a transaction. Raises ValueError for a login nobody has."""
    user = next((row["id"] for row in db.tables["res.users"].values() if row["login"] == login), None)
    if user is None:
        raise ValueError(f"nobody in {db.name} has the login {login!r}")
    env = server_env(db, now)
    ends = (now + life).strftime(FORMAT) if life is not None else None
    row = rows.insert(env, "res.users.apikeys", {"name": "pupitre", "user_id": user, "expiration_date": ends})
    db.put("res.users.apikeys", {**row, SECRET: secret})
