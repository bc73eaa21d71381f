"""What Odoo answers instead of a result: the exception's name, and how each transport dresses it."""

from __future__ import annotations

from http import HTTPStatus

USER = "odoo.exceptions.UserError"
ACCESS = "odoo.exceptions.AccessError"
DENIED = "odoo.exceptions.AccessDenied"
MISSING = "odoo.exceptions.MissingError"
VALIDATION = "odoo.exceptions.ValidationError"
REDIRECT = "odoo.exceptions.RedirectWarning"
VALUE = "builtins.ValueError"
TYPE = "builtins.TypeError"
ATTRIBUTE = "builtins.AttributeError"
ARGUMENTS = "werkzeug.exceptions.UnprocessableEntity"
ABSENT = "werkzeug.exceptions.NotFound"
EXPIRED = "odoo.http.SessionExpiredException"

_STATUS = {
    ACCESS: HTTPStatus.FORBIDDEN,
    DENIED: HTTPStatus.FORBIDDEN,
    MISSING: HTTPStatus.NOT_FOUND,
    ABSENT: HTTPStatus.NOT_FOUND,
    ATTRIBUTE: HTTPStatus.NOT_FOUND,
    VALIDATION: HTTPStatus.UNPROCESSABLE_ENTITY,
    USER: HTTPStatus.UNPROCESSABLE_ENTITY,
    ARGUMENTS: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class OdooError(Exception):
    """An exception of the server; the transaction it happened in is undone."""

    def __init__(self, name: str, message: str, *, code: int = 0) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message
        self.code = HTTPStatus.NOT_FOUND.value if name == ABSENT else code

    @property
    def data(self) -> dict[str, object]:
        return {"name": self.name, "message": self.message, "arguments": [self.message], "context": {}, "debug": ""}

    @property
    def envelope(self) -> dict[str, object]:
        """The `error` of a JSON-RPC answer."""
        title = {EXPIRED: "Odoo Session Expired", ABSENT: "404: Not Found"}.get(self.name, "Odoo Server Error")
        return {"code": self.code, "message": title, "data": self.data}

    @property
    def status(self) -> int:
        """The HTTP status with which JSON-2 answers."""
        return _STATUS.get(self.name, HTTPStatus.INTERNAL_SERVER_ERROR).value


class WrongArguments(OdooError):
    """The method takes others: a TypeError on the web session, told before the call by JSON-2."""

    def __init__(self, message: str) -> None:
        super().__init__(TYPE, message)


def expired() -> OdooError:
    return OdooError(EXPIRED, "Session expired", code=100)


def invalid_field(field: str, model: str) -> OdooError:
    return OdooError(VALUE, f"Invalid field {field!r} on {model!r}")


def no_access(model: str, operation: str) -> OdooError:
    return OdooError(ACCESS, f"You are not allowed to {operation} '{model}' records.")


def missing(model: str) -> OdooError:
    return OdooError(MISSING, f"Record does not exist or has been deleted.\n(Record: {model})")
