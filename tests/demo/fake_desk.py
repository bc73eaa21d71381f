"""A small real server with a scripted conversation behind `POST /ivr`, to look at the demo page and to test it.

It understands a dozen words and books the offer that is picked; everything the page relies on (contract §1) is there.
Run it by hand: `PYTHONPATH=src:. python -m tests.demo.fake_desk 8085`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.demo.fake_play import FakePlay
from tests.demo.fake_world import CALLERS, HALF, NOW, OFFERS, FakeWorld

from pupitre.web.demo.routes import routes
from pupitre.web.demo.view import SeenTurn, WeekAppointment, WeekHold

Json = dict[str, object]
ASK = {
    "WELCOME_INTENT": "Bonjour. Dites simplement : prendre rendez-vous, déplacer, annuler, ou parler à un agent.",
    "CONFIRM_IDENTITY": "Je vous ai identifié comme {name}. Confirmez-vous ?",
    "IDENTIFY": "Quel est votre numéro de téléphone ? Vous pouvez le taper, puis dièse.",
    "COLLECT_CONSTRAINTS": "Quand vous arrangerait-il de venir ?",
    "SLOTS_READOUT": "Je peux vous proposer : 1) {0}, 2) {1}, 3) {2}. Dites 1, 2, 3, ou agent.",
    "REMINDER_OPTIN": "Souhaitez-vous recevoir un rappel la veille et une heure avant ?",
}
WISH: Json = {
    "any_of": [{"days": ["TU"], "periods": ["AM"]}, {"days": ["TH"], "periods": ["PM"]}],
    "none_of": [],
    "asap": False,
    "any": False,
}


class ScriptedCall:
    def __init__(self, call_id: str, phone: str | None) -> None:
        self.name = next((caller.name for caller in CALLERS if caller.phone == phone), None)
        self.state = "WELCOME_INTENT"
        self.turns: list[SeenTurn] = []
        self.replies: dict[str, Json] = {}
        self.over = False
        self.context: Json = {
            "call_id": call_id,
            "tenant_id": "demo",
            "flow_version": "rdv_v1",
            "language": "fr-FR",
            "timezone": "Europe/Paris",
            "intent": "UNKNOWN",
            "caller": {"from_e164": phone, "channel": "pstn"} if phone else {"channel": "pstn"},
            "patient": {},
            "appointment": {},
            "constraints": {},
            "routing": {},
            "slots": [],
            "picked_slot": {},
            "reminders": {},
            "counters": {"no_speech": 0, "low_confidence": 0, "retries_total": 0},
            "telemetry": {"state": "WELCOME_INTENT"},
        }


class FakeDesk(FakeWorld):
    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[str, ScriptedCall] = {}
        self.play = FakePlay(self)
        self.closing = asyncio.Event()

    async def turns(self, call_id: str) -> Sequence[SeenTurn]:
        call = self.calls.get(call_id)
        return call.turns if call else []

    async def take_event(self, event: Json) -> Json:
        call_id = str(event["call_id"])
        caller = event.get("caller")
        phone = caller.get("from_e164") if isinstance(caller, dict) else None
        call = self.calls.setdefault(call_id, ScriptedCall(call_id, phone))
        key = str(event.get("event_id", len(call.replies)))
        if key not in call.replies:
            call.replies[key] = self._turn(call, event)
        return call.replies[key]

    def _turn(self, call: ScriptedCall, event: Json) -> Json:
        kind = event["event"]
        stt, dtmf = event.get("stt"), event.get("dtmf")
        heard = str(stt["text"]) if isinstance(stt, dict) else str(dtmf["digits"]) if isinstance(dtmf, dict) else ""
        if kind == "hangup" or call.over:
            return self._end(call, [])
        if kind == "transfer_result":
            if event["transfer"] == {"status": "answered"}:
                return self._end(call, [])
            return self._end(call, ["Personne n'est libre. Un agent vous rappellera.", "Merci de votre appel."])
        if kind == "no_speech":
            counters = call.context["counters"]
            assert isinstance(counters, dict)
            counters["no_speech"] += 1
            if counters["no_speech"] >= 2:
                return self._transfer(call, "", None)
            return self._reply(call, "", "", call.state)
        return self._hear(call, heard)

    def _hear(self, call: ScriptedCall, heard: str) -> Json:
        words = heard.casefold()
        if "secours" in words:
            return self._transfer(call, heard, "emergency")
        if "agent" in words or words == "0":
            return self._transfer(call, heard, None)
        if not words:
            return self._reply(call, "", "", call.state, "Synergia, bonjour. Je suis un assistant automatique.")
        answers = {
            "WELCOME_INTENT": self._hear_intent,
            "IDENTIFY": self._hear_number,
            "CONFIRM_IDENTITY": self._hear_yes,
            "COLLECT_CONSTRAINTS": self._hear_wish,
            "SLOTS_READOUT": self._hear_pick,
            "REMINDER_OPTIN": self._hear_reminders,
        }
        return answers[call.state](call, heard)

    def _hear_intent(self, call: ScriptedCall, heard: str) -> Json:
        call.context.update(intent="BOOK", intent_confidence=0.94)
        if call.name:
            call.context["patient"] = {"partner_id": 123, "display_name": call.name, "match_mode": "PHONE"}
        state = "CONFIRM_IDENTITY" if call.name else "IDENTIFY"
        return self._reply(call, heard, "prendre rendez-vous", state, effects=["cherche le numéro"])

    def _hear_number(self, call: ScriptedCall, heard: str) -> Json:
        call.name = "Jean Dupont"
        call.context["patient"] = {"partner_id": 123, "display_name": call.name, "match_mode": "NAME"}
        return self._reply(call, heard, f"numéro {heard}", "COLLECT_CONSTRAINTS", effects=["cherche le numéro"])

    def _hear_yes(self, call: ScriptedCall, heard: str) -> Json:
        return self._reply(call, heard, "oui", "COLLECT_CONSTRAINTS")

    def _hear_wish(self, call: ScriptedCall, heard: str) -> Json:
        self._hold(call, heard)
        effects = ["cherche trois créneaux et les garde"]
        return self._reply(call, heard, "mardi matin, ou jeudi après-midi", "SLOTS_READOUT", effects=effects)

    def _hear_pick(self, call: ScriptedCall, heard: str) -> Json:
        words = heard.casefold()
        rank = next((n for n, word in enumerate(("prem", "deux", "trois"), 1) if word in words or str(n) in words), 1)
        self._book(call, rank)
        said = f"Votre rendez-vous est noté : {OFFERS[rank - 1][2]}."
        return self._reply(call, heard, f"choisit {rank}", "REMINDER_OPTIN", said, effects=["inscrit le rendez-vous"])

    def _hear_reminders(self, call: ScriptedCall, heard: str) -> Json:
        call.context["reminders"] = {
            "opt_in": True,
            "jobs": [
                {"type": "CALL", "offset": "P1D", "when": "J-1"},
                {"type": "CALL", "offset": "PT1H", "when": "H-1"},
            ],
        }
        self._note(call, heard, "oui", "END_CONFIRMATION", ["prévoit les rappels"])
        return self._end(call, ["C'est noté. Merci et bonne journée."])

    def _hold(self, call: ScriptedCall, heard: str) -> None:
        call.context["constraints"] = {"raw_text": heard, "when": WISH}
        call.context["slots"] = [
            {"rank": n, "start": f"{start:%Y-%m-%d %H:%M:%S}", "owner_user_id": agent, "label_tts": label}
            for n, (start, agent, label) in enumerate(OFFERS, 1)
        ]
        call_id, expires = str(call.context["call_id"]), NOW + timedelta(minutes=3)
        self.holds = [WeekHold(call_id, agent, start, start + HALF, expires) for start, agent, _ in OFFERS]
        self.bell.ring("hold")

    def _book(self, call: ScriptedCall, rank: int) -> None:
        start, agent, _ = OFFERS[rank - 1]
        call.context["picked_slot"] = {"rank": rank}
        call.context["appointment"] = {
            "event_id": 987,
            "status": "confirmed",
            "start": f"{start:%Y-%m-%d %H:%M:%S}",
            "stop": f"{start + HALF:%Y-%m-%d %H:%M:%S}",
            "owner_user_id": agent,
        }
        self.holds = []
        self.booked.append(WeekAppointment(987, agent, start, start + HALF, "confirmed", "synced", call.name))
        self.bell.ring("appointment")

    def _note(self, call: ScriptedCall, heard: str, meaning: str, state: str, effects: Sequence[str]) -> None:
        call.state = state
        telemetry = call.context["telemetry"]
        assert isinstance(telemetry, dict)
        telemetry["state"] = state
        quoted = f"« {heard} »" if heard else ""
        call.turns.append(SeenTurn(quoted, meaning, state, effects, datetime.now(NOW.tzinfo)))

    def _reply(
        self, call: ScriptedCall, heard: str, meaning: str, state: str, first: str = "", effects: Sequence[str] = ()
    ) -> Json:
        self._note(call, heard, meaning, state, effects)
        labels = [label for _, _, label in OFFERS]
        says = [first] if first else []
        says.append(ASK[state].format(*labels, name=call.name))
        listen: Json = {
            "type": "listen",
            "mode": "stt",
            "timeout_ms": 7000,
            "barge_in": True,
            "dtmf": {"max_digits": 1},
        }
        if state == "IDENTIFY":
            listen["dtmf"] = {"max_digits": 10, "finish_on": "#"}
        return self._json(call, says, listen)

    def _transfer(self, call: ScriptedCall, heard: str, priority: str | None) -> Json:
        self._note(call, heard, "urgence" if priority else "un agent", "TRANSFER_AGENT", [])
        card: Json = {"type": "transfer", "mode": "warm", "target": "URGENCES" if priority else "AGENT_QUEUE"}
        card |= {"timeout_ms": 30000, "brief": f"{call.name or 'Appelant inconnu'} demande une personne."}
        if priority:
            card |= {"priority": priority, "caller_id": "+33612345678"}
        return self._json(call, ["Je vous mets en relation avec un agent."], card)

    def _end(self, call: ScriptedCall, says: list[str]) -> Json:
        call.over = True
        if self.holds:
            self.holds = []
            self.bell.ring("hold")
        return self._json(call, says, {"type": "hangup"})

    @staticmethod
    def _json(call: ScriptedCall, says: Sequence[str], ending: Json) -> Json:
        actions = [*({"type": "say", "text": text} for text in says), ending]
        return {"actions": actions, "state": {"name": call.state}, "context_delta": {}}


def application(desk: FakeDesk) -> Starlette:
    async def ivr(request: Request) -> Response:
        await asyncio.sleep(0.05)
        return JSONResponse(await desk.take_event(await request.json()))

    async def call(request: Request) -> Response:
        known = desk.calls.get(request.path_params["call_id"])
        return JSONResponse(known.context) if known else Response(status_code=404)

    return Starlette(
        routes=[
            Route("/ivr", ivr, methods=["POST"]),
            Route("/v1/calls/{call_id}", call),
            *routes(desk, desk.closing, desk.play),
        ],
    )


if __name__ == "__main__":
    uvicorn.run(application(FakeDesk()), port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=1)
