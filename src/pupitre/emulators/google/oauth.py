"""The token endpoint: refresh tokens, and assertions of the service account with or without a subject.

Assertions are judged by real time, for the client signs them with its own clock; the life of an access token is
judged by the emulator's.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import exceptions as auth_errors
from google.auth import jwt

from pupitre.emulators.google import people
from pupitre.emulators.google.model import SCOPE_PREFIX, Grant, Person
from pupitre.emulators.google.state import State
from pupitre.emulators.google.wire import Json, Reply

_LIFE_S = 3599
_LONGEST_ASSERTION_S = 3600
_SKEW_S = 300
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CLIENT_ID = "100000000000000000001"


class _Refused(Exception):
    """An OAuth error (RFC 6749 §5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.reply = Reply(status, {"error": error, "error_description": description})


def token(state: State, form: Mapping[str, str]) -> Reply:
    """Answer `POST /token`."""
    kind = form.get("grant_type")
    try:
        if kind == "refresh_token":
            return _refresh(state, form)
        if kind == _JWT_BEARER:
            return _assert(state, form.get("assertion", ""))
    except _Refused as refused:
        return refused.reply
    return _Refused(400, "unsupported_grant_type", f"Invalid grant_type: {kind or ''}").reply


def revoke(state: State, value: str) -> Reply:
    """Answer `POST /revoke`. An access token speaks for nobody any more; a refresh token takes those it gave with it.

    developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    """
    grant = state.grants.get(value)
    holder = None if grant is not None else _holder(state, value)
    if grant is None and holder is None:
        return Reply(400, {"error": "invalid_token", "error_description": "Token expired or revoked"})
    if holder is not None:
        state.meta.revoked.append(value)
        state.keep_meta()
    for one in list(state.grants.values()):
        if one is grant or (holder is not None and one.refreshed_by == value):
            one.expires_ms = 0
            state.keep_grant(one)
    return Reply(200, {})


def service_account_info(state: State, base: str) -> Json:
    """The key file of the service account, for an emulator reached at `base`; its key is made on first use."""
    if not state.meta.service_key:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        state.meta.service_key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        state.keep_meta()
    return {
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "emulator",
        "private_key": state.meta.service_key,
        "client_email": people.service_account(),
        "client_id": _CLIENT_ID,
        "auth_uri": f"{base}/auth",
        "token_uri": f"{base}/token",
        "universe_domain": "googleapis.com",
    }


def _refresh(state: State, form: Mapping[str, str]) -> Reply:
    settings = people.seed()["oauth"]
    if form.get("client_id") != settings["client_id"]:
        raise _Refused(401, "invalid_client", "The OAuth client was not found.")
    if form.get("client_secret") != settings["client_secret"]:
        raise _Refused(401, "invalid_client", "Unauthorized")
    refresh_token = form.get("refresh_token", "")
    person = _holder(state, refresh_token)
    if person is None:
        raise _Refused(400, "invalid_grant", "Token has been expired or revoked.")
    return _grant(state, person, refresh_token)


def _holder(state: State, refresh_token: str) -> Person | None:
    """Who gave this consent; None when nobody did, or no longer."""
    if refresh_token in state.meta.revoked:
        return None
    name = people.seed()["oauth"]["refresh_tokens"].get(refresh_token, "REVOKED")
    return people.principal(name) or _loaded_owner(state, refresh_token)


def _loaded_owner(state: State, refresh_token: str) -> Person | None:
    """`rt-x` refreshes for whom `ya29.emu-x` speaks; `rt-x~2` stands for another consent of the same person."""
    if not refresh_token.startswith("rt-"):
        return None
    name = refresh_token.removeprefix("rt-").partition("~")[0]
    return people.bearer(state, people.TOKEN_PREFIX + name)


def _assert(state: State, assertion: str) -> Reply:
    claims = _verified(state, assertion)
    if claims.get("iss") != people.service_account():
        raise _Refused(400, "invalid_grant", "Invalid grant: account not found")
    if not str(claims.get("aud", "")).endswith("/token"):
        raise _Refused(400, "invalid_grant", "Invalid JWT: Failed audience check.")
    scopes = people.short_scopes(str(claims.get("scope") or ""))
    if scopes is None:
        raise _Refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    subject = claims.get("sub") or people.service_account()
    if subject == people.service_account():
        return _grant(state, Person(email=subject, scopes=scopes, kind="service_account"))
    if not people.knows(state, subject):
        raise _Refused(400, "invalid_grant", "Invalid email or User ID")
    if subject not in _delegated(state):
        raise _Refused(
            401,
            "unauthorized_client",
            "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of"
            " the scopes requested.",
        )
    return _grant(state, Person(email=subject, scopes=scopes, kind="service_account_impersonating"))


def _delegated(state: State) -> set[str]:
    """For whom the service account may act."""
    loaded = (email for emails in state.meta.delegated.values() for email in emails)
    return {*people.seed()["oauth"]["delegated_subjects"], *loaded}


def _verified(state: State, assertion: str) -> Json:
    """The claims of a well-signed assertion that is valid now. Raises _Refused."""
    service_account_info(state, "")
    public = serialization.load_pem_private_key(state.meta.service_key.encode(), None).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        claims: Json = jwt.decode(assertion, verify=False)  # type: ignore[no-untyped-call]  # google-auth is untyped
        issued, expires = int(claims["iat"]), int(claims["exp"])
    except (ValueError, KeyError, TypeError, OverflowError, auth_errors.GoogleAuthError) as error:
        raise _Refused(400, "invalid_grant", "Bad Request") from error
    now = time.time()
    if not (issued - _SKEW_S <= now <= expires + _SKEW_S) or not 0 < expires - issued <= _LONGEST_ASSERTION_S + _SKEW_S:
        raise _Refused(
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat"
            " and exp values in the JWT claim.",
        )
    try:
        jwt.decode(assertion, certs=pem.decode(), verify=True, clock_skew_in_seconds=_SKEW_S)  # type: ignore[no-untyped-call]  # as above
    except (ValueError, auth_errors.GoogleAuthError) as error:
        raise _Refused(400, "invalid_grant", "Invalid JWT Signature.") from error
    return claims


def _grant(state: State, person: Person, refreshed_by: str | None = None) -> Reply:
    """A new access token; earlier ones stay valid until they expire."""
    state.drop_grants(expired_before_ms=state.clock.now_ms())
    grant = Grant(f"ya29.{secrets.token_urlsafe(48)}", person, state.clock.now_ms() + _LIFE_S * 1000, refreshed_by)
    state.keep_grant(grant)
    scope = " ".join(SCOPE_PREFIX + s for s in person.scopes)
    answer = {"access_token": grant.token, "expires_in": _LIFE_S, "token_type": "Bearer", "scope": scope}
    return Reply(200, answer, {"Cache-Control": "no-store"})
