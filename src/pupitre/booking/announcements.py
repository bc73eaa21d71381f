"""Channels through which the planning announces changes: opened, and renewed before they end. Nothing depends on them:
a calendar whose channel is silent is still read now and then.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from pupitre.booking.in_step import InStep
from pupitre.model import Agent
from pupitre.ports import Channel, DeskError, FollowedCalendar, WatchedAgenda

_LIFE = timedelta(days=7)
_RENEWED_BEFORE = timedelta(hours=12)
_TRUSTED_FOR = timedelta(hours=1)
"""Messages get lost now and then (guide on push notifications): a calendar is read so often however silent it is."""


def says_nothing(calendar: FollowedCalendar, now: datetime) -> bool:
    """Whether a channel that is known to reach us has announced no change since the calendar was last read."""
    channel = calendar.channel
    return (
        channel is not None
        and now < channel.expires_at
        and calendar.heard_at is not None
        and calendar.token is not None
        and calendar.failing_since is None
        and calendar.read_at is not None
        and now - calendar.read_at < _TRUSTED_FOR
    )


async def renewed(step: InStep, agenda: WatchedAgenda, agent: Agent, calendar: FollowedCalendar) -> FollowedCalendar:
    """The calendar with a channel that lives on. Its id and token are kept before it is asked for: its first message
    may come before the answer. Raises DeskError; then the old channel, if any, is still the one.
    """
    now, old = step.world.now(), calendar.channel
    if step.announced_at is None or (old is not None and old.expires_at - now > _RENEWED_BEFORE):
        return calendar
    id_, token = uuid4().hex, secrets.token_urlsafe(32)
    asked = replace(calendar, channel=Channel(id_, "", now), channel_token=token, heard_at=None)
    await step.following.put_calendar(asked)
    try:
        channel = await agenda.watch(agent, id_, step.announced_at, token, _LIFE)
    except DeskError:
        await step.following.put_calendar(calendar)
        raise
    opened = replace(asked, channel=channel)
    await step.following.put_calendar(opened)
    if old is not None and old.resource_id:
        with suppress(DeskError):  # it ends by itself; until then its messages are a stranger's
            await agenda.stop(old, agent)
    return opened
