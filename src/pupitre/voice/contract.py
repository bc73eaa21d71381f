"""The JSON of `POST /ivr` (contract §1): what a gateway may send, and how a reply is written.

Types are never coerced; unknown fields are ignored; an unknown `event` is understood as `Strange`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from pupitre.desk import Caller, Incoming
from pupitre.dialogue.actions import Action, Continue, Hangup, Listen, Say, Transfer
from pupitre.dialogue.events import (
    CallerEvent,
    CallStarted,
    Continued,
    HungUp,
    Keyed,
    MachineDetected,
    Silent,
    Spoke,
    Strange,
    TransferEnded,
    TransferStatus,
)
from pupitre.phones import e164
from pupitre.ports import Reply

MAX_BODY = 64 * 1024
"""Bytes; a longer request is refused."""

# No control characters: ids end up in logs, URLs and databases that cannot hold NUL.
Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CallerJson(Struct):
    from_e164: str | None = None
    from_raw: str | None = None
    channel: str | None = None


class SttJson(Struct):
    text: str | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    """Absent or null: unknown, taken as sufficient."""


class DtmfJson(Struct):
    digits: str | None = None


class TransferJson(Struct):
    status: TransferStatus


class RequestJson(Struct):
    """What a gateway posts; only `call_id` and `event` are required."""

    call_id: Id
    event: str
    event_id: Id | None = None
    direction: Literal["inbound", "outbound"] | None = None
    reminder_id: Id | None = None
    caller: CallerJson | None = None
    stt: SttJson | None = None
    dtmf: DtmfJson | None = None
    transfer: TransferJson | None = None


_decode = msgspec.json.Decoder(RequestJson)


class NotUnderstood(ValueError):
    """The request is not of the contract's form; the message tells what to correct, the code is HTTP's."""

    def __init__(self, message: str, status_code: int) -> None:
        super().__init__(message)
        self.status_code = status_code


def parse(body: bytes, at: datetime, region: str) -> Incoming:
    """Read one request received at `at`. `region` is where national numbers belong (ISO 3166, "FR").

    Raises NotUnderstood.
    """
    try:
        request = _decode.decode(body)
    except msgspec.ValidationError as error:
        raise NotUnderstood(str(error), 422) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotUnderstood(f"The body is not JSON: {error}", 400) from error
    caller = request.caller or CallerJson()
    return Incoming(
        call_id=request.call_id,
        event=_event(request, at),
        event_id=request.event_id,
        outbound=request.direction == "outbound",
        reminder_id=request.reminder_id,
        caller=Caller(
            from_e164=e164(caller.from_e164, region) if caller.from_e164 else None,
            from_raw=caller.from_raw,
            channel=caller.channel,
        ),
    )


def _event(request: RequestJson, at: datetime) -> CallerEvent:  # noqa: PLR0911 -- one line per event of the contract
    match request.event:
        case "call_start":
            return CallStarted(at)
        case "stt_final":
            text = ((request.stt and request.stt.text) or "").strip()
            confidence = request.stt.confidence if request.stt else None
            return Spoke(at, text, confidence) if text else Silent(at)
        case "no_speech":
            return Silent(at)
        case "dtmf":
            digits = ((request.dtmf and request.dtmf.digits) or "").strip()
            return Keyed(at, digits) if digits else Silent(at)
        case "transfer_result":
            status = request.transfer.status if request.transfer else TransferStatus.FAILED
            return TransferEnded(at, status)
        case "continue":
            return Continued(at)
        case "machine_detected":
            return MachineDetected(at)
        case "hangup":
            return HungUp(at)
        case other:
            return Strange(at, other[:128])


def action_json(action: Action) -> dict[str, object]:
    """One action as the gateway reads it; what is not set is absent."""
    match action:
        case Say(text, rate, barge_in):
            return _present(type="say", text=text, rate=rate, barge_in=barge_in)
        case Listen():
            keys = _present(max_digits=action.max_digits, finish_on=action.finish_on)
            return _present(
                type="listen",
                mode="stt",
                timeout_ms=action.timeout_ms,
                barge_in=action.barge_in,
                dtmf=keys,
                hints=list(action.hints) or None,
            )
        case Transfer():
            return _present(
                type="transfer",
                mode="warm",
                target=action.target,
                timeout_ms=action.timeout_ms,
                brief=action.brief,
                url=action.url,
                priority=action.priority,
                caller_id=action.caller_id,
            )
        case Hangup():
            return {"type": "hangup"}
        case Continue(after_ms):
            return {"type": "continue", "after_ms": after_ms}


def _present(**fields: object) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def reply_json(reply: Reply) -> bytes:
    """A reply as it goes over the wire."""
    return msgspec.json.encode(
        {
            "actions": [action_json(action) for action in reply.actions],
            "state": {"name": reply.state},
            "context_delta": reply.context_delta,
        }
    )


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of request and reply, as served at `GET /ivr/schema.json`."""
    (_,), definitions = msgspec.json.schema_components([RequestJson], ref_template="#/$defs/{name}")
    positive = {"type": "integer", "minimum": 1}
    definitions["Say"] = _object(
        "say", {"text": {"type": "string"}, "rate": {"const": "slow"}, "barge_in": {"type": "boolean"}}, ["text"]
    )
    definitions["Listen"] = _object(
        "listen",
        {
            "mode": {"const": "stt"},
            "timeout_ms": positive,
            "barge_in": {"type": "boolean"},
            "dtmf": {
                "type": "object",
                "properties": {"max_digits": positive, "finish_on": {"type": "string"}},
                "required": ["max_digits"],
            },
            "hints": {"type": "array", "items": {"type": "string"}},
        },
        ["mode", "timeout_ms", "barge_in"],
    )
    definitions["Transfer"] = _object(
        "transfer",
        {
            "mode": {"const": "warm"},
            "target": {"type": "string"},
            "timeout_ms": positive,
            "brief": {"type": "string"},
            "url": {"type": "string"},
            "priority": {"const": "emergency"},
            "caller_id": {"type": "string"},
        },
        ["mode", "target", "timeout_ms"],
    )
    definitions["Hangup"] = _object("hangup", {}, [])
    definitions["Continue"] = _object("continue", {"after_ms": {"type": "integer", "minimum": 0}}, ["after_ms"])
    kinds = ["Say", "Listen", "Transfer", "Hangup", "Continue"]
    definitions["Action"] = {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds]}
    definitions["Reply"] = {
        "title": "Reply",
        "description": "What the desk answers. The last action, and no other, is listen, transfer, hangup or continue.",
        "type": "object",
        "properties": {
            "actions": {"type": "array", "items": {"$ref": "#/$defs/Action"}, "minItems": 1},
            "state": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "context_delta": {"type": "object", "description": "RFC 7396 merge patch of the call's context"},
        },
        "required": ["actions", "state", "context_delta"],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "POST /ivr",
        "description": "The voice gateway's webhook: RequestJson in, Reply out.",
        "$ref": "#/$defs/RequestJson",
        "$defs": definitions,
    }


def _object(kind: str, properties: dict[str, object], required: list[str]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": {"type": {"const": kind}, **properties},
        "required": ["type", *required],
    }
