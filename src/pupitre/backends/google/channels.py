"""Push messages: a channel is asked for here; what Google then posts to it is read here (guide on push notifications).

A message says that something has changed, never what: whoever gets one reads on from his sync token.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from pupitre.backends.google.wire import Answer, ChannelAnswer, decode
from pupitre.ports import Channel, ConfigError

_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_LONGEST_TOKEN = 256
_DEFAULT_LIFE = timedelta(days=7)
"""What Google gives where it says nothing."""


def check(channel_id: str, address: str, token: str) -> None:
    """Raise ConfigError for what Google would refuse: it posts to https with a trusted certificate only."""
    if not address.startswith("https://"):
        raise ConfigError(f"google: changes can be announced to an https address only, not to {address}")
    if not _ID.fullmatch(channel_id):
        raise ConfigError("google: a channel's id has 1 to 64 of the characters A-Z a-z 0-9 - _ + / =")
    if not 0 < len(token) <= _LONGEST_TOKEN:
        raise ConfigError(f"google: a channel's token has 1 to {_LONGEST_TOKEN} characters")


def opened(answer: Answer, now: datetime) -> Channel:
    """The channel that Google has opened; its life may be shorter than asked for."""
    found = decode(answer, ChannelAnswer)
    try:
        ends = datetime.fromtimestamp(int(found.expiration or "") / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        ends = now + _DEFAULT_LIFE
    return Channel(found.id, found.resource_id, ends)


class Push(Struct, frozen=True):
    """One message."""

    channel_id: str
    resource_id: str
    first: bool
    """It only says that the channel is open (`sync`)."""


def read_push(headers: Mapping[str, str], token: str) -> Push | None:
    """The message these headers are; None when it does not carry the channel's token, and is nobody's.

    Names of headers in lower case, as ASGI gives them. Message numbers grow but skip: they order nothing.
    """
    if not hmac.compare_digest(headers.get("x-goog-channel-token", "").encode(), token.encode()):
        return None
    return Push(
        headers.get("x-goog-channel-id", ""),
        headers.get("x-goog-resource-id", ""),
        headers.get("x-goog-resource-state") == "sync",
    )
