"""Checks the authored utterances themselves: labels, halves, and that no line is a copy of another.

A failure names ids, never texts: the held half stays unread.
"""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest
import yaml

HERE = Path(__file__).parent
AUTHORED = HERE / "authored"
HALVES = ("tune", "tune3")
SECOND = "tune2"
LATER = ("tune4", "tune5", "tune6", *(f"tune{number}" for number in range(7, 26)), "held3", "held5", "held6", "held8")
LEAST = {
    "intents": 100,
    "yesno": 90,
    "slotpick": 100,
    "constraints": 220,
    "phones": 80,
    "birthdates": 65,
    "names": 75,
}
LABELS = {
    "intents": {"BOOK", "RESCHEDULE", "CANCEL", "AGENT", "UNKNOWN"},
    "yesno": {"YES", "NO", "UNCLEAR"},
    "slotpick": {"1", "2", "3", "NONE", "REPEAT", "AGENT", "UNCLEAR"},
}
DAYS = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
PERIODS = {"AM", "PM", "EVE", "EARLY_AM", "LATE_AM", "MIDDAY", "EARLY_PM", "LATE_PM", "LATE_DAY"}
CLAUSE_KEYS = {"days", "dates", "periods", "at", "approx", "not_before", "not_after", "window_start", "window_end"}
READING_KEYS = {"any_of", "none_of", "asap", "any", "conflict", "why"}
WEEKDAY = re.compile(r"\b(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b")
# Arcep reserves 06 39 98 for works of fiction; phonenumbers calls these numbers possible, not valid.
FICTIONAL_MOBILE = "+3363998"


