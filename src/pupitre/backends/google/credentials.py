"""Who the desk is to Google, and its access tokens.

google-auth builds and signs what is asked of the token endpoint; the exchange itself goes through our own transport.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NoReturn

import google.oauth2.credentials
import google.oauth2.service_account
import msgspec
from google.auth.exceptions import GoogleAuthError
from msgspec import Struct

from pupitre.backends.google.faults import AccessLost, retry_after
from pupitre.backends.google.settings import Access, GoogleSettings, SecretRef
from pupitre.backends.google.wire import Answer, Request, Transport, decode
from pupitre.ports import Clock, ConfigError, Unavailable

SCOPES = (
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.freebusy",
)
"""All that is asked for at run time; neither covers the other (discovery document)."""

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 -- an address
_EARLY = timedelta(minutes=2)
"""A token is renewed so long before its end."""
_BRIEFLY = {"internal_failure", "server_error", "temporarily_unavailable"}
"""Errors of the token endpoint that pass by themselves, whatever their status (RFC 6749 §4.1.2.1, google-auth)."""


class ServiceAccount(Struct, frozen=True):
    info: Mapping[str, str]
    """The JSON key as Google gives it."""
    subject: str | None = None

    def __repr__(self) -> str:
        return f"ServiceAccount({self.info.get('client_email')!r}, subject={self.subject!r})"


class Consent(Struct, frozen=True):
    """Given by a person to an OAuth client."""

    client_id: str
    client_secret: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"Consent({self.client_id!r})"


class Bearer(Struct, frozen=True):
    """An access token that is taken as it is."""

    token: str

    def __repr__(self) -> str:
        return "Bearer()"


Key = ServiceAccount | Consent | Bearer
"""The secret part of `Access`."""


class Keys(Struct, frozen=True):
    """All keys of a tenant."""

    default: Key
    calendars: Mapping[str, Key] = {}
    """By calendar id, as in the settings."""


def keys_of(settings: GoogleSettings, look_up: Callable[[str, SecretRef], str]) -> Keys:
    """Find all secrets; `look_up` gets the key of the setting and where its secret is. Raises ConfigError."""
    return Keys(
        _key("google.access", settings.access, look_up),
        {
            calendar: _key(f"google.calendars.{calendar}", access, look_up)
            for calendar, access in settings.calendars.items()
        },
    )


def _key(where: str, access: Access, look_up: Callable[[str, SecretRef], str]) -> Key:
    match access:
        case Access(service_account=SecretRef() as ref, client_id=None, refresh_token=None, bearer=None):
            try:
                info = msgspec.json.decode(look_up(f"{where}.service_account", ref), type=dict[str, str])
            except msgspec.MsgspecError as error:
                raise ConfigError(
                    f"{where}.service_account: is not the JSON key of a service account; make a new key"
                ) from error
            key: Key = ServiceAccount(info, access.subject)
        case Access(
            service_account=None,
            subject=None,
            client_id=str() as client_id,
            client_secret=SecretRef() as secret,
            refresh_token=SecretRef() as refresh,
            bearer=None,
        ):
            key = Consent(
                client_id, look_up(f"{where}.client_secret", secret), look_up(f"{where}.refresh_token", refresh)
            )
        case Access(service_account=None, subject=None, client_id=None, refresh_token=None, bearer=SecretRef() as ref):
            key = Bearer(look_up(f"{where}.bearer", ref))
        case _:
            raise ConfigError(
                f"{where}: give service_account (and perhaps subject), or client_id, client_secret and refresh_token; "
                "docs/google.md shows both"
            )
    if not isinstance(key, Bearer):
        token_request(key, endpoint_of(key, None))
    return key


def endpoint_of(key: ServiceAccount | Consent, token_uri: str | None) -> str:
    """The token endpoint: as set, as the key says, or Google's."""
    return token_uri or (key.info.get("token_uri") if isinstance(key, ServiceAccount) else None) or TOKEN_URI


class _Asked(Exception):
    def __init__(self, request: Request) -> None:
        self.request = request


def _ask(url: str, method: str, body: bytes, headers: Mapping[str, str], **_: object) -> NoReturn:
    """Stands where google-auth wants a transport."""
    raise _Asked(Request(method, url, headers=headers, body=body))


