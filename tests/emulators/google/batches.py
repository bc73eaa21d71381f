"""Batch requests as a client writes them, and answers as it reads them."""

import json
import re


def encode_batch(requests):
    """Body and content type for `(method, address, headers, body)` each."""
    lines = []
    for number, (method, address, headers, body) in enumerate(requests):
        lines += ["--batch_test", "Content-Type: application/http", f"Content-ID: <c+{number}>", ""]
        lines += [f"{method} {address} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        lines += ["Content-Type: application/json", "", json.dumps(body)] if body is not None else ["", ""]
    return "\r\n".join([*lines, "--batch_test--", ""]).encode(), "multipart/mixed; boundary=batch_test"


def parse_batch(answer):
    """`[{id, status, body}]` of a multipart answer."""
    boundary = re.search(r'boundary="?([^";]+)', answer.headers["Content-Type"])[1]
    parts = []
    for piece in answer.text.split(f"--{boundary}")[1:-1]:
        outer, inner = piece.lstrip("\r\n").split("\r\n\r\n", 1)
        head, _, body = inner.partition("\r\n\r\n")
        parts.append(
            {
                "id": re.search(r"Content-ID:\s*<([^>]+)>", outer)[1],
                "status": int(head.split()[1]),
                "body": json.loads(body) if body.strip() else None,
            }
        )
    return parts
