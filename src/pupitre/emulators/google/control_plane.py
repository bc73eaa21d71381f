"""`/_emu/*` of this backend: what Google does not have and a test needs. docs/google-emulator.md describes each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pupitre.emulators.faults import BadFault, Faults
from pupitre.emulators.google import oauth, people, worlds
from pupitre.emulators.google.errors import Refusal
from pupitre.emulators.google.model import Quota
from pupitre.emulators.google.push import Push
from pupitre.emulators.google.quota import Counted
from pupitre.emulators.google.state import State
from pupitre.emulators.google.times import BadTime, parse_instant, stamp_text

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class _ClockOrder(Struct, forbid_unknown_fields=True):
    set: str | None = None
    advance_s: float | None = None
    run: bool = False
    """Follow real time again."""


class _CalendarOrder(Struct, forbid_unknown_fields=True):
    calendar_id: str | None = msgspec.field(name="calendarId", default=None)


class _FreeBusyOrder(Struct, forbid_unknown_fields=True):
    calendar_id: str = msgspec.field(name="calendarId")
    reason: str | None = "internalError"
    """None: readable again."""


class _SinkOrder(Struct, forbid_unknown_fields=True):
    host: str
    answers: list[int] | None = []
    """One status per delivery, the last one for ever; none: 200. None: it is there no longer."""


class _RouteOrder(Struct, forbid_unknown_fields=True):
    host: str
    to: str | None
    """None: no way leads there any more."""


class ControlPlane:
    """Every order answers 200 with JSON, or 400 with `{"error": why}`."""

    def __init__(self, state: State, push: Push, faults: Faults, counted: Counted) -> None:
        self._state = state
        self._push = push
        self._faults = faults
        self._counted = counted
        self.routes: Mapping[tuple[str, str], Callable[[Request], Awaitable[Response]]] = {
            ("POST", "reset"): self._reset,
            ("POST", "clock"): self._clock,
            ("GET", "clock"): self._tell_clock,
            ("POST", "fault"): self._fault,
            ("DELETE", "fault"): self._clear_faults,
            ("POST", "expire_sync_tokens"): self._expire,
            ("POST", "webhook_sink"): self._sink,
            ("POST", "webhook_route"): self._route,
            ("GET", "deliveries"): self._deliveries,
            ("POST", "freebusy_error"): self._freebusy_error,
            ("POST", "quota"): self._quota,
            ("GET", "service_account.json"): self._service_account,
            ("POST", "world"): self._world,
            ("GET", "events"): self._events,
            ("GET", "calls"): self._calls,
            ("DELETE", "calls"): self._forget_calls,
        }

    async def answer(self, request: Request, name: str) -> Response:
        order = self.routes.get((request.method, name))
        if order is None:
            return JSONResponse({"error": f"there is no {request.method} /_emu/{name}"}, 404)
        try:
            return await order(request)
        except (msgspec.MsgspecError, BadTime, BadFault, Refusal, ValueError) as error:
            return JSONResponse({"error": str(error) or repr(error)}, 400)

    async def _reset(self, _request: Request) -> Response:
        worlds.seed_everything(self._state)
        self._state.clock.set(parse_instant(people.seed()["clock"]))
        self._state.meta.webhook_routes.clear()
        self._state.keep_meta()
        self._push.forget()
        self._faults.clear("google")
        self._counted.forget()
        self._state.take_changes()
        return JSONResponse({"now": stamp_text(self._state.clock.now_ms())})

    async def _clock(self, request: Request) -> Response:
        order = msgspec.json.decode(await request.body(), type=_ClockOrder)
        if order.run:
            self._state.clock.run()
        if order.set is not None:
            self._state.clock.set(parse_instant(order.set))
        if order.advance_s is not None:
            self._state.clock.advance(timedelta(seconds=order.advance_s))
        self._state.keep_meta()
        return await self._tell_clock(request)

    async def _tell_clock(self, _request: Request) -> Response:
        frozen = self._state.clock.state.frozen_ms is not None
        return JSONResponse({"now": stamp_text(self._state.clock.now_ms()), "frozen": frozen})

    async def _fault(self, request: Request) -> Response:
        fault = self._faults.order(msgspec.json.decode(await request.body()), known=["google"], backend="google")
        return JSONResponse(msgspec.to_builtins(fault))

    async def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear("google")
        return Response(status_code=204)

    async def _expire(self, request: Request) -> Response:
        order = msgspec.json.decode(await request.body(), type=_CalendarOrder)
        version, _ = self._state.stamp()
        for calendar in self._state.calendars.values():
            if order.calendar_id in (None, calendar.id):
                calendar.sync_epoch = version
                self._state.keep_calendar(calendar)
        return JSONResponse({})

    async def _sink(self, request: Request) -> Response:
        order = msgspec.json.decode(await request.body(), type=_SinkOrder)
        if order.answers is None:
            self._push.drop_sink(order.host)
        else:
            self._push.add_sink(order.host, order.answers)
        return JSONResponse({})

    async def _route(self, request: Request) -> Response:
        order = msgspec.json.decode(await request.body(), type=_RouteOrder)
        if order.to is None:
            self._state.meta.webhook_routes.pop(order.host, None)
        else:
            target = urlsplit(order.to)
            if target.scheme not in ("http", "https") or target.hostname not in _LOOPBACK:
                raise ValueError(f"pushes only go to loopback addresses, and {order.to!r} is none")
            self._state.meta.webhook_routes[order.host] = order.to
        self._state.keep_meta()
        return JSONResponse(self._state.meta.webhook_routes)

    async def _deliveries(self, request: Request) -> Response:
        return JSONResponse(self._push.deliveries(request.query_params.get("channel")))

    async def _freebusy_error(self, request: Request) -> Response:
        order = msgspec.json.decode(await request.body(), type=_FreeBusyOrder)
        if order.reason is None:
            self._state.meta.freebusy_errors.pop(order.calendar_id, None)
        else:
            self._state.meta.freebusy_errors[order.calendar_id] = order.reason
        self._state.keep_meta()
        return JSONResponse({})

    async def _quota(self, request: Request) -> Response:
        self._state.meta.quota = msgspec.json.decode(await request.body(), type=Quota)
        self._counted.forget()
        self._state.keep_meta()
        return JSONResponse({})

    async def _service_account(self, request: Request) -> Response:
        return JSONResponse(oauth.service_account_info(self._state, base_of(request)))

    async def _world(self, request: Request) -> Response:
        plan = msgspec.json.decode(await request.body(), type=worlds.WorldPlan)
        worlds.load(self._state, plan)
        return JSONResponse({"world": plan.world, "calendars": [c.id for c in plan.calendars]})

    async def _events(self, request: Request) -> Response:
        return JSONResponse({"items": worlds.dump(self._state, request.query_params.get("world"))})

    async def _calls(self, _request: Request) -> Response:
        return JSONResponse(list(self._state.calls))

    async def _forget_calls(self, _request: Request) -> Response:
        self._state.calls.clear()
        return Response(status_code=204)


def base_of(request: Request) -> str:
    """The address under which the client reached this backend, without a slash at the end."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"
