"""Callers who book, move and cancel through `POST /ivr`, and what must be true afterwards, whatever happened."""

import itertools
import time
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.servers.desk import JEAN, ODETTE

WORDS = {
    "BOOK": "je voudrais prendre rendez-vous",
    "RESCHEDULE": "je voudrais déplacer mon rendez-vous",
    "CANCEL": "je voudrais annuler mon rendez-vous",
}
CALLERS = {"BOOK": JEAN, "RESCHEDULE": ODETTE, "CANCEL": ODETTE}
SAID = {"BOOK": "est pris pour le", "RESCHEDULE": "est déplacé au", "CANCEL": "est annulé"}
"""What a caller hears once it is noted, and only then."""
_BIRTH = "le 14 juillet 1941"
_TURNS = 30
_EVENTS = itertools.count()


@dataclass
class Talk:
    """One call from its first event to its end."""

    desk: object
    intent: str
    call_id: str
    heard: list = field(default_factory=list)
    states: list = field(default_factory=list)
    caller: dict | None = None

    @property
    def told(self) -> bool:
        """Whether the caller was told that it is done."""
        return any(SAID[self.intent] in said for said in self.heard)

    def post(self, event, **fields):
        """As gateways do: the same event again when the line to the desk broke."""
        fields["event_id"] = f"t{next(_EVENTS)}"
        end = time.monotonic() + 60
        while True:
            try:
                answer = self.desk().event(self.call_id, event, **fields)
                break
            except (OSError, HTTPException):
                assert time.monotonic() < end, "the desk never came back"
                time.sleep(0.05)
        assert answer.status == 200, answer.body
        self.heard.append(answer.said)
        self.states.append(answer.state)
        return answer

    def play(self, wish="vendredi matin", until=None, meanwhile=None):
        """Say what each state asks for until the call has ended, or stop before answering in the state `until`.

        `meanwhile` is called once, when the offers, or the question whether to cancel, have been heard.
        """
        answer = self.post("call_start", caller=self.caller or CALLERS[self.intent])
        return self.go_on(answer, wish, until, meanwhile)

    def go_on(self, answer, wish="vendredi matin", until=None, meanwhile=None):
        for _ in range(_TURNS):
            last = answer.json["actions"][-1]
            if last["type"] in ("hangup", "transfer"):
                self.post("hangup")
                return self
            if last["type"] == "continue":
                time.sleep(last["after_ms"] / 1000)
                answer = self.post("continue")
                continue
            if answer.state == until:
                return self
            if meanwhile and answer.state in ("SLOTS_READOUT", "CANCEL_CONFIRM"):
                meanwhile()
                meanwhile = None
            answer = self._answer(answer.state, wish)
        raise AssertionError(f"the call never ended: {self.states}")

    def _answer(self, state, wish):
        if state == "SLOTS_READOUT":
            return self.post("dtmf", dtmf={"digits": "1"})
        words = {
            "WELCOME_INTENT": WORDS[self.intent],
            "VERIFY": _BIRTH,
            "COLLECT_CONSTRAINTS": wish,
            "REMINDER_OPTIN": "non merci",
            "TRANSFER_AGENT": "non",
        }
        return self.post("stt_final", stt={"text": words.get(state, "oui"), "confidence": 0.95})


def untrue(company):
    """Everything that contradicts itself, or waits for nobody to see; empty when all is well."""
    state = company.desk.state
    rows = {one["id"]: company.row(one["id"]) for one in state["appointments"]}
    living = [one for one in state["google_events"] if one["external_uid"] and one["status"] != "cancelled"]
    reasons = [one["reason"] for one in state["tasks"] if one["status"] == "open"]
    at_work = {one["call_id"] for one in state["commitments"] if one["status"] in ("running", "waiting")}
    wrong = []
    for one in state["appointments"]:
        row, its = rows[one["id"]], [event for event in living if event["odoo_event_id"] == str(one["id"])]
        active = one["status"] in ("confirmed", "pending", "to_reschedule")
        match one["sync_state"]:
            case "synced" if active and not _agree(one, row, its):
                wrong.append(f"{one['id']} says synced, and its event is {its}, its row {_shown(row)}")
            case "synced" if not active and its:
                wrong.append(f"{one['id']} is cancelled, and Google has {its}")
            case "error" if not row["x_sync_error"]:
                wrong.append(f"{one['id']} is in error without a word")
            case "error" if not reasons:
                wrong.append(f"{one['id']} is in error ({row['x_sync_error']}), and nobody is told")
            case "pending" if not at_work:
                wrong.append(f"{one['id']} is pending, and nobody is at work on it")
        if len(its) > 1:
            wrong.append(f"{one['id']} has {len(its)} events")
    known = {
        str(one["id"]) for one in state["appointments"] if one["status"] != "canceled" or one["sync_state"] != "synced"
    }
    wrong += [f"{event} is nobody's" for event in living if event["odoo_event_id"] not in known]
    if state["holds"]:
        wrong.append(f"still held: {state['holds']}")
    return wrong


def _agree(one, row, its):
    """One event of the same time and agent, and each names the other."""
    return (
        len(its) == 1
        and (its[0]["start"], its[0]["end"]) == (one["start"], one["end"])
        and its[0]["id"] == row["x_gcal_event_id"]
        and its[0]["calendar"] == row["x_gcal_calendar_id"]
        and its[0]["external_uid"] == row["x_external_uid"]
    )


def _shown(row):
    return {name: row[name] for name in row if name.startswith(("x_", "start", "user"))}


def synced(company):
    """Nothing waits: every appointment is agreed on."""
    return {"synced"} >= {one["sync_state"] for one in company.records}


def is_done(company, talk):
    """Whether both sides show what the caller had asked for."""
    if talk.intent == "BOOK":
        return [one["status"] for one in company.records if one["call_id"] == talk.call_id] == ["confirmed"]
    odette = company.record
    if talk.intent == "CANCEL":
        return odette["status"] == "canceled"
    return odette["status"] == "confirmed" and odette["start"] != "2026-01-07T10:00:00+01:00"
