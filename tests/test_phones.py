import pytest

from pupitre.phones import e164


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("+41 44 668 18 00", "+41446681800"),
        ("06 39 98 12 34", "+33639981234"),
        ("anonymous", None),
        ("", None),
        ("+33", None),
        ("12", None),
        ("06 39 98 12", None),
        ("+336399812345", None),
        ("+999123456789", None),
    ],
)
def test_a_number_is_written_in_e164_or_is_none(written, number):
    assert number == e164(written, "FR")
