"""Tokens: where a page ended, and up to which version a client knows a calendar.

Opaque to clients; what is inside makes them fail in the ways that Google's fail.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from pupitre.emulators.google import errors

_Token = TypeVar("_Token")


class PageToken(Struct, frozen=True, array_like=True):
    """The last item of a page, by its sort key."""

    query: str
    """Fingerprint of the request that the page belongs to."""
    key: tuple[Any, ...]
    version: int
    """The state's version when the first page was made."""


class SyncToken(Struct, frozen=True, array_like=True):
    """What a client has seen of one list."""

    resource: str
    epoch: int
    version: int
    single_events: bool = False


def encode(token: PageToken | SyncToken) -> str:
    kind = b"P" if isinstance(token, PageToken) else b"S"
    return base64.urlsafe_b64encode(kind + msgspec.msgpack.encode(token)).decode().rstrip("=")


def page_token(text: str | None, query: str) -> PageToken | None:
    """The token as it was given out for the same request. Raises 400."""
    if text is None:
        return None
    token = _decode(text, b"P", PageToken)
    if token is None or token.query != query:
        raise errors.invalid_parameter("pageToken", "Invalid page token value.")
    return token


def first_item(text: str | None) -> int:
    """Where the page of a short list begins, whose page tokens are plain positions. Raises 400."""
    if text is None:
        return 0
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise errors.invalid_parameter("pageToken", "Invalid page token value.")
    return int(text)


def sync_token(text: str, resource: str, epoch: int) -> SyncToken:
    """The token as it was given out for this list: 410 when it expired, 400 when it is none of ours.

    The 400 is what clients report of a token that Google never made; the 410 is documented in guides/sync.
    """
    token = _decode(text, b"S", SyncToken)
    if token is None or token.resource != resource:
        raise errors.invalid("Invalid sync token value.", parameter="syncToken")
    if token.epoch != epoch:
        raise errors.refuse(
            410,
            "fullSyncRequired",
            "Sync token is no longer valid, a full sync is required.",
            domain="calendar",
            parameter="syncToken",
        )
    return token


def _decode(text: str, kind: bytes, shape: type[_Token]) -> _Token | None:
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.msgpack.decode(packed[1:], type=shape) if packed[:1] == kind else None
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        return None
