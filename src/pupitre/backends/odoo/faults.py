"""What Odoo answers instead of a result, and what that means to the desk.

Told apart by `error.code`, `data.name` and names of constraints only: the texts are translated for the user. The text
is kept for people; `data.debug`, a full traceback of the server, is never looked at.
"""

from __future__ import annotations

from msgspec import Struct

from pupitre.ports import ConfigError, DeskError, NotFound, Refused, Unavailable

SESSION_EXPIRED = 100
ACCESS_DENIED = "odoo.exceptions.AccessDenied"


class Fault(Exception):
    """An error of Odoo's own, as it came over the wire."""

    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.code = code
        self.name = name
        self.message = message

    @property
    def expired(self) -> bool:
        return self.code == SESSION_EXPIRED


class _Data(Struct, frozen=True):
    name: str = ""
    message: str = ""


class WireError(Struct, frozen=True):
    """The `error` of a JSON-RPC answer."""

    code: int = 0
    message: str = ""
    data: _Data = _Data()

    def as_fault(self) -> Fault:
        return Fault(self.code, self.data.name, self.data.message or self.message)


class NoSuchModel(ConfigError):
    """The model belongs to a module that is not installed."""


_NO_KEY = "builtins.KeyError"
_NO = (
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
    "odoo.exceptions.RedirectWarning",
    "odoo.exceptions.LockError",
    "psycopg2.errors.",
    "psycopg2.IntegrityError",
)
_LATER = (
    "psycopg2.OperationalError",
    "psycopg2.InterfaceError",
    "psycopg2.errors.SerializationFailure",
    "psycopg2.errors.LockNotAvailable",
    "psycopg2.errors.DeadlockDetected",
    "odoo.exceptions.ConcurrencyError",
    "odoo.sql_db.PoolError",
    "psycopg2.pool.PoolError",
)


def meaning_of(fault: Fault, model: str, method: str) -> DeskError:
    """The desk's error for Odoo's answer to this call."""
    said = f"Odoo answered {model}.{method} with {fault.name or fault.code}: {fault.message}"
    if fault.name.startswith(_LATER) or fault.expired:
        return Unavailable(said)
    if fault.name == "odoo.exceptions.MissingError":
        return NotFound(said)
    if fault.name.startswith(_NO):
        return Refused(said)
    if fault.name == "werkzeug.exceptions.NotFound" or (fault.name, fault.message.strip("'")) == (_NO_KEY, model):
        return NoSuchModel(f"{said}. Is the Odoo module that brings {model} installed?")
    return Refused(f"{said}. If a field is missing, run `pupitre odoo install`; `pupitre doctor` says more")
