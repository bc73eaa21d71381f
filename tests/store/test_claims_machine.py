"""Holds and reservations against a model that tries everything by hand."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.store.conftest import NOW

from pupitre.model import Interval, Slot
from pupitre.store import open_database
from pupitre.store.queries import queries
from pupitre.store.reservations import StoredReservations

CALLS = st.sampled_from(["c1", "c2", "c3"])
COMMITMENTS = st.sampled_from(["k1", "k2", "k3"])
SLOTS = st.builds(
    lambda agent, start, length: Slot(at(start), at(start + length), agent),
    st.sampled_from([45, "45", "room"]),
    st.integers(0, 6),
    st.integers(1, 3),
)
HOLD_FOR = timedelta(minutes=3)


def at(quarters):
    return NOW + timedelta(days=1, minutes=15 * quarters)


DAYS = Interval(at(-100), at(100))


class ClaimsMachine(RuleBasedStateMachine):
    """The model is a list of claims: (slot, call, expires, commitment)."""

    make = None
    """Opens an empty store; set by the test."""

    @initialize()
    def open(self):
        self.loop = asyncio.new_event_loop()
        self.now = NOW
        self.claims = []
        self.database = self.loop.run_until_complete(self.make())
        self.doors = [StoredReservations(self.database, "demo"), StoredReservations(self.database, "demo2")]

    def ask(self, asking):
        return self.loop.run_until_complete(asking)

    def standing(self):
        return [claim for claim in self.claims if claim[2] is None or claim[2] > self.now]

    def taken(self, slot, but=()):
        return any(
            claim[0].agent_id == slot.agent_id and claim[0].interval.overlaps(slot.interval)
            for claim in self.standing()
            if claim not in but
        )

    def held_by(self, call):
        return [claim for claim in self.standing() if claim[1] == call and claim[2]]

    @rule(minutes=st.sampled_from([0, 1, 2, 3, 5]))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(call=CALLS, slots=st.lists(SLOTS, max_size=3))
    def hold(self, call, slots):
        until = self.now + HOLD_FOR
        got = self.ask(self.doors[0].hold(call, slots, self.now, until))
        self.claims = [claim for claim in self.standing() if not (claim[1] == call and claim[2])]
        # Of offers that overlap one another any may be the one that is held; what is free of all must be.
        offered = set(slots)
        for slot in offered:
            rivals = [
                o for o in offered if o != slot and o.agent_id == slot.agent_id and o.interval.overlaps(slot.interval)
            ]
            if self.taken(slot):
                assert slot not in got
            elif not rivals:
                assert slot in got
            else:
                assert slot in got or any(rival in got for rival in rivals)
        assert [slot for slot in slots if slot in got] == list(got)
        self.claims += [(slot, call, until, None) for slot in set(got)]

    @rule(call=CALLS)
    def renew(self, call):
        until = self.now + HOLD_FOR
        self.ask(self.doors[0].renew(call, self.now, until))
        mine = self.held_by(call)
        self.claims = [(*claim[:2], until, None) if claim in mine else claim for claim in self.claims]

    @rule(call=CALLS, slot=SLOTS)
    def keep(self, call, slot):
        self.ask(self.doors[0].keep(call, slot))
        self.claims = [claim for claim in self.claims if not (claim[1] == call and claim[2] and claim[0] != slot)]

    @rule(call=CALLS)
    def release(self, call):
        self.ask(self.doors[0].release(call))
        self.claims = [claim for claim in self.claims if not (claim[1] == call and claim[2])]

    @rule(call=CALLS, commitment=COMMITMENTS, slot=SLOTS)
    def reserve(self, call, commitment, slot):
        own = [
            claim
            for claim in self.standing()
            if claim[3] == commitment
            or (
                claim in self.held_by(call)
                and claim[0].agent_id == slot.agent_id
                and claim[0].interval.overlaps(slot.interval)
            )
        ]
        free = not self.taken(slot, but=own)
        assert free == self.ask(self.doors[0].reserve(commitment, call, slot, self.now))
        if free:
            self.claims = [claim for claim in self.standing() if claim not in own] + [(slot, call, None, commitment)]

    @rule(commitment=COMMITMENTS)
    def free(self, commitment):
        self.ask(self.doors[0].free(commitment))
        self.claims = [claim for claim in self.claims if claim[3] != commitment]

    @rule(call=CALLS, commitment=COMMITMENTS, slot=SLOTS)
    def another_tenant_does_as_it_likes(self, call, commitment, slot):
        door = self.doors[1]
        assert [slot] == self.ask(door.hold(call, [slot], self.now, self.now + HOLD_FOR))
        assert self.ask(door.reserve(commitment, call, slot, self.now))
        self.ask(door.free(commitment))
        self.ask(door.release(call))

    @invariant()
    def the_store_tells_what_the_model_knows(self):
        if not hasattr(self, "doors"):
            return
        told = self.ask(self.doors[0].claims(DAYS, self.now))

        assert sorted(map(repr, self.standing())) == sorted(
            repr((claim.slot, claim.call_id, claim.expires, claim.commitment_id)) for claim in told
        )
        for one in told:
            for other in told:
                assert (
                    one is other
                    or one.slot.agent_id != other.slot.agent_id
                    or not one.slot.interval.overlaps(other.slot.interval)
                )
        assert [] == self.ask(self.doors[1].claims(DAYS, self.now))

    def teardown(self):
        if hasattr(self, "database"):
            self.loop.run_until_complete(self.database.close())
            self.loop.close()


def test_holds_and_reservations_do_what_the_model_says(url):
    async def empty_store():
        database = await open_database(url)
        await database.write(*(queries("sandbox")["empty_claims"].bind(tenant=tenant) for tenant in ("demo", "demo2")))
        return database

    machine = type("Machine", (ClaimsMachine,), {"make": staticmethod(empty_store)})
    examples = 60 if url.startswith("sqlite") else 15
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_machine_notices_a_store_that_lets_slots_overlap(url):
    """Without the trigger the same machine must fail: it is no test that cannot."""

    async def careless():
        database = await open_database(url)
        database._writing.execute("DROP TRIGGER IF EXISTS claims_apart_insert")
        await database.write(*(queries("sandbox")["empty_claims"].bind(tenant=tenant) for tenant in ("demo", "demo2")))
        return database

    machine = type("Careless", (ClaimsMachine,), {"make": staticmethod(careless)})
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=200, deadline=None, report_multiple_bugs=False, phases=[Phase.generate]),
        )
