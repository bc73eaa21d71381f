"""Meet links: made from `conferenceData.createRequest`, and only for clients that say they know conferences."""

from __future__ import annotations

import hashlib

from pupitre.emulators.google.call import Call
from pupitre.emulators.google.errors import invalid
from pupitre.emulators.google.schema import known_part
from pupitre.emulators.google.wire import Json

_LETTERS = "abcdefghijkmnopqrstuvwxyz"


def take_conference(call: Call, body: Json, before: Json) -> Json:
    """The conference fields of the event that `body` is to become, given what it had `before`.

    With conferenceDataVersion=0 (the default) what the client sent is ignored in silence.
    """
    kept: Json = {k: before[k] for k in ("conferenceData", "hangoutLink") if k in before}
    if call.number("conferenceDataVersion") != 1 or "conferenceData" not in body:
        return kept
    if body["conferenceData"] is None:
        return {}
    wanted = known_part("ConferenceData", body["conferenceData"])
    request = wanted.get("createRequest")
    if request is None or before.get("conferenceData", {}).get("createRequest", {}).get("requestId") == request.get(
        "requestId"
    ):
        return {**kept, "conferenceData": wanted}
    if not call.person.may_invite or request.get("conferenceSolutionKey", {}).get("type") != "hangoutsMeet":
        raise invalid("Invalid conference type value.")
    return _meet(request)


def _meet(request: Json) -> Json:
    digest = hashlib.sha256(str(request.get("requestId")).encode()).digest()
    text = "".join(_LETTERS[b % len(_LETTERS)] for b in digest[:10])
    code = f"{text[:3]}-{text[3:7]}-{text[7:]}"
    link = f"https://meet.google.com/{code}"
    return {
        "hangoutLink": link,
        "conferenceData": {
            "createRequest": {**request, "status": {"statusCode": "success"}},
            "entryPoints": [{"entryPointType": "video", "uri": link, "label": f"meet.google.com/{code}"}],
            "conferenceSolution": {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"},
            "conferenceId": code,
        },
    }
