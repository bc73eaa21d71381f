"""acl.*: with whom a calendar is shared."""

from __future__ import annotations

from pupitre.emulators.google import errors, sync
from pupitre.emulators.google.calendars import share
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.listing import list_etag
from pupitre.emulators.google.model import ROLES, Calendar, Rule
from pupitre.emulators.google.schema import check_shape
from pupitre.emulators.google.wire import Json, Reply

_SCOPES = ("default", "user", "group", "domain")


def list_(call: Call) -> Reply:
    calendar = call.calendar("owner")
    rules = sorted(calendar.acl.values(), key=lambda r: (r.version, r.id))
    since = call.text("syncToken")
    if since is not None:
        token = sync.sync_token(since, f"acl:{calendar.id}", calendar.sync_epoch)
        rules = [r for r in rules if r.version > token.version]
    elif not call.flag("showDeleted"):
        rules = [r for r in rules if r.role != "none"]
    first = sync.first_item(call.text("pageToken"))
    size = call.number("maxResults") or 100
    body: Json = {"kind": "calendar#acl", "items": [_render(r) for r in rules[first : first + size]]}
    if first + size < len(rules):
        body["nextPageToken"] = str(first + size)
    else:
        token = sync.SyncToken(f"acl:{calendar.id}", calendar.sync_epoch, call.state.meta.version)
        body["nextSyncToken"] = sync.encode(token)
    body["etag"] = list_etag(body)
    return Reply(200, body, {"ETag": body["etag"]})


def get(call: Call) -> Reply:
    calendar = call.calendar("owner")
    return _answer(_require(call, calendar))


def insert(call: Call) -> Reply:
    calendar = call.calendar("owner")
    check_shape("AclRule", call.body)
    raw = _scope(call.body)
    if call.body.get("role") is None:
        raise errors.required("Missing role.")
    kind = raw["type"]
    if kind not in _SCOPES or (kind != "default") != bool(raw.get("value")):
        raise errors.invalid("Invalid scope value.")
    rule = Rule(_role(call.body), kind, str(raw.get("value") or ""))
    share(call.state, calendar, rule)
    return _answer(rule)


def update(call: Call) -> Reply:
    """Unlike a patch it must say whose rule it is."""
    check_shape("AclRule", call.body)
    _scope(call.body)
    return patch(call)


def patch(call: Call) -> Reply:
    """Only the role of a rule can change."""
    calendar = call.calendar("owner")
    check_shape("AclRule", call.body)
    rule = _require(call, calendar)
    call.check_etag(_etag(rule))
    role = _role(call.body) if call.body.get("role") is not None else rule.role
    if role != rule.role:
        _check_owner_stays(calendar, rule)
        rule.role = role
        share(call.state, calendar, rule)
    return _answer(rule)


def delete(call: Call) -> Reply:
    calendar = call.calendar("owner")
    rule = _require(call, calendar)
    call.check_etag(_etag(rule))
    _check_owner_stays(calendar, rule)
    rule.role = "none"
    share(call.state, calendar, rule)
    return Reply(204)


def _require(call: Call, calendar: Calendar) -> Rule:
    rule = calendar.acl.get(call.path["ruleId"])
    if rule is None or rule.role == "none":
        raise errors.not_found()
    return rule


def _check_owner_stays(calendar: Calendar, rule: Rule) -> None:
    if rule.id == f"user:{calendar.owner}":
        raise errors.refuse(403, "cannotChangeOwnAcl", "Cannot change your own access level.", domain="calendar")


def _scope(body: Json) -> Json:
    """Of a body that must have one with a type, as the discovery document says of insert and update."""
    scope: Json = body.get("scope") or {}
    if not scope.get("type"):
        raise errors.required("Missing scope.")
    return scope


def _role(body: Json) -> str:
    role: str = body["role"]
    if role not in ROLES:
        raise errors.invalid("Invalid role value.")
    return role


def _etag(rule: Rule) -> str:
    return f'"{rule.etag_ms * 2000:d}"'


def _render(rule: Rule) -> Json:
    value = {"value": rule.scope_value} if rule.scope_value else {}
    return {
        "kind": "calendar#aclRule",
        "etag": _etag(rule),
        "id": rule.id,
        "scope": {"type": rule.scope_type, **value},
        "role": rule.role,
    }


def _answer(rule: Rule) -> Reply:
    body = _render(rule)
    return Reply(200, body, {"ETag": body["etag"]})
