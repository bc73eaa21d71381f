"""Refusals, with the bodies that Google gives (developers.google.com/workspace/calendar/api/guides/errors).

`{"error": {"errors": [{domain, reason, message, locationType?, location?}], "code", "message"}}`; refusals by the
front end (credentials, scopes, quota) carry `status` and sometimes `details` besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from pupitre.emulators.google.wire import Json, Reply


class Refusal(Exception):
    """A request that is answered with an error. `errors` has at least one entry; the first one's message is on top."""

    def __init__(self, code: int, errors: Sequence[Json], *, extra: Json | None = None, message: str = "") -> None:
        super().__init__(errors[0]["message"])
        self.code = code
        self.errors = list(errors)
        self.extra = extra or {}
        self.message = message or errors[0]["message"]

    def reply(self) -> Reply:
        headers = (
            {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'}
            if self.code == HTTPStatus.UNAUTHORIZED
            else {}
        )
        return Reply(
            self.code,
            {"error": {"errors": self.errors, "code": self.code, "message": self.message, **self.extra}},
            headers,
        )


def detail(domain: str, reason: str, message: str, *, parameter: str | None = None) -> Json:
    """One entry of `errors`; `parameter` names the query parameter at fault."""
    where = {"locationType": "parameter", "location": parameter} if parameter else {}
    return {"domain": domain, "reason": reason, "message": message, **where}


def refuse(code: int, reason: str, message: str, *, domain: str = "global", parameter: str | None = None) -> Refusal:
    return Refusal(code, [detail(domain, reason, message, parameter=parameter)])


def invalid(message: str, *, parameter: str | None = None) -> Refusal:
    return refuse(400, "invalid", message, parameter=parameter)


def invalid_parameter(name: str, message: str) -> Refusal:
    return refuse(400, "invalidParameter", message, parameter=name)


def required(message: str) -> Refusal:
    return refuse(400, "required", message)


def parse_error() -> Refusal:
    return refuse(400, "parseError", "Parse Error")


def not_found() -> Refusal:
    return refuse(404, "notFound", "Not Found")


def deleted() -> Refusal:
    return refuse(410, "deleted", "Resource has been deleted")


def duplicate() -> Refusal:
    return refuse(409, "duplicate", "The requested identifier already exists.")


def forbidden(message: str = "Forbidden") -> Refusal:
    return refuse(403, "forbidden", message)


def empty_range(parameter: str | None = None) -> Refusal:
    return refuse(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar", parameter=parameter)


def access_needed(role: str) -> Refusal:
    message = f"You need to have {role} access to this calendar."
    return refuse(403, "requiredAccessLevel", message, domain="calendar")


def not_a_calendar_user() -> Refusal:
    message = "The user must be signed up for Google Calendar."
    return refuse(403, "notACalendarUser", message, domain="calendar")


def service_account_invites() -> Refusal:
    message = "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority."
    return refuse(403, "forbiddenForServiceAccounts", message, domain="calendar")


def not_organizer() -> Refusal:
    message = "Shared properties can only be changed by the organizer of the event."
    return refuse(403, "forbiddenForNonOrganizer", message, domain="calendar")


def condition_not_met() -> Refusal:
    where = {"locationType": "header", "location": "If-Match"}
    return Refusal(412, [{**detail("global", "conditionNotMet", "Precondition Failed"), **where}])


def login_required() -> Refusal:
    where = {"locationType": "header", "location": "Authorization"}
    entry = {**detail("global", "required", "Login Required."), **where}
    return Refusal(401, [entry], extra={"status": "UNAUTHENTICATED"})


def invalid_credentials() -> Refusal:
    where = {"locationType": "header", "location": "Authorization"}
    entry = {**detail("global", "authError", "Invalid Credentials"), **where}
    return Refusal(401, [entry], extra={"status": "UNAUTHENTICATED"})


def insufficient_scopes(method_id: str) -> Refusal:
    """The token is valid, but none of its scopes allows the method."""
    information = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "domain": "googleapis.com",
        "metadata": {"service": "calendar-json.googleapis.com", "method": method_id},
    }
    return Refusal(
        403,
        [detail("global", "insufficientPermissions", "Insufficient Permission")],
        extra={"status": "PERMISSION_DENIED", "details": [information]},
        message="Request had insufficient authentication scopes.",
    )


_STATUS_NAMES = {403: "PERMISSION_DENIED", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE"}


def ordered(code: int, domain: str, reason: str, message: str) -> Refusal:
    """An error that somebody ordered through the control plane, or that a quota caused."""
    extra = {"status": _STATUS_NAMES[code]} if code in _STATUS_NAMES and domain == "usageLimits" else {}
    return Refusal(code, [detail(domain, reason, message)], extra=extra)
