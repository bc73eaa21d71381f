"""What callers are offered: the seed's example, the ranking, and every reason for offering nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from pupitre.model import Interval, Slot
from pupitre.slots import Candidate, NoSlot, Rules, free, may_commit, merge, propose
from pupitre.wish import Clause, Period, Wish

PARIS = ZoneInfo("Europe/Paris")
RULES = Rules(holidays=frozenset({date(2026, 1, 1)}))
NOW = datetime(2026, 1, 2, 10, 0, tzinfo=PARIS)


def at(text: str) -> datetime:
    """A local time in January 2026: "6 9:00"."""
    day, clock = text.split()
    return datetime.combine(date(2026, 1, int(day)), time.fromisoformat(clock.zfill(5)), PARIS)


def busy(*spans: tuple[str, str]):
    return merge(Interval(at(a), at(b)) for a, b in spans)


def starts(offers) -> list[str]:
    return [f"{slot.start.day} {slot.start:%H:%M} {slot.agent_id}" for slot in offers.slots]


EVERYTHING = Wish(any=True)
TUESDAY_MORNING_OR_THURSDAY_AFTERNOON = Wish(
    any_of=(Clause(days=("TU",), periods=(Period.AM,)), Clause(days=("TH",), periods=(Period.PM,)))
)
THE_REST = ("9 0:00", "31 0:00")


def seed_agents() -> list[Candidate]:
    return [
        Candidate(45, busy(("6 9:45", "6 18:00"), ("8 0:00", "9 0:00"), THE_REST)),
        Candidate(46, busy(("6 0:00", "7 0:00"), ("8 9:00", "8 15:00"), ("8 15:45", "8 18:00"), THE_REST)),
        Candidate(47, busy(("6 0:00", "7 0:00"), ("8 9:00", "8 16:15"), THE_REST)),
    ]


def test_the_seed_s_example_comes_out_exactly():
    offers = propose(seed_agents(), TUESDAY_MORNING_OR_THURSDAY_AFTERNOON, RULES, NOW)

    assert starts(offers) == ["6 09:00 45", "8 15:00 46", "8 16:15 47"]
    assert not offers.nearest
    assert offers.reason is None
    assert {slot.end - slot.start for slot in offers.slots} == {timedelta(minutes=30)}


def test_offers_spread_over_half_days_before_they_fill_one():
    assert starts(propose([Candidate(1)], EVERYTHING, RULES, NOW)) == ["5 09:00 1", "5 14:00 1", "6 09:00 1"]


def test_the_window_is_tomorrow_to_the_fourteenth_day():
    offered = [datetime.fromtimestamp(start, PARIS) for start in free(Candidate(1), RULES, RULES.window(NOW))]

    assert offered[0] == at("5 9:00")
    assert offered[-1] == at("16 17:30")


def test_less_than_an_hour_apart_only_if_nothing_else_fits():
    only_tuesday_morning = Wish(any_of=(Clause(dates=(date(2026, 1, 6),), periods=(Period.AM,)),))
    short = Candidate(1, busy(("6 10:00", "6 12:30")))

    assert starts(propose([Candidate(1)], only_tuesday_morning, RULES, NOW)) == ["6 09:00 1", "6 10:00 1", "6 11:00 1"]
    assert starts(propose([short], only_tuesday_morning, RULES, NOW)) == ["6 09:00 1", "6 09:30 1"]


def test_one_start_is_offered_once_with_the_less_loaded_agent_then_the_lower_id():
    loaded = Candidate(1, busy(("5 9:00", "5 18:00")))
    tuesday_at_nine = Wish(any_of=(Clause(dates=(date(2026, 1, 6),), at=time(9)),))

    assert starts(propose([loaded, Candidate(3), Candidate(2)], tuesday_at_nine, RULES, NOW)) == ["6 09:00 2"]


def test_the_patient_s_own_agent_comes_before_an_earlier_start():
    own = Candidate(9, busy(("5 0:00", "7 0:00")), preferred=True)

    assert starts(propose([Candidate(1), own], EVERYTHING, RULES, NOW)) == ["7 09:00 9", "7 14:00 9", "8 09:00 9"]


def test_as_soon_as_possible_puts_the_start_before_the_agent():
    own = Candidate(9, busy(("5 0:00", "7 0:00")), preferred=True)

    assert starts(propose([Candidate(1), own], Wish(asap=True), RULES, NOW))[0] == "5 09:00 1"


def test_others_fill_up_what_the_own_agent_cannot_give():
    own = Candidate(9, busy(("5 0:00", "16 14:00"), ("16 14:30", "16 18:00")), preferred=True)

    assert starts(propose([Candidate(1), own], EVERYTHING, RULES, NOW)) == ["16 14:00 9", "5 09:00 1", "5 14:00 1"]


def test_an_approximate_hour_is_offered_nearest_first_on_several_days():
    about_ten = Wish(any_of=(Clause(at=time(10), approx=True),))
    offers = propose([Candidate(1, busy(("5 10:00", "5 10:30")))], about_ten, RULES, NOW)

    assert starts(offers) == ["6 10:00 1", "7 10:00 1", "8 10:00 1"]
    assert not offers.nearest


def test_an_agent_is_not_offered_twice_for_the_same_minutes():
    about_ten = Wish(any_of=(Clause(dates=(date(2026, 1, 6),), at=time(10), approx=True),))

    offers = propose([Candidate(1, busy(("6 11:00", "6 18:00")))], about_ten, RULES, NOW)

    assert starts(offers) == ["6 10:00 1", "6 09:00 1", "6 09:30 1"]


def test_far_from_an_approximate_hour_is_only_nearest():
    about_ten = Wish(any_of=(Clause(days=("TU",), at=time(10), approx=True),))
    afternoon_only = Candidate(1, busy(*((f"{day} 9:00", f"{day} 12:30") for day in range(3, 17))))
    offers = propose([afternoon_only], about_ten, RULES, NOW)

    assert offers.nearest
    assert starts(offers)[0] == "6 14:00 1"


def test_an_hour_off_the_grid_gets_the_nearest_start_marked_as_such():
    ten_past_ten = Wish(any_of=(Clause(dates=(date(2026, 1, 6),), at=time(10, 10)),))
    offers = propose([Candidate(1)], ten_past_ten, RULES, NOW)

    assert offers.nearest
    assert starts(offers)[0] == "6 10:15 1"


@pytest.mark.parametrize(
    ("wish", "first"),
    [
        (Wish(any_of=(Clause(dates=(date(2026, 1, 6),), periods=(Period.AM,)),)), "6 14:00 1"),
        (Wish(any_of=(Clause(days=("SA",)),)), "9 17:30 1"),
        (Wish(any_of=(Clause(dates=(date(2026, 3, 15),)),)), "16 17:30 1"),
        (Wish(any_of=(Clause(dates=(date(2026, 1, 2),)),)), "5 09:00 1"),
    ],
    ids=["that morning is full", "closed on Saturdays", "beyond the window", "today"],
)
def test_when_the_wish_cannot_be_met_the_nearest_is_offered(wish, first):
    offers = propose([Candidate(1, busy(("6 9:00", "6 12:30")))], wish, RULES, NOW)

    assert offers.nearest
    assert starts(offers)[0] == first


def test_what_the_caller_said_no_to_is_the_last_thing_offered_instead():
    tuesday_but_not_in_the_afternoon = Wish(
        any_of=(Clause(dates=(date(2026, 1, 6),)),), none_of=(Clause(periods=(Period.PM,)),)
    )
    offers = propose([Candidate(1, busy(("6 9:00", "6 12:30")))], tuesday_but_not_in_the_afternoon, RULES, NOW)

    assert offers.nearest
    assert all(slot.start.hour < 12 for slot in offers.slots)


def test_refused_starts_come_back_only_when_nothing_else_exists():
    agent = Candidate(1, busy(("5 10:00", "31 0:00")))
    first = propose([agent], EVERYTHING, RULES, NOW)
    assert starts(first) == ["5 09:00 1", "5 09:30 1"]

    second = propose([agent], EVERYTHING, RULES, NOW, first.slots)
    assert starts(second) == ["5 09:15 1"]
    assert propose([agent], EVERYTHING, RULES, NOW, (*first.slots, *second.slots)) == first


def test_a_refused_start_is_not_offered_with_another_agent_either():
    refused = [Slot(at("5 9:00"), at("5 9:30"), 1)]

    assert "5 09:00" not in " ".join(starts(propose([Candidate(1), Candidate(2)], EVERYTHING, RULES, NOW, refused)))


@pytest.mark.parametrize(
    ("candidates", "rules", "reason"),
    [
        ([], RULES, NoSlot.NO_AGENT),
        ([Candidate(1, busy(("3 0:00", "31 0:00")))], RULES, NoSlot.FULLY_BOOKED),
        ([Candidate(1, hours=((),) * 7)], RULES, NoSlot.CLOSED),
        ([Candidate(1)], replace(RULES, holidays=frozenset(date(2026, 1, d) for d in range(1, 31))), NoSlot.CLOSED),
        ([Candidate(1, busy(("5 10:00", "31 0:00")), held=busy(("5 9:00", "5 10:00")))], RULES, NoSlot.HELD),
    ],
    ids=lambda value: value.value if isinstance(value, NoSlot) else "",
)
def test_nothing_to_offer_has_a_reason(candidates, rules, reason):
    offers = propose(candidates, EVERYTHING, rules, NOW)

    assert offers.slots == ()
    assert offers.reason == reason


def test_a_held_start_goes_to_another_agent_who_is_free():
    held = Candidate(1, held=busy(("5 9:00", "5 9:30")))

    assert starts(propose([held, Candidate(2)], EVERYTHING, RULES, NOW))[0] == "5 09:00 2"


def test_notice_and_buffers_take_slots_away():
    noticed = propose([Candidate(1)], EVERYTHING, replace(RULES, notice=timedelta(days=3, hours=1)), NOW)
    assert starts(noticed)[0] == "5 11:00 1"

    buffered = replace(RULES, buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=20))
    monday = [
        f"{datetime.fromtimestamp(s, PARIS):%H:%M}"
        for s in free(Candidate(1, busy(("5 10:00", "5 11:00"))), buffered, Interval(at("5 0:00"), at("5 12:30")))
    ]
    assert monday == ["09:00", "11:15", "11:30", "11:45", "12:00"]


def test_an_agent_s_own_hours_stand_in_place_of_the_tenant_s():
    saturdays = Candidate(1, hours=((), (), (), (), (), ((time(8), time(10)),), ()))

    assert starts(propose([saturdays], EVERYTHING, RULES, NOW)) == ["3 08:00 1", "10 08:00 1", "3 09:00 1"]


@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)], ids=["to summer", "to winter"])
def test_working_hours_are_wall_clock_hours_on_both_sides_of_a_change(change):
    now = datetime.combine(change - timedelta(days=4), time(10), PARIS)
    around = [datetime.fromtimestamp(s, PARIS) for s in free(Candidate(1), RULES, RULES.window(now))]
    friday, monday = change - timedelta(days=2), change + timedelta(days=1)

    clocks = {day: [t.time() for t in around if t.date() == day] for day in (friday, monday)}
    assert clocks[friday] == clocks[monday]
    assert clocks[friday][0] == time(9)
    offsets = {t.utcoffset() for t in around}
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_a_night_shift_of_the_change_lasts_as_long_as_it_does():
    night = Candidate(1, hours=((), (), (), (), (), (), ((time(0), time(6)),)))
    lengths = []
    for sunday in (date(2026, 3, 22), date(2026, 3, 29), date(2026, 10, 25)):
        window = Interval(*(datetime.combine(sunday + timedelta(days=n), time(), PARIS) for n in (0, 1)))
        lengths.append(len(list(free(night, RULES, window))))

    assert lengths == [23, 19, 27]


def test_what_was_offered_may_be_committed_past_midnight():
    late = datetime(2026, 1, 4, 23, 59, tzinfo=PARIS)
    slot = propose([Candidate(1)], EVERYTHING, RULES, late).slots[0]

    assert slot.start == at("5 9:00")
    assert may_commit(slot, Candidate(1), RULES)
    assert not may_commit(slot, Candidate(1, busy(("5 9:15", "5 9:20"))), RULES)
    assert not may_commit(slot, Candidate(1, held=busy(("5 9:15", "5 9:20"))), RULES)
    assert not may_commit(Slot(at("5 8:45"), at("5 9:15"), 1), Candidate(1), RULES)
    assert not may_commit(Slot(at("5 9:07"), at("5 9:37"), 1), Candidate(1), RULES)


def test_busy_time_of_odd_seconds_still_blocks():
    odd = merge([Interval(datetime(2026, 1, 5, 8, 29, 59, 500000, UTC), datetime(2026, 1, 5, 9, 0, 0, 1, UTC))])

    assert not may_commit(Slot(at("5 9:00"), at("5 9:30"), 1), Candidate(1, odd), RULES)
    assert not may_commit(Slot(at("5 10:00"), at("5 10:30"), 1), Candidate(1, odd), RULES)
