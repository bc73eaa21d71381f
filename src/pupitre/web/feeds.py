"""`/feeds/SECRET.ics`: an agent's appointments, for any calendar program. The address itself is the key."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pupitre.backends.local.feeds import Feeds
from pupitre.backends.local.records import LocalRecords
from pupitre.backends.local.roster import Roster
from pupitre.web.problems import Problem
from pupitre.wiring import House

_KEPT = timedelta(days=30)
"""How far back a feed reaches."""


def routes(house: House) -> list[Route]:
    """One route; an unknown or revoked address is simply not there."""
    feeds = Feeds(house.database)

    async def ics(request: Request) -> Response:
        # Loaded with the first feed asked for: it costs 0.2 s that no caller should wait for.
        from pupitre.backends.local.ics import CONTENT_TYPE, FeedLook, feed  # noqa: PLC0415 -- see above

        whose = await feeds.whose(request.path_params["secret"])
        tenant = house.tenants.get(whose.tenant) if whose else None
        if whose is None or tenant is None:
            raise Problem(404, "not_found", "There is no such calendar, or no longer.")
        agents = await Roster(house.database, tenant.id).agents()
        name = next((agent.name for agent in agents if agent.id == whose.agent_id), "")
        settings = tenant.settings
        records = LocalRecords(house.database, tenant.id, house.clock, settings.location)
        entries = await records.of_agent(whose.agent_id, house.clock.now() - _KEPT)
        look = FeedLook(
            tenant=tenant.id,
            calendar_name=f"{name} - {settings.name}",
            title=settings.title,
            show_patient=settings.show_patient_names,
        )
        return Response(feed(entries, look), media_type=CONTENT_TYPE)

    return [Route("/feeds/{secret}.ics", ics)]
