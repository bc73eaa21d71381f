"""`pupitre talk` without a desk: what is typed becomes events, what is answered becomes a conversation."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from tests.demo.fake_desk import FakeDesk

from pupitre.voice.scenario import ScenarioFileError, play, read
from pupitre.voice.terminal import Json, Typed, converse, spoken_line

START: Json = {"event": "call_start", "caller": {"from_e164": "+33612345678"}}
BOOKING = """
- scenario: un rendez-vous
  from: "+33612345678"
  turns:
    - {says: "je voudrais un rendez-vous", state: CONFIRM_IDENTITY}
    - {says: "oui"}
    - {says: "mardi matin", hears: ["mardi 6 janvier", "jeudi 8 janvier"], never_hears: lundi}
    - {keys: 2, state: REMINDER_OPTIN}
    - {says: "oui", ends: hangup}
"""


class Lines:
    """Somebody who types these lines, then leaves."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)

    async def read_line(self, prompt: str) -> str | None:
        return next(self._lines, None)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("je voudrais un rendez-vous", {"event": "stt_final", "stt": {"text": "je voudrais un rendez-vous"}}),
        ("  oui ", {"event": "stt_final", "stt": {"text": "oui"}}),
        ("2", {"event": "stt_final", "stt": {"text": "2"}}),
        ("#2", {"event": "dtmf", "dtmf": {"digits": "2"}}),
        ("#06 12 34 56 78#", {"event": "dtmf", "dtmf": {"digits": "0612345678#"}}),
        ("#*", {"event": "dtmf", "dtmf": {"digits": "*"}}),
        ("##", {"event": "dtmf", "dtmf": {"digits": "#"}}),
        ("#appel", {"event": "stt_final", "stt": {"text": "#appel"}}),
        ("", {"event": "no_speech"}),
        ("/q", {"event": "hangup"}),
        (None, {"event": "hangup"}),
    ],
)
def test_a_typed_line_is_what_a_gateway_would_send(line: str | None, event: Json):
    assert spoken_line(line) == event


async def test_a_typed_call_books(capsys: pytest.CaptureFixture[str]):
    desk = FakeDesk()
    typed = Typed(Lines(["rendez-vous", "oui", "mardi matin", "#3", "oui"]).read_line)

    await converse(desk.take_event, typed, "call", START)

    assert [one.agent for one in desk.booked] == [47]
    shown = capsys.readouterr().out
    assert "Je vous ai identifié comme Jean Dupont." in shown
    assert "REMINDER_OPTIN" in shown
    assert shown.rstrip().endswith("appel terminé")


async def test_the_end_of_the_input_hangs_up_and_frees_what_was_held():
    desk = FakeDesk()

    await converse(desk.take_event, Typed(Lines(["rendez-vous", "oui", "mardi"]).read_line), "call", START)

    assert desk.calls["call"].over
    assert desk.holds == []


@pytest.mark.parametrize(("answer", "heard"), [("o", ""), ("n", "Un agent vous rappellera"), ("", "Un agent vous")])
async def test_a_transfer_asks_whether_somebody_answers(answer: str, heard: str, capsys: pytest.CaptureFixture[str]):
    await converse(FakeDesk().take_event, Typed(Lines(["au secours", answer]).read_line), "call", START)

    shown = capsys.readouterr().out
    assert "URGENCE : transfert vers URGENCES" in shown
    assert heard in shown


async def test_a_continue_is_obeyed_by_waiting_and_asking_again():
    asked: list[Json] = []

    async def slow(event: Json) -> Json:
        asked.append(event)
        last = {"type": "continue", "after_ms": 1} if len(asked) == 1 else {"type": "hangup"}
        return {"actions": [{"type": "say", "text": "Un instant."}, last], "state": {"name": "SLOTS_READOUT"}}

    await converse(slow, Typed(Lines([]).read_line), "call", START)

    assert [(event["event"], event["event_id"], event["call_id"]) for event in asked] == [
        ("call_start", "t1", "call"),
        ("continue", "t2", "call"),
    ]


async def test_a_scenario_is_played_and_held_to_what_it_expects(tmp_path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "calls.yaml"
    file.write_text(BOOKING, encoding="utf-8")
    (call,) = read(file)
    desk = FakeDesk()

    caller = await play(call, desk.take_event, "call")

    assert caller.misses == []
    assert len(desk.booked) == 1
    assert "touche 2" in capsys.readouterr().out


async def test_a_scenario_says_what_came_otherwise(tmp_path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "calls.yaml"
    file.write_text(BOOKING.replace("REMINDER_OPTIN", "SLOTS_READOUT").replace("lundi", "mardi"), encoding="utf-8")

    caller = await play(read(file)[0], FakeDesk().take_event, "call")

    assert caller.misses == ["≠ « mardi »", "SLOTS_READOUT"]
    assert "✗ attendu : SLOTS_READOUT" in capsys.readouterr().out


async def test_a_caller_whose_script_is_over_hangs_up(tmp_path):
    file = tmp_path / "calls.jsonl"
    file.write_text('{"event": "call_start"}\n{"event": "stt_final", "stt": {"text": "rendez-vous"}}\n')
    desk = FakeDesk()

    await play(read(file)[0], desk.take_event, "call")

    assert desk.calls["call"].over


@pytest.mark.parametrize("text", ["- scenario: x\n  turns: [{shouts: oui}]", "just words", "- [", "- {turns: []}"])
def test_a_file_that_is_no_scenario_is_refused_in_words(text: str, tmp_path):
    file = tmp_path / "calls.yaml"
    file.write_text(text)

    with pytest.raises(ScenarioFileError):
        read(file)
