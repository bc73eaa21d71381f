"""The filters of events.list that look into an event."""

from __future__ import annotations

from collections.abc import Iterator

from pupitre.emulators.google.call import Call
from pupitre.emulators.google.errors import invalid
from pupitre.emulators.google.model import Event


def check_constraints(call: Call) -> None:
    """Raise Refusal for an extended property constraint that is not `name=value`."""
    for parameter in ("privateExtendedProperty", "sharedExtendedProperty"):
        for constraint in call.several(parameter):
            if "=" not in constraint:
                raise invalid(f"Invalid extended property constraint: {constraint}", parameter=parameter)


def matches(call: Call, event: Event) -> bool:
    """Whether the event passes q, iCalUID, eventTypes and the extended property constraints.

    Several constraints must all hold: so says the discovery document (the guide says any).
    """
    types = call.several("eventTypes")
    uid = call.text("iCalUID")
    return (
        (not types or event.body["eventType"] in types)
        and (uid is None or event.body["iCalUID"] == uid)
        and _has_all(event, "private", call.several("privateExtendedProperty"))
        and _has_all(event, "shared", call.several("sharedExtendedProperty"))
        and _contains(event, call.text("q") or "")
    )


def _has_all(event: Event, group: str, constraints: list[str]) -> bool:
    properties = event.body.get("extendedProperties", {}).get(group, {})
    for constraint in constraints:
        name, _, value = constraint.partition("=")
        if properties.get(name) != value:
            return False
    return True


def _contains(event: Event, query: str) -> bool:
    """Every word of the query somewhere in the searched fields, whatever its case."""
    text = "\n".join(_searched(event)).casefold()
    return all(word in text for word in query.casefold().split())


def _searched(event: Event) -> Iterator[str]:
    body = event.body
    yield from (body.get(name, "") for name in ("summary", "description", "location"))
    for person in [body["organizer"], *body.get("attendees", ())]:
        yield person.get("email", "")
        yield person.get("displayName", "")
    place = body.get("workingLocationProperties", {})
    yield from (str(v) for v in (place.get("officeLocation") or {}).values())
    yield from (str(v) for v in (place.get("customLocation") or {}).values())
