"""`/openapi.json`: the desk's HTTP as OpenAPI 3.1, made from the very types that requests are read into."""

from __future__ import annotations

from functools import cache

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre import __version__
from pupitre.ports import CommitmentStatus
from pupitre.voice import contract
from pupitre.web.admin import Person
from pupitre.web.reminders import UnansweredJson
from pupitre.web.shapes import CommitJson, ComputeJson, LookupJson
from pupitre.web.sync import KeepJson

Json = dict[str, object]

_REF = "#/components/schemas/{name}"
_PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string", "description": "Stable: slot_taken, conflict, not_found, refused, unavailable, …"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to correct, for a person."},
        "actions": {
            "type": "array",
            "items": {"type": "object"},
            "description": "POST /ivr only: what to do meanwhile.",
        },
    },
    "required": ["type", "status", "detail"],
}


@cache
def document() -> bytes:
    """The whole document as JSON."""
    forms = (contract.RequestJson, LookupJson, ComputeJson, CommitJson, Person, UnansweredJson, KeepJson)
    _, schemas = msgspec.json.schema_components(forms, ref_template=_REF)
    paths: dict[str, Json] = {
        "/ivr": {"post": _post("A voice gateway reports an event and is told what to do.", "RequestJson", "gateway")},
        "/v1/lookup_patient": {"post": _post("Who is who.", "LookupJson", "gateway", "admin")},
        "/v1/compute_slots": {
            "post": _post(
                "At most three offers for a wish; held when call_id is given.", "ComputeJson", "gateway", "admin"
            )
        },
        "/v1/commit_event": {
            "post": _post("Book, move or cancel.", "CommitJson", "gateway", "admin")
            | {
                "parameters": [
                    _parameter("header", "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255})
                ]
            }
        },
        "/v1/calls/{call_id}": {"get": _get("A call's canonical context.", _in_path("call_id"))},
        "/v1/calls/{call_id}/journal": {"get": _get("A call's turns.", _in_path("call_id"))},
        "/v1/tasks": {"get": _get("What waits for a person.", _status(["open", "closed"]))},
        "/v1/tasks/{task_id}/close": {"post": _post("Somebody has seen to it.", "Person", "admin", path="task_id")},
        "/v1/commitments": {"get": _get("The latest commitments.", _status(list(CommitmentStatus)))},
        "/v1/commitments/{commitment_id}": {"get": _get("A commitment with its history.", _in_path("commitment_id"))},
        "/v1/commitments/{commitment_id}/retry": {
            "post": _post("Try it again, now.", "Person", "admin", path="commitment_id")
        },
        "/v1/commitments/{commitment_id}/close": {
            "post": _post("Somebody has seen to it.", "Person", "admin", path="commitment_id")
        },
        "/v1/reminders/{reminder_id}/unanswered": {
            "post": _post("Nobody took a reminder call.", "UnansweredJson", "gateway", "admin", path="reminder_id")
        },
        "/v1/sync": {"get": _get("How record and planning stand to each other.")},
        "/v1/appointments/{appointment_id}/conflict": {
            "post": _post("A person decides which side is kept.", "KeepJson", "admin", path="appointment_id")
        },
        "/ivr/schema.json": {"get": _open("JSON Schema of POST /ivr.")},
        "/healthz": {"get": _open("Whether the desk is alive.")},
        "/readyz": {"get": _open("Each dependency by name, with its last success.", 503)},
    }
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Pupitre", "version": __version__, "license": {"name": "Apache-2.0"}},
            "paths": paths,
            "components": {
                "schemas": {**schemas, "Problem": _PROBLEM},
                "securitySchemes": {
                    "gateway": {"type": "http", "scheme": "bearer", "description": "The tenant's gateway token."},
                    "admin": {"type": "http", "scheme": "bearer", "description": "The tenant's administrator token."},
                },
            },
        }
    )


def _answers(*codes: int) -> Json:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    done: Json = {"200": {"description": "Done.", "content": {"application/json": {"schema": {"type": "object"}}}}}
    return done | {str(code): {"description": "Refused: see `detail`.", "content": problem} for code in codes}


def _post(summary: str, form: str, *roles: str, path: str | None = None) -> Json:
    operation: Json = {
        "summary": summary,
        "security": [{role: []} for role in roles],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=form)}}},
        },
        "responses": _answers(400, 401, 403, 404, 409, 413, 422, 503),
    }
    return operation | ({"parameters": [_in_path(path)]} if path else {})


def _get(summary: str, *parameters: Json) -> Json:
    return {
        "summary": summary,
        "security": [{"admin": []}],
        "parameters": list(parameters),
        "responses": _answers(401, 403, 404, 422, 503),
    }


def _open(summary: str, *codes: int) -> Json:
    return {"summary": summary, "responses": _answers(*codes)}


def _parameter(where: str, name: str, schema: Json, *, required: bool = True) -> Json:
    return {"in": where, "name": name, "required": required, "schema": schema}


def _in_path(name: str) -> Json:
    return _parameter("path", name, {"type": "string", "minLength": 1})


def _status(values: list[str]) -> Json:
    return _parameter("query", "status", {"type": "string", "enum": values}, required=False)


def routes() -> list[Route]:
    """No token needed."""

    async def openapi(_request: Request) -> Response:
        return Response(document(), media_type="application/json")

    return [Route("/openapi.json", openapi)]
