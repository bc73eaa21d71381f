"""The discovery document: which methods exist, what they take, and which scopes allow them.

Requests are checked against the document itself, so that a client which passes here speaks the API that is published.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from urllib.parse import unquote

from msgspec import Struct

from pupitre.emulators.google.errors import invalid_parameter, required
from pupitre.emulators.google.model import SCOPE_PREFIX
from pupitre.emulators.google.times import BadTime, parse_instant, zone
from pupitre.emulators.google.wire import Json

Parameters = dict[str, str | int | bool | list[str]]
"""Checked query and path parameters, in their own types; date-times stay text."""


class Method(Struct, frozen=True):
    """One method of the API."""

    id: str
    http_method: str
    segments: tuple[str, ...]
    scopes: frozenset[str]
    parameters: Json
    request: str | None
    response: str | None


@cache
def document() -> Json:
    """The document as it was published."""
    packed = resources.files("pupitre.emulators.google").joinpath("data/calendar.v3.json.gz").read_bytes()
    found: Json = json.loads(gzip.decompress(packed))
    return found


def served_document(base: str) -> Json:
    """The document with every address at `base` (without slash at the end)."""
    published = document()
    service_path = published["servicePath"]
    return {
        **published,
        "rootUrl": f"{base}/",
        "baseUrl": f"{base}/{service_path}",
        "basePath": f"/{service_path}",
    }


@cache
def methods() -> Sequence[Method]:
    return [
        Method(
            id=raw["id"].removeprefix("calendar."),
            http_method=raw["httpMethod"],
            segments=tuple(raw["path"].split("/")),
            scopes=frozenset(s.removeprefix(SCOPE_PREFIX) for s in raw["scopes"]),
            parameters={**document()["parameters"], **raw.get("parameters", {})},
            request=raw.get("request", {}).get("$ref"),
            response=raw.get("response", {}).get("$ref"),
        )
        for resource in document()["resources"].values()
        for raw in resource["methods"].values()
    ]


def match(http_method: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The method at a path below the service path, with its path parameters decoded; None: there is none."""
    segments = raw_path.split("/")
    for method in methods():
        if method.http_method != http_method or len(method.segments) != len(segments):
            continue
        values = {}
        for template, segment in zip(method.segments, segments, strict=True):
            if template.startswith("{"):
                values[template[1:-1]] = unquote(segment)
            elif template != segment:
                break
        else:
            if all(values.values()):
                return method, values
    return None


_LENIENT = frozenset({"access_token", "userIp", "callback", "uploadType", "upload_protocol", "$.xgafv", "$alt"})
"""Parameters that Google takes everywhere although the document does not list them."""


def check_query(method: Method, query: Sequence[tuple[str, str]]) -> Parameters:
    """Query parameters in the types the document gives them. Raises Refusal on the first that it does not allow."""
    values: Parameters = {}
    for name, text in query:
        if name in _LENIENT:
            continue
        rule = method.parameters.get(name)
        if rule is None or rule["location"] != "query":
            raise invalid_parameter(name, f'Unknown name "{name}": Cannot bind query parameter.')
        value = _checked(name, text, rule)
        if rule.get("repeated"):
            values[name] = [*values.get(name, []), value]  # type: ignore[misc,list-item]  # repeated ones are strings
        else:
            values[name] = value
    for name, rule in method.parameters.items():
        if rule.get("required") and rule["location"] == "query" and name not in values:
            raise required(f"Required parameter: {name}")
    return values


def _checked(name: str, text: str, rule: Mapping[str, str]) -> str | int | bool:
    if rule["type"] == "boolean":
        if text.lower() not in ("true", "false"):
            raise invalid_parameter(name, f"Invalid boolean value: '{text}'.")
        return text.lower() == "true"
    if rule["type"] == "integer":
        return _integer(name, text, rule)
    allowed = rule.get("enum")
    if allowed and text not in allowed:
        raise invalid_parameter(name, f"Invalid string value: '{text}'. Allowed values: {list(allowed)}")
    if rule.get("format") == "date-time":
        try:
            parse_instant(text)
        except BadTime as error:
            raise invalid_parameter(name, f'Invalid value for: Invalid format: "{text}"') from error
    if name == "timeZone" and zone(text) is None:
        raise invalid_parameter(name, "Invalid time zone.")
    return text


def _integer(name: str, text: str, rule: Mapping[str, str]) -> int:
    if not re.fullmatch(r"-?\d{1,10}", text, re.ASCII):
        raise invalid_parameter(name, f"Invalid integer value: '{text}'.")
    value = int(text)
    least, most = int(rule.get("minimum", -(2**31))), int(rule.get("maximum", 2**31 - 1))
    if not least <= value <= most:
        raise invalid_parameter(name, f"Invalid value '{text}'. Values must be within the range: [{least}, {most}]")
    return value