def token_request(key: ServiceAccount | Consent, token_uri: str) -> Request:
    """What google-auth would send for a new access token, signed now. Raises ConfigError for a broken key."""
    credentials: google.oauth2.service_account.Credentials | google.oauth2.credentials.Credentials
    try:
        match key:
            case ServiceAccount():
                credentials = google.oauth2.service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth is untyped
                    {**key.info, "token_uri": token_uri}, scopes=SCOPES, subject=key.subject
                )
            case Consent():
                # Scopes are those of the consent: to name others here would be refused (RFC 6749 §6).
                credentials = google.oauth2.credentials.Credentials(  # type: ignore[no-untyped-call]  # as above
                    token=None,
                    refresh_token=key.refresh_token,
                    client_id=key.client_id,
                    client_secret=key.client_secret,
                    token_uri=token_uri,
                )
        credentials.refresh(_ask)  # type: ignore[no-untyped-call]  # as above
    except _Asked as asked:
        return asked.request
    except (GoogleAuthError, ValueError) as error:
        raise ConfigError(f"google: the service account's key is broken ({error}); make a new one") from error
    raise AssertionError("google-auth gave a token without asking for one")


class _Token(Struct, frozen=True):
    access_token: str
    expires_in: float = 3600


class _No(Struct, frozen=True):
    error: str = ""
    error_description: str = ""


_ADVICE = {
    "invalid_grant": "the consent was withdrawn or has run out, the account is gone, or this machine's clock is wrong: "
    "give consent again and store the new refresh token",
    "unauthorized_client": "allow the service account domain-wide delegation for calendar.events and calendar.freebusy",
    "invalid_client": "check client_id and client_secret",
}


def read_token(answer: Answer) -> tuple[str, timedelta]:
    """The access token and its life. Raises AccessLost with advice when there will be none, Unavailable for now."""
    if answer.ok:
        token = decode(answer, _Token)
        return token.access_token, timedelta(seconds=token.expires_in)
    try:
        no = msgspec.json.decode(answer.body, type=_No)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        no = _No()
    text = f"Google gives no access token (HTTP {answer.status} {no.error}: {no.error_description})"
    if answer.status == 429 or answer.status >= 500 or no.error in _BRIEFLY:  # noqa: PLR2004 -- RFC 6585, RFC 9110
        raise Unavailable(text, retry_after=retry_after(answer))
    raise AccessLost(f"{text}; {_ADVICE.get(no.error, 'see docs/google.md, lost access')}")


class Account:
    """One key, and the access token that stands for it. Renewed by one request at a time, ahead of its end."""

    def __init__(self, key: Key, token_uri: str | None, transport: Transport, clock: Clock) -> None:
        self._key = key
        self._token_uri = token_uri
        self._transport = transport
        self._clock = clock
        self._token: str | None = None
        self._ends: datetime | None = None
        self._renewing = asyncio.Lock()

    @property
    def may_invite(self) -> bool:
        """Service accounts may not, unless they act as somebody (403 forbiddenForServiceAccounts)."""
        return not (isinstance(self._key, ServiceAccount) and self._key.subject is None)

    async def token(self, *, refused: str | None = None) -> str:
        """An access token that is not the refused one. Raises AccessLost, Unavailable."""
        if isinstance(self._key, Bearer):
            if refused is not None:
                raise AccessLost("Google does not take the access token that is set as bearer; give another")
            return self._key.token
        async with self._renewing:
            if self._token is None or self._token == refused or self._is_ending():
                request = token_request(self._key, endpoint_of(self._key, self._token_uri))
                self._token = None
                self._token, life = read_token(await self._transport(request))
                self._ends = self._clock.now() + life
            return self._token

    def _is_ending(self) -> bool:
        return self._ends is None or self._clock.now() >= self._ends - _EARLY


class Accounts:
    """Whom the desk is for which calendar."""

    def __init__(self, keys: Keys, token_uri: str | None, transport: Transport, clock: Clock) -> None:
        self._default = Account(keys.default, token_uri, transport, clock)
        self._calendars = {
            calendar: Account(key, token_uri, transport, clock) for calendar, key in keys.calendars.items()
        }

    def of(self, calendar: str | None) -> Account:
        return self._calendars.get(calendar or "", self._default)