def load(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def half_of(kind: str, half: str) -> list[dict]:
    """The lines of one kind; a folder need not have all kinds."""
    path = AUTHORED / half / f"{kind}.jsonl"
    return load(path) if path.exists() else []


def both(kind: str) -> list[dict]:
    return [row for half in HALVES for row in half_of(kind, half)]


def every(kind: str) -> list[dict]:
    return both(kind) + half_of(kind, SECOND) + [row for half in LATER for row in half_of(kind, half)]


def masked(text: str) -> str:
    return WEEKDAY.sub("DAY", re.sub(r"\d", "0", text.lower())).strip()


def emergencies(half: str) -> dict[str, list[str]]:
    return yaml.safe_load((AUTHORED / half / "emergencies.yaml").read_text(encoding="utf-8"))


def readings() -> Iterator[tuple[dict, dict]]:
    for row in every("constraints"):
        for reading in (row["expected"], *row["accept"]):
            yield row, reading


def test_every_kind_is_large_enough_and_split_evenly():
    """There are at least 600 lines and neither half outweighs the other by more than a tenth."""
    total = 0
    for kind, least in LEAST.items():
        tune, held = (len(half_of(kind, half)) for half in HALVES)
        assert tune + held >= least, kind
        assert abs(tune - held) <= 0.1 * max(tune, held), kind
        total += tune + held
    assert total >= 600


def test_ids_are_unique():
    """An id names one line of a folder; two authors may have thought of the same words."""
    halves = (*HALVES, SECOND, *LATER)
    ids = Counter((half, row["id"]) for kind in LEAST for half in halves for row in half_of(kind, half))
    assert [name for name, n in ids.items() if n > 1] == []


@pytest.mark.parametrize("kind", LEAST)
def test_lines_are_written_not_generated(kind):
    """At most a tenth of the lines repeat another authored line once digits and days are masked."""
    rows = both(kind)
    seen = Counter(masked(row["text"]) for row in rows)
    assert len(rows) - len(seen) <= 0.1 * len(rows)


@pytest.mark.parametrize("kind", LEAST)
def test_lines_do_not_copy_the_shared_set(kind):
    """At most a tenth of the lines are lines of tests/nlu/dev, masked alike."""
    shared = HERE / "dev" / f"{kind}.jsonl"
    known = {masked(row["text"]) for row in load(shared)} if shared.exists() else set()
    rows = both(kind)
    copied = [row["id"] for row in rows if masked(row["text"]) in known]
    assert len(copied) <= 0.1 * len(rows), copied


@pytest.mark.parametrize("kind", LEAST)
def test_the_second_tuning_set_copies_no_other_line(kind):
    """A line of the second author stands in neither half, in no shared set and not twice, once masked.

    A pick is told apart by its offers too: the same words choose otherwise among others.
    """
    shared = HERE / "dev" / f"{kind}.jsonl"
    others = both(kind) + (load(shared) if shared.exists() else [])
    known = {masked(row["text"]) for row in others}
    rows = half_of(kind, SECOND)
    times = Counter((masked(row["text"]), tuple(row.get("slots", []))) for row in rows)
    copied = [row["id"] for row in rows if masked(row["text"]) in known]
    twice = [row["id"] for row in rows if times[masked(row["text"]), tuple(row.get("slots", []))] > 1]
    assert (copied, twice) == ([], [])


@pytest.mark.parametrize("kind", LEAST)
def test_texts_look_like_a_recogniser_wrote_them(kind):
    """Texts are lower case, without sentence punctuation and without spare blanks."""
    odd = [row["id"] for row in every(kind) if row["text"] != " ".join(row["text"].lower().split())]
    odd += [row["id"] for row in every(kind) if re.search(r"[?!;:\"«»()]|, |\. ", row["text"])]
    assert odd == []


@pytest.mark.parametrize("kind", LABELS)
def test_labels_are_known(kind):
    """An expected label is one of its question's answers and is accepted."""
    rows = every(kind)
    assert [r["id"] for r in rows if r["expected"] not in r["accept"] or not set(r["accept"]) <= LABELS[kind]] == []
    assert {r["expected"] for r in rows} == LABELS[kind]


def test_slot_picks_have_three_offers_in_order():
    """The offers are three different local times, soonest first."""
    for row in every("slotpick"):
        times = [dt.datetime.fromisoformat(slot) for slot in row["slots"]]
        assert len(times) == 3, row["id"]
        assert times == sorted(set(times)), row["id"]


def test_phones_are_numbers_of_their_country_or_none():
    """A label is a valid (or reserved fictional) E.164 number, or NONE, which is accepted beside a doubtful number."""
    for row in every("phones"):
        assert row["accept"] in ([row["expected"]], [row["expected"], "NONE"]), row["id"]
        if row["expected"] == "NONE":
            continue
        number = phonenumbers.parse(row["expected"])
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == row["expected"], row["id"]
        assert row["expected"].startswith(FICTIONAL_MOBILE) or phonenumbers.is_valid_number(number), row["id"]


def test_birth_dates_lie_in_the_past_of_their_reference():
    """A label is an ISO date before the reference and less than 110 years old, or NONE."""
    for row in every("birthdates"):
        assert row["accept"] == [row["expected"]], row["id"]
        if row["expected"] != "NONE":
            age = dt.date.fromisoformat(row["reference"][:10]) - dt.date.fromisoformat(row["expected"])
            assert dt.timedelta(0) < age < dt.timedelta(days=110 * 366), row["id"]


def test_names_are_upper_case_without_accents():
    """A label is null or a last name with an optional first name, in ASCII capitals."""
    for row in every("names"):
        assert row["expected"] in row["accept"], row["id"]
        for name in filter(None, row["accept"]):
            assert set(name) == {"last", "first"}, row["id"]
            assert re.fullmatch(r"[A-Z][A-Z' -]*", name["last"]), row["id"]
            assert re.fullmatch(r"[A-Z][A-Z' -]*", name["first"] or "NONE"), row["id"]


def test_readings_of_constraints_are_well_formed():
    """A reading has the canonical keys, and each clause known days, periods, dates and times of day."""
    for row, reading in readings():
        assert {"any_of", "none_of", "asap", "any"} <= set(reading) <= READING_KEYS, row["id"]
        dt.datetime.fromisoformat(row["reference"])
        for clause in reading["any_of"] + reading["none_of"]:
            assert clause, row["id"]
            assert set(clause) <= CLAUSE_KEYS, row["id"]
            assert set(clause.get("days", [])) <= DAYS, row["id"]
            assert set(clause.get("periods", [])) <= PERIODS, row["id"]
            for key in ("at", "not_before", "not_after"):
                dt.time.fromisoformat(clause.get(key, "00:00"))
            first, last = (clause.get(key) for key in ("window_start", "window_end"))
            for day in [*clause.get("dates", []), *filter(None, (first, last))]:
                dt.date.fromisoformat(day)
            assert first is None or last is None or first <= last, row["id"]


def test_wished_dates_do_not_lie_in_the_past():
    """A wished date is the reference's day or later, and a wished window has not closed."""
    for row, reading in readings():
        today = row["reference"][:10]
        for clause in reading["any_of"]:
            assert min(clause.get("dates", [today])) >= today, row["id"]
            assert clause.get("window_end", today) >= today, row["id"]


def test_emergencies_and_look_alikes_are_enough_and_apart():
    """Both halves are balanced, and no sentence stands twice or on both sides."""
    kept = [emergencies(half) for half in HALVES]
    for side, least in (("emergencies", 170), ("lookalikes", 120)):
        tune, held = (len(half[side]) for half in kept)
        assert tune + held >= least
        assert abs(tune - held) <= 0.1 * max(tune, held)
    sentences = Counter(masked(text) for half in kept for side in half.values() for text in side)
    assert sentences.total() - len(sentences) <= 0.02 * sentences.total()
