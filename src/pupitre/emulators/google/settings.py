"""settings.* and colors.get: what is the same for everybody here."""

from __future__ import annotations

from pupitre.emulators.google import errors, sync
from pupitre.emulators.google.call import Call
from pupitre.emulators.google.listing import list_etag
from pupitre.emulators.google.wire import Json, Reply

_SETTINGS = {
    "autoAddHangouts": "false",
    "dateFieldOrder": "DMY",
    "defaultEventLength": "60",
    "format24HourTime": "true",
    "hideInvitations": "false",
    "hideWeekends": "false",
    "locale": "fr",
    "remindOnRespondedEventsOnly": "false",
    "showDeclinedEvents": "true",
    "timezone": "Europe/Paris",
    "useKeyboardShortcuts": "true",
    "weekStart": "1",
}

_EVENT_COLORS = {
    "1": "#a4bdfc",
    "2": "#7ae7bf",
    "3": "#dbadff",
    "4": "#ff887c",
    "5": "#fbd75b",
    "6": "#ffb878",
    "7": "#46d6db",
    "8": "#e1e1e1",
    "9": "#5484ed",
    "10": "#51b749",
    "11": "#dc2127",
}
_CALENDAR_COLORS = {"1": "#ac725e", "2": "#d06b64", "3": "#f83a22", "14": "#9fe1e7", "15": "#9fc6e7", "16": "#4986e7"}


def list_(call: Call) -> Reply:
    items = [_render(call, name) for name in sorted(_SETTINGS)]
    since = call.text("syncToken")
    resource = f"settings:{call.person.email}"
    if since is not None:
        sync.sync_token(since, resource, 0)
        items = []
    body: Json = {"kind": "calendar#settings", "items": items}
    body["nextSyncToken"] = sync.encode(sync.SyncToken(resource, 0, call.state.meta.version))
    body["etag"] = list_etag(body)
    return Reply(200, body, {"ETag": body["etag"]})


def get(call: Call) -> Reply:
    name = call.path["setting"]
    if name not in _SETTINGS:
        raise errors.not_found()
    body = _render(call, name)
    return Reply(200, body, {"ETag": body["etag"]})


def colors(_call: Call) -> Reply:
    def palette(backgrounds: dict[str, str]) -> Json:
        return {k: {"background": b, "foreground": "#1d1d1d"} for k, b in backgrounds.items()}

    return Reply(
        200,
        {
            "kind": "calendar#colors",
            "updated": "2012-02-14T00:00:00.000Z",
            "calendar": palette(_CALENDAR_COLORS),
            "event": palette(_EVENT_COLORS),
        },
    )


def _render(call: Call, name: str) -> Json:
    calendar = call.state.calendars.get(call.person.email)
    value = calendar.time_zone if name == "timezone" and calendar else _SETTINGS[name]
    body = {"kind": "calendar#setting", "id": name, "value": value}
    return {**body, "etag": list_etag(body)}
