"""What is free, against a minute-by-minute count of the same days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from pupitre.model import Interval
from pupitre.slots import OFFICE_HOURS, Candidate, Rules, free, may_commit, merge, propose
from pupitre.wish import Clause, Period, Wish

PARIS = ZoneInfo("Europe/Paris")
DAYS = st.dates(date(2026, 3, 20), date(2026, 4, 2)) | st.dates(date(2026, 10, 15), date(2026, 10, 28))
WEEKS = st.lists(
    st.lists(st.sampled_from([(time(9), time(12, 30)), (time(14), time(18)), (time(1), time(4))]), unique=True).map(
        lambda spans: tuple(sorted(spans))
    ),
    min_size=7,
    max_size=7,
).map(tuple)


@st.composite
def worlds(draw):
    now = datetime.combine(draw(DAYS), draw(st.times()).replace(second=0, microsecond=0), PARIS)
    rules = Rules(
        hours=draw(st.just(OFFICE_HOURS) | WEEKS),
        duration=timedelta(minutes=draw(st.sampled_from([15, 30, 45]))),
        end_day=draw(st.integers(2, 6)),
        notice=timedelta(minutes=draw(st.sampled_from([0, 600, 2900]))),
        buffer_before=timedelta(minutes=draw(st.sampled_from([0, 10]))),
        buffer_after=timedelta(minutes=draw(st.sampled_from([0, 20]))),
        holidays=frozenset(draw(st.sets(st.integers(1, 5).map(lambda n: now.date() + timedelta(days=n)), max_size=2))),
    )
    spans = st.tuples(st.integers(0, 7 * 1440), st.integers(0, 600))

    def intervals(pairs):
        base = datetime.combine(now.date(), time(), PARIS).astimezone(UTC)
        return [Interval(base + timedelta(minutes=a), base + timedelta(minutes=a + n)) for a, n in pairs]

    agents = [
        (agent, intervals(draw(st.lists(spans, max_size=12))), intervals(draw(st.lists(spans, max_size=3))))
        for agent in range(draw(st.integers(1, 3)))
    ]
    return now, rules, agents


def minute_by_minute(now, rules, taken):
    """Starts where every single minute is open, and free with its buffers; nothing but the definition."""
    first = datetime.combine(now.date() + timedelta(days=rules.first_day), time(), PARIS)
    found = set()
    for n in range(rules.end_day - rules.first_day):
        day = first.date() + timedelta(days=n)
        if day in rules.holidays:
            continue
        for opens, closes in rules.hours[day.weekday()]:
            start = datetime.combine(day, opens, PARIS).astimezone(UTC)
            end = datetime.combine(day, closes, PARIS).astimezone(UTC)
            while start + rules.duration <= end:
                around = (start - rules.buffer_before, start + rules.duration + rules.buffer_after)
                clear = all(i.start == i.end or i.end <= around[0] or i.start >= around[1] for i in taken)
                if clear and start >= now + rules.notice:
                    found.add(int(start.timestamp()))
                start += rules.step
    return found


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_exactly_the_slots_that_a_minute_by_minute_count_finds(world):
    now, rules, agents = world
    for agent, busy, _ in agents:
        assert set(
            free(Candidate(agent, merge(busy)), rules, rules.window(now), now + rules.notice)
        ) == minute_by_minute(now, rules, busy)


def _clash(rules, one, others):
    """Whether an agent would be with two people at once."""
    length = rules.duration.total_seconds()
    return any(one[0] == agent and abs(one[1] - start) < length for agent, start in others)


WISHES = st.sampled_from(
    [
        Wish(any=True),
        Wish(asap=True),
        Wish(any_of=(Clause(days=("TU",), periods=(Period.AM,)), Clause(periods=(Period.PM,), days=("TH", "FR")))),
        Wish(any_of=(Clause(at=time(10), approx=True),)),
        Wish(none_of=(Clause(periods=(Period.AM,)),)),
    ]
)


@given(worlds(), WISHES, st.data())
@settings(max_examples=200, deadline=None)
def test_every_offer_is_free_wished_apart_and_may_be_committed(world, wish, data):
    now, rules, agents = world
    candidates = {agent: Candidate(agent, merge(busy), merge(held)) for agent, busy, held in agents}
    offers = propose(list(candidates.values()), wish, rules, now)

    available = {
        (agent, start)
        for agent, busy, held in agents
        for start in minute_by_minute(now, rules, busy)
        if not any(
            i.start < i.end
            and i.start.timestamp() < start + rules.duration.total_seconds()
            and start < i.end.timestamp()
            for i in held
        )
    }
    offered = [(slot.agent_id, int(slot.start.timestamp())) for slot in offers.slots]
    assert set(offered) <= available
    assert len({start for _, start in offered}) == len(offered) <= 3
    assert bool(offered) == bool(available) == (offers.reason is None)
    wished = {start for _, start in available if wish.allows(datetime.fromtimestamp(start, PARIS))}
    if offered and not offers.nearest:
        assert {start for _, start in offered} <= wished
        clashing = {start for agent, start in available if _clash(rules, (agent, start), offered)}
        assert len(offered) == min(3, len(wished)) or wished <= clashing or any(c.approx for c in wish.any_of)
    assert not any(_clash(rules, one, [other for other in offered if other != one]) for one in offered)
    for slot in offers.slots:
        assert may_commit(slot, candidates[slot.agent_id], rules)
    refused = data.draw(st.sets(st.sampled_from(offers.slots))) if offers.slots else set()
    again = propose(list(candidates.values()), wish, rules, now, refused)
    if {start for _, start in available} - {int(slot.start.timestamp()) for slot in refused}:
        assert not {slot.start for slot in again.slots} & {slot.start for slot in refused}
    else:
        assert again == offers
