"""Ask Google: token, pace, a few tries within the turn, and the desk's errors for what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus

from msgspec.structs import replace
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_before_delay
from tenacity.wait import wait_random_exponential

from pupitre.backends.google.credentials import Accounts
from pupitre.backends.google.faults import AccessLost, meaning_of
from pupitre.backends.google.pacing import Pace
from pupitre.backends.google.wire import Answer, Request, Transport
from pupitre.ports import Unavailable

_backoff = wait_random_exponential(multiplier=0.1, max=2)
"""Truncated exponential back-off with full jitter, as the guide on quotas asks."""


class Client:
    """The API under one root, for one tenant."""

    def __init__(
        self,
        root: str,
        accounts: Accounts,
        transport: Transport,
        pace: Pace,
        retry_for_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._root = root.rstrip("/")
        self.accounts = accounts
        self._transport = transport
        self._pace = pace
        self._retry_for_s = retry_for_s
        self._sleep = sleep

    async def send(self, request: Request, *, heed: Collection[int] = ()) -> Answer:
        """Google's yes; or its no, when its status is among those to `heed` and does not mean "later".

        Asked again within the budget after 429, 5xx, rate limits and silence, never after a no: every request of the
        desk may be sent twice. Raises Unavailable, NotFound, Conflict, Refused.
        """
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(
                lambda error: isinstance(error, Unavailable) and not isinstance(error, AccessLost)
            ),
            stop=stop_before_delay(self._retry_for_s),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        ):
            with attempt:
                answer = await self._once(request)
                if not answer.ok:
                    no = meaning_of(answer, request.what)
                    if isinstance(no, Unavailable) or answer.status not in heed:
                        raise no
        return answer

    async def _once(self, request: Request) -> Answer:
        account = self.accounts.of(request.calendar)
        token = await account.token()
        answer = await self._with(token, request)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = await self._with(await account.token(refused=token), request)
        return answer

    async def _with(self, token: str, request: Request) -> Answer:
        await self._pace.turn(request.calendar)
        headers = {"Content-Type": "application/json", **request.headers, "Authorization": f"Bearer {token}"}
        return await self._transport(replace(request, url=self._root + request.url, headers=headers))


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    advice = error.retry_after if isinstance(error, Unavailable) else None
    return max(_backoff(state), advice or 0)
