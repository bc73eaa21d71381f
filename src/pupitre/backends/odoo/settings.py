"""What a tenant says about its Odoo."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources

import msgspec
from msgspec import Struct


class Wire(StrEnum):
    """How to speak to the server."""

    AUTO = "auto"
    """JSON-2 where a key is given and the server knows it (19 and later), the web session otherwise."""
    SESSION = "session"
    JSON2 = "json2"


class Planning(StrEnum):
    """Who shows agents their time: decides what `x_gcal_*` and a reference mean."""

    ODOO = "odoo"
    GOOGLE = "google"


class OdooSettings(Struct, frozen=True, kw_only=True):
    """Secrets stand here in the clear, resolved by the wiring; `repr` leaves them out."""

    url: str
    """Without a path, or with the path under which Odoo answers."""
    database: str
    tenant: str = "pupitre"
    """Keeps the external ids of tenants that share one database apart."""
    login: str = ""
    password: str = ""
    api_key: str = ""
    wire: Wire = Wire.AUTO
    planning: Planning = Planning.GOOGLE
    timeout_s: float = 10.0
    zone: str = "Europe/Paris"
    """The clinic's time zone: all-day events are days of it."""
    language: str = "fr-FR"
    """BCP 47: what people read in Odoo is in it, in French where there are no words for it."""
    country: str = "FR"
    """ISO 3166: national phone numbers are this country's."""
    agents: tuple[str, ...] = ()
    """Logins of the users whose time is booked; none: every user with an `x_gcal_calendar_id`."""
    birth_date_field: str | None = None
    """A date field of res.partner."""
    patient_domain: tuple[tuple[str, str, object], ...] = ()
    """Further conditions on res.partner that make somebody a patient."""
    title: str = "RDV"
    location: str = ""
    description: str = ""
    """Plain text; escaped as the version needs."""
    privacy: str = "confidential"
    """public | confidential. Never left to the agent's default, and never private: the desk could not move it."""
    notify_attendees: bool = False
    """Let Odoo mail its invitations."""
    screen_pop: str = "/mail/view?model={model}&res_id={id}"
    """The path that opens a record in a person's browser; this one works from 14 to 19."""
    public_url: str = ""
    """Where people reach Odoo, when not at `url`."""

    def words(self) -> Mapping[str, str]:
        """What people read in Odoo: by kind of task, and `cancelled` with a place for `{title}`."""
        known = tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text("utf-8"))
        return msgspec.convert(known.get(self.language.partition("-")[0].lower(), known["fr"]), dict[str, str])

    def __repr__(self) -> str:
        return f"OdooSettings(url={self.url!r}, database={self.database!r}, login={self.login!r})"

    def screen_pop_url(self, model: str, record: object) -> str:
        """The address that opens this record for a person who is (or then gets) logged in."""
        return (self.public_url or self.url).rstrip("/") + self.screen_pop.format(model=model, id=record)
