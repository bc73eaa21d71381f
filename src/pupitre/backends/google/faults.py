"""What an answer that says no means to the desk.

Sources: the guide on errors and quotas, and refusals recorded from the service (docs/google.md lists them).
"""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from msgspec import Struct

from pupitre.backends.google.wire import Answer, Reason
from pupitre.ports import Conflict, DeskError, NotFound, Refused, Unavailable

RATE_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
"""Too fast: seconds."""
QUOTAS = frozenset({"quotaExceeded", "dailyLimitExceeded", "calendarLimitsExceeded"})
"""Too much: Calendar's own limits against abuse, or the project's daily one."""
QUOTA_PAUSE_S = 2 * 3600.0
"""How long a quota is left alone: it is lifted after hours, not seconds."""
SCOPES = frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"})
_LONGEST_MESSAGE = 300


class AccessLost(Unavailable):
    """Google does not take our credential (any more). Trying again within the turn is of no use; a person must act."""


class _Error(Struct, frozen=True):
    message: str = ""
    errors: tuple[Reason, ...] = ()
    status: str = ""


class _Envelope(Struct, frozen=True):
    error: _Error = _Error()


class Said(Struct, frozen=True):
    """Why Google says no, in its own words."""

    status: int
    reasons: tuple[str, ...]
    message: str

    def __str__(self) -> str:
        return f"HTTP {self.status} {', '.join(self.reasons)}: {self.message}"


def said(answer: Answer) -> Said:
    """Read a refusal; one without Google's JSON keeps its status alone."""
    try:
        error = msgspec.json.decode(answer.body, type=_Envelope).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = _Error()
    reasons = tuple(dict.fromkeys(found.reason for found in error.errors if found.reason)) or (error.status,)
    return Said(answer.status, tuple(filter(None, reasons)), error.message[:_LONGEST_MESSAGE])


def retry_after(answer: Answer) -> float | None:
    """Its own advice in seconds; Retry-After as a date is no advice we follow."""
    value = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def meaning_of(answer: Answer, what: str) -> DeskError:
    """The desk's error for a refusal of `what` ("PATCH event")."""
    no = said(answer)
    text = f"Google answered {what} with {no}"
    if _is_later(no):
        pause = QUOTA_PAUSE_S if QUOTAS.intersection(no.reasons) else None
        return Unavailable(text, retry_after=max(filter(None, (retry_after(answer), pause)), default=None))
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return AccessLost(f"{text}. It does not take our access token: see docs/google.md, lost access")
    if SCOPES.intersection(no.reasons):
        return Refused(f"{text}. The consent must cover the scopes calendar.events and calendar.freebusy")
    return _MEANINGS.get(answer.status, Refused)(text)


_MEANINGS: dict[int, type[DeskError]] = {
    HTTPStatus.NOT_FOUND: NotFound,
    HTTPStatus.GONE: NotFound,
    HTTPStatus.PRECONDITION_FAILED: Conflict,
}


def _is_later(no: Said) -> bool:
    """Whether the same request may get a yes by itself. Status codes outside 4xx say nothing about the request."""
    if no.status == HTTPStatus.FORBIDDEN:
        return not (RATE_LIMITS | QUOTAS).isdisjoint(no.reasons)
    if no.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}:
        return True
    return not HTTPStatus.BAD_REQUEST <= no.status < HTTPStatus.INTERNAL_SERVER_ERROR


def forbids_guests(no: Said) -> bool:
    """Whether it is the guests that are refused, not the event: their address, or our right to invite."""
    guest = "attendee" in no.message.lower()
    return "forbiddenForServiceAccounts" in no.reasons or (
        no.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and guest
    )
