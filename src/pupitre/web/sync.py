"""How record and planning stand to each other, and what a person decides where they differ."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.booking.conflicts import Side
from pupitre.booking.in_step import InStep
from pupitre.booking.report import Report
from pupitre.booking.resolve import resolve
from pupitre.dialogue.context import appointment_values
from pupitre.ports import FollowedCalendar, Refused
from pupitre.tenant import Tenant
from pupitre.web.access import Keys, Role, guarded
from pupitre.web.bodies import answer, decode
from pupitre.web.problems import Problem
from pupitre.web.shapes import local
from pupitre.wiring import House

_LONGEST_ID = 18
"""Digits that a column holds."""


class KeepJson(Struct):
    """Which side is written into the other, and who says so."""

    keep: Literal["record", "planning"]
    by: Annotated[str, Meta(min_length=1, max_length=200)]


def routes(house: House, keys: Keys[Tenant]) -> list[Route]:
    """`/v1/sync` and `/v1/appointments/ID/conflict`, with the administrator's token."""

    async def step_of(tenant: Tenant) -> InStep:
        await tenant.world()
        step = house.in_step.of(tenant.id)
        if step is None:
            raise Refused("In local mode there is nothing to keep in step: record and planning are one.")
        return step

    async def status(tenant: Tenant, _request: Request) -> Response:
        """How far each calendar has been read, and what the last reconciliation did."""
        step = await step_of(tenant)
        told, zone = await step.following.told(), tenant.settings.timezone
        values: dict[str, object] = {"calendars": [_calendar(one, zone) for one in await step.following.calendars()]}
        if told is not None:
            values["last"] = _last(msgspec.json.decode(told, type=Report), zone)
        return answer(values)

    async def end_conflict(tenant: Tenant, request: Request) -> Response:
        """A person decides which side is kept."""
        asked = await decode(request, KeepJson)
        found = await resolve(await step_of(tenant), _number(request), Side(asked.keep), asked.by)
        return answer({"appointment": appointment_values(found, tenant.desk.script), "sync_state": found.sync_state})

    return [
        Route("/v1/sync", guarded(keys, status, Role.ADMIN)),
        Route("/v1/appointments/{appointment_id}/conflict", guarded(keys, end_conflict, Role.ADMIN), methods=["POST"]),
    ]


def _calendar(one: FollowedCalendar, zone: str) -> dict[str, object]:
    values = {
        "calendar": one.calendar,
        "owner_user_id": one.agent_id,
        "read_at": one.read_at and local(one.read_at, zone),
        "announced_until": one.channel and local(one.channel.expires_at, zone),
        "heard_at": one.heard_at and local(one.heard_at, zone),
        "trouble": one.trouble,
    }
    return {name: value for name, value in values.items() if value is not None}


def _last(report: Report, zone: str) -> dict[str, object]:
    return {
        "at": local(report.at, zone),
        "followed": report.followed,
        "read": report.calendars,
        "waiting": report.waiting,
        "did": [{"appointment_id": line.appointment_id, "what": line.did} for line in report.lines],
        "troubles": report.troubles,
    }


def _number(request: Request) -> int:
    text: str = request.path_params["appointment_id"]
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_ID:
        raise Problem(404, "not_found", "There is no such appointment.")
    return int(text)
