"""The models and their fields, as data. Fields made at run time (`x_…`) stand in `ir.model.fields` of a database."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

Value = None | bool | int | float | str | list[int]
"""What a record keeps: None for nothing, naive UTC text for datetimes, ids for links."""


class Field(Struct, frozen=True):
    """One field. `related` is the path it is read from (and written to); a one2many is kept on the other side."""

    type: str
    relation: str | None = None
    inverse: str | None = None
    values: tuple[str, ...] = ()
    required: bool = False
    readonly: bool = False
    default: Value = None
    related: str | None = None
    stored: bool = True
    manual: bool = False

    @property
    def many(self) -> bool:
        return self.type in ("one2many", "many2many")


class Model(Struct, frozen=True):
    """One model. `order` is how `search` sorts without being told; `rec_name` is what its records are called by."""

    fields: Mapping[str, Field]
    order: str = "id"
    rec_name: str = "name"
    readable_by: str = "base.group_user"
    writable_by: str | None = "base.group_user"
    """None: nobody by remote call."""


def _char(*, related: str | None = None, required: bool = False) -> Field:
    return Field("char", related=related, required=required, stored=related is None)


def _one(relation: str, *, required: bool = False, related: str | None = None) -> Field:
    return Field("many2one", relation=relation, required=required, related=related)


def _many(relation: str) -> Field:
    return Field("many2many", relation=relation)


def _back(relation: str, inverse: str) -> Field:
    return Field("one2many", relation=relation, inverse=inverse, readonly=True)


def _choice(*values: str, default: str | None = None, required: bool = False) -> Field:
    return Field("selection", values=values, default=default, required=required)


TEXT, HTML, DATE, INTEGER = Field("text"), Field("html"), Field("date"), Field("integer", default=0)
YES, NO = Field("boolean", default=True), Field("boolean", default=False)
MOMENT = Field("datetime")

MAGIC: Mapping[str, Field] = {
    "id": Field("integer", readonly=True),
    "display_name": Field("char", readonly=True, stored=False),
    "create_uid": Field("many2one", relation="res.users", readonly=True),
    "create_date": Field("datetime", readonly=True),
    "write_uid": Field("many2one", relation="res.users", readonly=True),
    "write_date": Field("datetime", readonly=True),
}
"""Fields of every model."""

SYSTEM = "base.group_system"
MANAGER = "base.group_partner_manager"

MODELS: Mapping[str, Model] = {
    "res.partner": Model(
        order="complete_name, id desc",
        rec_name="complete_name",
        writable_by=MANAGER,
        fields={
            "name": _char(),
            "complete_name": Field("char", readonly=True),
            "active": YES,
            "type": _choice("contact", "invoice", "delivery", "other", default="contact"),
            "is_company": NO,
            "parent_id": _one("res.partner"),
            "child_ids": _back("res.partner", "parent_id"),
            "phone": _char(),
            "phone_sanitized": Field("char", readonly=True),
            "phone_mobile_search": Field("char", stored=False),
            "email": _char(),
            "street": _char(),
            "zip": _char(),
            "city": _char(),
            "ref": _char(),
            "function": _char(),
            "website": _char(),
            "comment": HTML,
            "lang": _char(),
            "tz": _char(),
            "user_id": _one("res.users"),
            "user_ids": _back("res.users", "partner_id"),
            "company_id": _one("res.company"),
            "country_id": _one("res.country"),
        },
    ),
    "res.users": Model(
        order="name, login",
        writable_by=SYSTEM,
        fields={
            "login": _char(required=True),
            "password": Field("char", stored=False),
            "active": YES,
            "share": NO,
            "partner_id": _one("res.partner", required=True),
            "group_ids": _many("res.groups"),
            "company_id": _one("res.company"),
            "name": _char(related="partner_id.name"),
            "email": _char(related="partner_id.email"),
            "phone": _char(related="partner_id.phone"),
            "tz": _char(related="partner_id.tz"),
            "lang": _char(related="partner_id.lang"),
            "calendar_default_privacy": _choice("public", "private", "confidential", default="public"),
        },
    ),
    "res.users.apikeys": Model(
        order="id",
        writable_by=None,
        fields={
            "name": _char(required=True),
            "user_id": _one("res.users"),
            "scope": _char(),
            "expiration_date": MOMENT,
        },
    ),
    "calendar.event": Model(
        order="start desc",
        fields={
            "name": _char(required=True),
            "active": YES,
            "start": Field("datetime", required=True),
            "stop": Field("datetime", required=True),
            "duration": Field("float", default=0.0),
            "allday": NO,
            "start_date": DATE,
            "stop_date": DATE,
            "user_id": _one("res.users"),
            "partner_id": _one("res.partner", related="user_id.partner_id"),
            "partner_ids": _many("res.partner"),
            "attendee_ids": _back("calendar.attendee", "event_id"),
            "location": _char(),
            "description": HTML,
            "privacy": _choice("public", "private", "confidential"),
            "show_as": _choice("free", "busy", default="busy", required=True),
            "activity_ids": _back("mail.activity", "calendar_event_id"),
            "res_id": INTEGER,
            "res_model": _char(),
        },
    ),
    "calendar.attendee": Model(
        order="create_date",
        rec_name="common_name",
        fields={
            "event_id": _one("calendar.event", required=True),
            "partner_id": _one("res.partner", required=True),
            "common_name": _char(related="partner_id.name"),
            "email": _char(related="partner_id.email"),
            "state": _choice("accepted", "declined", "tentative", "needsAction", default="needsAction"),
        },
    ),
    "mail.activity.type": Model(
        order="id", writable_by=SYSTEM, fields={"name": _char(required=True), "category": _char()}
    ),
    "mail.activity": Model(
        order="date_deadline, id",
        rec_name="summary",
        fields={
            "res_model": _char(),
            "res_model_id": _one("ir.model"),
            "res_id": INTEGER,
            "activity_type_id": _one("mail.activity.type"),
            "summary": _char(),
            "note": HTML,
            "date_deadline": Field("date", required=True),
            "user_id": _one("res.users", required=True),
            "calendar_event_id": _one("calendar.event"),
            "active": YES,
        },
    ),
    "mail.mail": Model(
        order="id desc",
        rec_name="subject",
        readable_by=SYSTEM,
        writable_by=None,
        fields={"subject": _char(), "email_to": _char(), "state": _choice("outgoing", "sent", "exception")},
    ),
    "ir.model": Model(
        order="model",
        readable_by=SYSTEM,
        writable_by=None,
        fields={"name": _char(required=True), "model": _char(required=True)},
    ),
    "ir.model.fields": Model(
        order="name",
        rec_name="field_description",
        readable_by=SYSTEM,
        writable_by=SYSTEM,
        fields={
            "name": _char(required=True),
            "field_description": _char(required=True),
            "model_id": _one("ir.model", required=True),
            "model": _char(),
            "ttype": _char(required=True),
            "state": _choice("manual", "base", default="manual"),
            "relation": _char(),
            "selection": _char(),
            "selection_ids": Field("one2many", relation="ir.model.fields.selection", readonly=True),
            "on_delete": _choice("cascade", "set null", "restrict"),
            "index": NO,
            "copied": YES,
            "required": NO,
        },
    ),
    "ir.model.data": Model(readable_by=SYSTEM, writable_by=None, fields={"name": _char(), "module": _char()}),
    "res.groups": Model(order="name", writable_by=None, fields={"name": _char(), "full_name": _char()}),
    "res.company": Model(order="name", writable_by=SYSTEM, fields={"name": _char(), "country_id": _one("res.country")}),
    "res.country": Model(order="name", writable_by=None, fields={"name": _char(), "code": _char()}),
}
