"""Batches: several calls in one multipart request (guides/batch). Each part is answered as if it had come alone."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

import msgspec
from msgspec import Struct

from pupitre.emulators.google.errors import Refusal, not_found, refuse

_MOST_PARTS = 50


class Part(Struct, frozen=True):
    """One inner request."""

    content_id: str | None
    http_method: str
    target: str
    """Path and query as the client wrote them, without scheme and host."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class PartReply(Struct, frozen=True):
    status: int
    headers: Mapping[str, str]
    body: bytes


def parse(content_type: str, body: bytes) -> list[Part]:
    """The parts of a batch; lines may end in CRLF or LF. Raises Refusal."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not content_type.lower().startswith("multipart/mixed") or found is None:
        raise _bad("the content type must be multipart/mixed with a boundary")
    unix = body.replace(b"\r\n", b"\n")
    pieces = re.split(rb"(?:^|\n)--" + re.escape(found[1].encode()), unix)
    parts = [_part(piece) for piece in pieces[1:] if not piece.startswith(b"--")]
    if not parts:
        raise _bad("it has no parts")
    if len(parts) > _MOST_PARTS:
        raise _bad(f"it has more than {_MOST_PARTS} calls")
    return parts


async def answer(parts: list[Part], call: Callable[[Part], Awaitable[PartReply]], boundary: str) -> bytes:
    """All parts called one after the other, and the multipart answer; ids come back as `<response-…>`."""
    lines: list[bytes] = []
    for part in parts:
        reply = _readable(await call(part))
        content_id = f"Content-ID: <response-{part.content_id}>\r\n" if part.content_id else ""
        headers = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        head = (
            f"--{boundary}\r\nContent-Type: application/http\r\n{content_id}\r\n"
            f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}\r\n{headers}\r\n"
        )
        lines += [head.encode(), reply.body, b"\r\n"]
    return b"".join([*lines, f"--{boundary}--\r\n".encode()])


def _readable(reply: PartReply) -> PartReply:
    """A page of HTML, which only a lost address gets, as the error in JSON that clients of a batch can read."""
    kind = next((v for k, v in reply.headers.items() if k.lower() == "content-type"), "")
    if not kind.startswith("text/html"):
        return reply
    body = msgspec.json.encode(not_found().reply().body)
    return PartReply(reply.status, {"Content-Type": "application/json; charset=UTF-8"}, body)


_REASONS = {
    200: "OK",
    204: "No Content",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


def _bad(why: str) -> Refusal:
    return refuse(400, "badRequest", f"The batch request could not be processed: {why}.")


def _part(piece: bytes) -> Part:
    outer, _, inner = piece.lstrip(b"\n").partition(b"\n\n")
    head, _, body = inner.lstrip(b"\n").partition(b"\n\n")
    request_line, _, header_lines = head.decode("latin-1").partition("\n")
    words = request_line.split()
    if len(words) < 2:  # noqa: PLR2004 -- a method and a target
        raise _bad("a part is no HTTP request")
    content_id = _headers(outer.decode("latin-1")).get("content-id")
    target = re.sub(r"^https?://[^/]*", "", words[1])
    return Part(
        content_id=content_id.strip().removeprefix("<").removesuffix(">") if content_id else None,
        http_method=words[0].upper(),
        target=target,
        headers=_headers(header_lines),
        body=body.rstrip(b"\n"),
    )


def _headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
