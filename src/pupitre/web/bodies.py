"""Reading request bodies and writing answers."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from pupitre.web.problems import Problem

T = TypeVar("T")

LIMIT = 64 * 1024
"""Bytes of a request body."""


async def read(request: Request, limit: int = LIMIT) -> bytes:
    """The body. Raises Problem 413 as soon as it is longer than the limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is over {limit} bytes.")


async def decode(request: Request, form: type[T], limit: int = LIMIT) -> T:
    """The body as a value of that form; types are not coerced. Raises Problem 400, 413 or 422."""
    return parse(await read(request, limit), form)


def parse(body: bytes, form: type[T]) -> T:
    """The body as a value of that form; types are not coerced. Raises Problem 400 or 422."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        raise Problem(422, "invalid", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "invalid", f"The body is not JSON: {error}") from error


def answer(value: object, status: int = 200) -> Response:
    """The value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
