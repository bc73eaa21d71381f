"""The three functions (contract §2), for n8n or any other orchestrator."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre import metrics
from pupitre.booking import commit, offers
from pupitre.booking.world import World
from pupitre.dialogue.context import appointment_values, slot_values
from pupitre.dialogue.effects import Commit, ProposeSlots
from pupitre.dialogue.events import CommitmentEnded, CommitOutcome
from pupitre.model import Intent, MatchMode, Source, SyncState
from pupitre.phones import e164
from pupitre.ports import Commitment, Conflict, NotFound, Refused, SlotTaken, Unavailable, Who
from pupitre.store.idempotency_keys import same_request
from pupitre.tenant import Tenant
from pupitre.web.access import Keys, Role, guarded
from pupitre.web.bodies import answer, decode, parse, read
from pupitre.web.problems import Problem
from pupitre.web.shapes import (
    CommitJson,
    ComputeJson,
    LookupJson,
    name_of,
    patient_values,
    slot_of,
    wish_of,
)

_LONGEST_KEY = 255
_PATIENCE = 12.0


def routes(keys: Keys[Tenant]) -> list[Route]:
    """`/v1/lookup_patient`, `/v1/compute_slots`, `/v1/commit_event`, with either token."""
    both = (Role.GATEWAY, Role.ADMIN)
    return [
        Route("/v1/lookup_patient", guarded(keys, lookup_patient, *both), methods=["POST"]),
        Route("/v1/compute_slots", guarded(keys, compute_slots, *both), methods=["POST"]),
        Route("/v1/commit_event", guarded(keys, commit_event, *both), methods=["POST"]),
    ]


async def lookup_patient(tenant: Tenant, request: Request) -> Response:
    """Who is who."""
    asked = await decode(request, LookupJson)
    script, now = tenant.desk.script, tenant.desk.clock.now()
    if asked.phone is not None:
        phone = e164(asked.phone, tenant.settings.region)
        who, mode = Who(phone=phone), MatchMode.PHONE
        known = phone is not None
    else:
        name = name_of(asked.name, script, now) if asked.name else None
        who = Who(name=name, birth_date=asked.birth_date)
        mode = MatchMode.NAME_BIRTHDATE if asked.birth_date else MatchMode.NAME
        known = name is not None or asked.birth_date is not None
        if asked.name is None and asked.birth_date is None:
            raise Problem(422, "invalid", "Say whom to look up: phone, or name and perhaps birth_date.")
    found = await (await tenant.world()).directory.lookup_patient(who) if known else ()
    alone = len(found) == 1
    patients = [patient_values(patient, mode, alone=alone) for patient in found]
    return answer({"patients": patients, "needs_disambiguation": len(found) > 1})


async def compute_slots(tenant: Tenant, request: Request) -> Response:
    """At most three offers, or why there is none."""
    asked = await decode(request, ComputeJson)
    script = tenant.desk.script
    wish = wish_of(asked, script, tenant.desk.clock.now())
    found = await offers.propose_slots(
        await tenant.world(),
        asked.call_id or "",
        ProposeSlots(wish),
        eligible=asked.eligible_user_ids,
        duration=timedelta(minutes=asked.duration_min) if asked.duration_min else None,
        hold=asked.call_id is not None,
    )
    values: dict[str, object] = {
        "slots": [slot_values(slot, rank, script) for rank, slot in enumerate(found.slots, 1)],
        "nearest": found.nearest,
    }
    if found.reason is not None:
        values["reason"] = found.reason
    return answer(values)


async def commit_event(tenant: Tenant, request: Request) -> Response:
    """Book, move or cancel, once per Idempotency-Key."""
    key = request.headers.get("idempotency-key", "")
    if not 0 < len(key) <= _LONGEST_KEY:
        raise Problem(400, "invalid", "Send an Idempotency-Key header of 1 to 255 characters.")
    body = await read(request)
    asked = parse(body, CommitJson)
    now = tenant.desk.clock.now()
    if not await same_request(tenant.database, tenant.id, key, body, now):
        raise Problem(422, "idempotency_mismatch", "This Idempotency-Key was sent with another body; take a new key.")
    effect = await _effect(tenant, asked, key)
    world = await tenant.world()
    await _check(world, commit.asked_for(asked.call_id, effect, now, Source.WEB))
    told = await commit.commit(world, commit.asked_for(asked.call_id, effect, now, Source.WEB), _PATIENCE)
    while told is None:
        told = await commit.commit(world, commit.asked_for(asked.call_id, effect, now, Source.WEB), _PATIENCE)
    metrics.COMMITMENTS.labels(tenant.id, told.outcome).inc()
    _refuse_unless_recorded(told)
    values = appointment_values(told.appointment, tenant.desk.script) if told.appointment else {}
    state = told.appointment.sync_state if told.appointment else SyncState.PENDING
    return answer({"appointment": values, "sync_state": state})


async def _effect(tenant: Tenant, asked: CommitJson, key: str) -> Commit:
    """The commitment that the request means; its number comes from the key. Raises Problem 422, NotFound."""
    intent = Intent(asked.intent)
    if intent is Intent.BOOK and (asked.partner_id is None or asked.slot is None):
        raise Problem(422, "invalid", "BOOK needs partner_id and slot.")
    if intent is Intent.RESCHEDULE and (asked.event_id is None or asked.slot is None):
        raise Problem(422, "invalid", "RESCHEDULE needs event_id and slot.")
    if intent is Intent.CANCEL and asked.event_id is None:
        raise Problem(422, "invalid", "CANCEL needs event_id.")
    world = await tenant.world()
    patient_id = asked.partner_id
    if asked.event_id is not None:
        patient_id = (await world.records.read(asked.event_id)).patient_id
    else:
        assert patient_id is not None
        await world.directory.read_patient(patient_id)
    return Commit(
        intent=intent,
        n=int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big"),
        patient_id=patient_id,
        slot=slot_of(asked.slot, tenant.settings.timezone) if asked.slot else None,
        appointment_id=asked.event_id,
        reason=asked.reason,
    )


async def _check(world: World, wanted: Commitment) -> None:
    """Refuse a slot that nobody could have; what has begun already is joined, however late.

    Raises Problem 422, NotFound.
    """
    slot = wanted.slot
    if slot is None:
        return
    with suppress(NotFound):
        await world.commitments.read(wanted.id)
        return
    if slot.start <= wanted.asked_at:
        raise Problem(422, "invalid", "slot: it has begun already; take one that is to come.")
    if await world.agent(slot.agent_id) is None:
        raise NotFound(f"there is no agent {slot.agent_id}")


def _refuse_unless_recorded(told: CommitmentEnded) -> None:
    match told.outcome:
        case CommitOutcome.SLOT_TAKEN:
            raise SlotTaken("This slot cannot be had: somebody has it, or the agent is not there then. Ask for others.")
        case CommitOutcome.CONFLICT:
            raise Conflict("The appointment was changed by somebody else; nothing was moved.")
        case CommitOutcome.REFUSED:
            raise Refused("The record refused it; a task was left for a person.")
        case CommitOutcome.WITHDRAWN:
            raise Unavailable("The record did not answer in time; nothing is noted, and nothing will be.")
        case CommitOutcome.RECORDED:
            return
