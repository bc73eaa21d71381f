"""What an administrator reads and closes: calls, their journal, tasks, commitments."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.booking import commit
from pupitre.dialogue.call import Call
from pupitre.dialogue.context import context_of
from pupitre.ports import CommitmentStatus
from pupitre.tenant import Tenant
from pupitre.web.access import Keys, Role, guarded
from pupitre.web.bodies import answer, decode
from pupitre.web.problems import Problem
from pupitre.web.shapes import commitment_values, task_values, turn_values


def routes(keys: Keys[Tenant]) -> list[Route]:
    """`/v1/calls`, `/v1/tasks`, `/v1/commitments`, with the administrator's token."""
    one = "/v1/commitments/{commitment_id:path}"
    return [
        Route("/v1/calls/{call_id:path}/journal", guarded(keys, journal, Role.ADMIN)),
        Route("/v1/calls/{call_id:path}", guarded(keys, call, Role.ADMIN)),
        Route("/v1/tasks", guarded(keys, tasks, Role.ADMIN)),
        Route("/v1/tasks/{task_id}/close", guarded(keys, close_task, Role.ADMIN), methods=["POST"]),
        Route("/v1/commitments", guarded(keys, commitments, Role.ADMIN)),
        Route(f"{one}/retry", guarded(keys, retry, Role.ADMIN), methods=["POST"]),
        Route(f"{one}/close", guarded(keys, close, Role.ADMIN), methods=["POST"]),
        Route(one, guarded(keys, commitment, Role.ADMIN)),
    ]


class Person(Struct):
    """Who decides."""

    by: Annotated[str, Meta(min_length=1, max_length=200)]


async def call(tenant: Tenant, request: Request) -> Response:
    """The canonical context, as of the last reply."""
    return answer(context_of(await _call(tenant, request), tenant.desk.script))


async def journal(tenant: Tenant, request: Request) -> Response:
    """Every turn of the call, in order."""
    turns = await tenant.calls.journal((await _call(tenant, request)).call_id)
    return answer({"turns": [turn_values(turn, tenant.settings.timezone) for turn in turns]})


async def tasks(tenant: Tenant, request: Request) -> Response:
    """What waits for a person, or with `?status=closed` what did."""
    status = request.query_params.get("status", "open")
    if status not in {"open", "closed"}:
        raise Problem(422, "invalid", "status is open or closed.")
    listed = await tenant.tasks.listed(status)
    return answer({"tasks": [task_values(task, tenant.settings.timezone) for task in listed]})


async def close_task(tenant: Tenant, request: Request) -> Response:
    """A person has seen to it."""
    by = (await decode(request, Person)).by
    task = await tenant.tasks.close(_number(request), by, tenant.desk.clock.now())
    return answer(task_values(task, tenant.settings.timezone))


async def commitments(tenant: Tenant, request: Request) -> Response:
    """The latest commitments, or those of one status."""
    status = request.query_params.get("status")
    if status is not None and status not in list(CommitmentStatus):
        raise Problem(422, "invalid", f"status is one of {', '.join(CommitmentStatus)}.")
    found = await tenant.commitments.find(status=CommitmentStatus(status) if status else None)
    return answer({"commitments": [commitment_values(one, tenant.settings.timezone) for one in found]})


async def commitment(tenant: Tenant, request: Request) -> Response:
    """One commitment with its whole history."""
    id_ = request.path_params["commitment_id"]
    found, lines = await tenant.commitments.read(id_), await tenant.commitments.history(id_)
    return answer(commitment_values(found, tenant.settings.timezone, lines))


async def retry(tenant: Tenant, request: Request) -> Response:
    """A person has it tried again."""
    by = (await decode(request, Person)).by
    found = await commit.retry(await tenant.world(), request.path_params["commitment_id"], by)
    return answer(commitment_values(found, tenant.settings.timezone))


async def close(tenant: Tenant, request: Request) -> Response:
    """A person has seen to it; it is not tried again."""
    by = (await decode(request, Person)).by
    found = await commit.close(await tenant.world(), request.path_params["commitment_id"], by)
    return answer(commitment_values(found, tenant.settings.timezone))


async def _call(tenant: Tenant, request: Request) -> Call:
    found = await tenant.calls.load(request.path_params["call_id"])
    if found is None:
        raise Problem(404, "not_found", "There is no such call.")
    return found[0]


def _number(request: Request) -> int:
    text: str = request.path_params["task_id"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004 -- what a column holds
        raise Problem(404, "not_found", "There is no such task.")
    return int(text)
