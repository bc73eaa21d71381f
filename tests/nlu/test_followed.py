"""A wish said over offers is understood together with the one before it."""

from datetime import date, time

import pytest

from pupitre.nlu.clauses import followed
from pupitre.wish import Clause, Period, Wish

THURSDAY, TUESDAY, LIMIT = Clause(days=("TH",)), Clause(days=("TU",)), Clause(window_end=date(2026, 1, 9))
AFTERNOON, TEN = Clause(periods=(Period.PM,)), Clause(at=time(10))


@pytest.mark.parametrize(
    ("former", "said", "together"),
    [
        (
            Wish(any_of=(THURSDAY,)),
            Wish(any_of=(AFTERNOON,)),
            Wish(any_of=(Clause(days=("TH",), periods=(Period.PM,)),)),
        ),
        (
            Wish(any_of=(Clause(days=("TH",), periods=(Period.AM,)),)),
            Wish(any_of=(TEN,)),
            Wish(any_of=(Clause(days=("TH",), at=time(10)),)),
        ),
        (
            Wish(any_of=(LIMIT,), none_of=(TUESDAY,)),
            Wish(any_of=(AFTERNOON,)),
            Wish(any_of=(Clause(window_end=date(2026, 1, 9), periods=(Period.PM,)),), none_of=(TUESDAY,)),
        ),
        (Wish(any_of=(THURSDAY,)), Wish(any_of=(TUESDAY,)), Wish(any_of=(TUESDAY,))),
        (Wish(any_of=(THURSDAY, TUESDAY)), Wish(none_of=(THURSDAY,)), Wish(any_of=(TUESDAY,), none_of=(THURSDAY,))),
        (Wish(any_of=(THURSDAY,)), Wish(any=True), Wish(any=True)),
        (Wish(asap=True), Wish(any_of=(AFTERNOON,)), Wish(any_of=(AFTERNOON,))),
    ],
    ids=["period", "hour", "limit", "another day", "refusal", "any", "no day before"],
)
def test_what_names_no_day_is_of_the_days_wished_before(former, said, together):
    assert followed(former, said) == together
