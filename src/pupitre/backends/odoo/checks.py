"""What `pupitre doctor` looks at in a tenant's Odoo; each finding says what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from pupitre.backends.odoo.client import FIRST_WITH_JSON2, Client
from pupitre.backends.odoo.directory import PARTNER
from pupitre.backends.odoo.fields import EVENT, FIELDS, USER
from pupitre.backends.odoo.settings import Planning, Wire
from pupitre.backends.odoo.wire import Row, instant, text
from pupitre.ports import Clock, DeskError, NotFound, Refused

_OLDEST = 14
_KEY_SOON = timedelta(days=14)


class Finding(Struct, frozen=True):
    """One thing that was looked at. An `error` keeps the desk from working; a `warning` will one day, or for some."""

    level: Literal["ok", "warning", "error"]
    said: str


async def examine(client: Client, clock: Clock) -> Sequence[Finding]:
    """Everything there is to say about this Odoo, as the desk's own user sees it. Changes nothing; raises nothing."""
    found: list[Finding] = []
    try:
        async for finding in _findings(client, clock):
            found.append(finding)  # noqa: PERF401 -- what was found before an error stays found
    except DeskError as error:
        found.append(Finding("error", str(error)))
    return found


async def _findings(client: Client, clock: Clock) -> AsyncIterator[Finding]:
    yield await _server(client)
    yield Finding("ok", f"logged in, by {(await client.wire()).value}: {await _who(client)}")
    for check in (_fields, _rights, _agents, _numbers):
        async for finding in check(client):
            yield finding
    async for finding in _key(client, clock):
        yield finding


async def _server(client: Client) -> Finding:
    version = (await client.server()).version
    said = f"Odoo {version[0]}.{version[1]} answers at {client.settings.url}"
    if version[0] < _OLDEST:
        return Finding("error", f"{said}, but the desk knows Odoo from {_OLDEST} on: upgrade it")
    if version[0] >= FIRST_WITH_JSON2 and not client.settings.api_key:
        return Finding(
            "warning", f"{said}; give the desk's user an API key, for which two-factor authentication is no hindrance"
        )
    return Finding("ok", said)


async def _who(client: Client) -> str:
    rows = await client.search_read(USER, [["login", "=", client.settings.login]], ["name"])
    return str(rows[0]["name"]) if rows else "the key's user"


async def _fields(client: Client) -> AsyncIterator[Finding]:
    for model, wanted in FIELDS.items():
        there = await client.fields(model)
        wrong = [field.name for field in wanted if there.get(field.name) != field.type]
        if wrong:
            yield Finding("error", f"{model} lacks {', '.join(wrong)}: run `pupitre odoo install`")
        else:
            yield Finding("ok", f"{model} has the desk's {len(wanted)} fields")
    born = client.settings.birth_date_field
    if born and (await client.fields(PARTNER)).get(born) != "date":
        yield Finding("error", f"{PARTNER} has no date field {born}: correct birth_date_field")


async def _rights(client: Client) -> AsyncIterator[Finding]:
    """Least privilege: internal user, and contact creation where new patients are made. Nothing more."""
    for model, operation in ((PARTNER, "read"), (USER, "read"), (EVENT, "create"), (EVENT, "write")):
        if not await _may(client, model, operation):
            yield Finding("error", f"the desk's user may not {operation} {model}: make it an internal user")
    if not await _may(client, PARTNER, "create"):
        yield Finding("warning", "the desk's user may not make patients: give it Contact / Creation if it is to")
    if await _may(client, USER, "write"):
        yield Finding("warning", "the desk's user may change users: it needs no administrator's rights, take them away")
    else:
        yield Finding("ok", "the desk's user has no administrator's rights")


async def _may(client: Client, model: str, operation: str) -> bool:
    named = {"operation": operation, "raise_exception": False}
    return await client.call(model, "check_access_rights", bool, named)


async def _agents(client: Client) -> AsyncIterator[Finding]:
    there = await client.fields(USER)
    chosen = client.settings.agents
    if not chosen and "x_gcal_calendar_id" not in there:
        return  # the missing field is said already
    domain: list[object] = ["login", "in", list(chosen)] if chosen else ["x_gcal_calendar_id", "!=", False]
    fields = [name for name in ("name", "login", "tz", "x_gcal_calendar_id") if name in there]
    rows = await client.search_read(USER, [["share", "=", False], domain], fields, order="id")
    for login in sorted(set(chosen) - {str(row["login"]) for row in rows}):
        yield Finding("error", f"no active user has the login {login}: correct odoo.agents")
    if not rows:
        yield Finding("error", "nobody can be booked: give users an x_gcal_calendar_id, or name them in odoo.agents")
    for row in rows:
        who = str(row["name"])
        wrong = [one async for one in _agent(client, row, who)]
        for finding in wrong or [Finding("ok", f"{who} can be booked")]:
            yield finding


async def _agent(client: Client, row: Row, who: str) -> AsyncIterator[Finding]:
    hybrid = client.settings.planning is Planning.GOOGLE
    if hybrid and text(row, "x_gcal_calendar_id") is None:
        yield Finding("error", f"{who} has no x_gcal_calendar_id: write the address of the Google calendar there")
    if text(row, "tz") is None:
        yield Finding("error", f"{who} has no time zone: set one in the user's preferences")
    if hybrid and await _synchronised_by_odoo(client, int(str(row["id"]))):
        yield Finding(
            "error",
            f"{who}'s calendar is synchronised with Google by Odoo itself: with the desk, every appointment would be "
            "there twice. Stop Odoo's synchronisation for this user",
        )


async def _synchronised_by_odoo(client: Client, user: int) -> bool:
    """Whether Odoo's own google_calendar is at work for this user: by its own word, or by events it has taken over."""
    if "google_id" not in await client.fields(EVENT):
        return False
    try:
        if await client.call(USER, "is_google_calendar_synced", object, {}, ids=[user]):
            return True
    except Refused:
        pass  # versions before 15 do not tell
    domain = [["user_id", "=", user], ["google_id", "!=", False]]
    return await client.call(EVENT, "search_count", int, {"domain": domain}) > 0


async def _numbers(client: Client) -> AsyncIterator[Finding]:
    if "phone_sanitized" not in await client.fields(PARTNER):
        yield Finding("warning", "Odoo sanitizes no numbers: install its module phone_validation")
        return
    raw = ["&", ["phone_sanitized", "!=", False], ["phone_sanitized", "not like", "+"]]
    wrong = await client.call(PARTNER, "search_count", int, {"domain": raw})
    if wrong:
        yield Finding(
            "warning",
            f"{wrong} numbers in Odoo are not sanitized: install the Python library phonenumbers on Odoo's server, and "
            "give the company a country. The desk finds them all the same, more slowly",
        )


async def _key(client: Client, clock: Clock) -> AsyncIterator[Finding]:
    """Keys of users who are no administrators must end, after 90 days at most by default."""
    if await client.wire() is not Wire.JSON2:
        return
    try:
        rows = await client.search_read("res.users.apikeys", [["expiration_date", "!=", False]], ["expiration_date"])
    except (NotFound, Refused):
        return
    ends = [instant(row, "expiration_date") for row in rows]
    if ends and (left := max(ends) - clock.now()) < _KEY_SOON:
        yield Finding(
            "warning", f"the API key ends in {max(left.days, 0)} days: make a new one and give it to the desk"
        )
    elif ends:
        yield Finding("ok", f"the API key ends on {max(ends):%Y-%m-%d}")
