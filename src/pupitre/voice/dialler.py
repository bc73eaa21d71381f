"""Asks a voice gateway to call a patient (docs/reminders.md): `ports.Dialer` over HTTP."""

from __future__ import annotations

import hashlib
import hmac
from http import HTTPStatus
from typing import Literal

import aiohttp
import msgspec
from msgspec import Struct

from pupitre.ports import Clock, Order, Refused, Unavailable, Unsure

SIGNATURE = "Pupitre-Signature"
"""The header: `t=UNIX_SECONDS,v1=HEX`, where HEX is HMAC-SHA256 over `UNIX_SECONDS.BODY` with the shared secret."""

_TIMEOUT_SECONDS = 10.0
_NOT_TAKEN = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)
"""Answers that say: not this time, ask again."""


class OrderJson(Struct, frozen=True):
    """What the gateway is sent. `call` names the call: the same one again is to be taken for a repetition."""

    tenant: str
    call: str
    reminder_id: str
    to: str
    caller_id: str
    direction: Literal["outbound"] = "outbound"


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The value of the header for a body sent at that instant (Unix time)."""
    digest = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


class GatewayDialer:
    """One tenant's gateway."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        tenant: str,
        caller_id: str,
        clock: Clock,
        timeout_seconds: float = _TIMEOUT_SECONDS,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._url = url
        self._secret = secret
        self._tenant = tenant
        self._caller_id = caller_id
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def dial(self, order: Order) -> None:
        """See `Dialer.dial`. Taken is any 2xx, and 409: the call is known already."""
        call = f"{order.reminder_id}:{order.dial}"
        body = msgspec.json.encode(OrderJson(self._tenant, call, order.reminder_id, order.to, self._caller_id))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": call,
            SIGNATURE: signature(self._secret, int(self._clock.now().timestamp()), body),
        }
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            # A redirect is not followed: the signed order, with a patient's number in it, is for this address alone.
            async with self._session.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"the voice gateway cannot be reached ({type(error).__name__})") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unsure(f"the voice gateway does not answer ({type(error).__name__})") from error
        if status in range(200, 300) or status == HTTPStatus.CONFLICT:
            return
        if status in _NOT_TAKEN:
            raise Unavailable(f"the voice gateway answers {status}")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unsure(f"the voice gateway answers {status}")
        raise Refused(f"the voice gateway answers {status}: it does not take reminder calls of this desk")

    async def close(self) -> None:
        """Let go of the connection."""
        if self._session is not None:
            await self._session.close()
