"""What every planning must tell of busy time."""

from datetime import UTC, datetime, timedelta

import pytest

from pupitre.model import Interval

DAY = datetime(2026, 1, 6, tzinfo=UTC)


def span(start, end):
    """Hours of the day."""
    return Interval(DAY + timedelta(hours=start), DAY + timedelta(hours=end))


class FreeBusyContract:
    """An adapter's test class derives from this one and gives `planning`, `agents` (two) and `take`."""

    @pytest.fixture
    async def planning(self):
        raise NotImplementedError

    @pytest.fixture
    async def agents(self):
        raise NotImplementedError

    @pytest.fixture
    async def take(self):
        """A coroutine function (agent, interval): something is in this agent's planning then."""
        raise NotImplementedError

    async def test_everybody_asked_for_is_answered_for(self, planning, agents):
        found = await planning.busy(agents, span(0, 24))

        assert {agent.id: [] for agent in agents} == {agent: list(spans) for agent, spans in found.intervals.items()}
        assert {} == dict(found.unreadable)

    async def test_nobody_else_is_answered_for(self, planning, agents, take):
        await take(agents[1], span(9, 10))

        assert [agents[0].id] == list((await planning.busy(agents[:1], span(0, 24))).intervals)

    async def test_what_an_agent_has_is_busy_time_of_that_agent_alone(self, planning, agents, take):
        await take(agents[0], span(9, 10))
        await take(agents[0], span(14, 15))
        found = await planning.busy(agents, span(0, 24))

        assert [span(9, 10), span(14, 15)] == list(found.intervals[agents[0].id])
        assert [] == list(found.intervals[agents[1].id])

    async def test_only_what_is_inside_the_window_counts(self, planning, agents, take):
        for hours in ((6, 7), (8, 10), (11, 12), (13, 15), (15, 16)):
            await take(agents[0], span(*hours))
        found = await planning.busy(agents, span(9, 14))

        assert [span(9, 10), span(11, 12), span(13, 14)] == list(found.intervals[agents[0].id])
