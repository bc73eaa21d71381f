"""Ways of choosing an offer choose what the list of them says (`picks.yaml`)."""

import pytest
import yaml
from tests.nlu.score import HERE, SETS, answer

OFFERS = ["2026-01-06T09:00", "2026-01-08T15:00", "2026-01-09T11:30"]
WAYS = yaml.safe_load((HERE / "picks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "chosen"), WAYS.items(), ids=list(WAYS))
def test_a_way_of_choosing_chooses_what_the_list_says(text, chosen):
    assert answer({"text": text, "slots": OFFERS}, SETS["slotpick"]) == chosen
