"""Many callers at once, each a gateway of his own: asyncio over real HTTP, spread over several desks."""

from __future__ import annotations

import asyncio
import itertools
import random

import aiohttp
import msgspec

TURNS = 40


class Caller(msgspec.Struct):
    """One call, and what became of it."""

    call_id: str
    phone: str
    wish: str
    booked: bool = False
    offers: list[list[str]] = []
    """Starts of every readout he heard."""
    told_held: int = 0
    ended: str = ""
    trouble: str = ""


class Crowd:
    """Callers of desks that share one store."""

    def __init__(self, desks, seed: int, listens: float = 0) -> None:
        self.desks, self.dice = desks, random.Random(seed)
        self.listens = listens
        """Seconds from the first word of a readout to the choice."""
        self.events = itertools.count()

    async def call_all(self, callers: list[Caller]) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=120)) as session:
            await asyncio.gather(*(self._call(session, caller) for caller in callers))

    async def _post(self, session, call: Caller, event, **fields):
        """Any event of any call to any process."""
        desk = self.dice.choice(self.desks)
        body = {"call_id": call.call_id, "event": event, "event_id": f"e{next(self.events)}", **fields}
        headers = {"Authorization": f"Bearer {desk.gateway}"}
        while True:
            try:
                async with session.post(f"{desk.url}/ivr", json=body, headers=headers) as answer:
                    assert answer.status == 200, await answer.text()
                    return await answer.json()
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                await asyncio.sleep(0.1)  # an idle connection was closed under us: the same event again, as gateways do

    async def _call(self, session, caller: Caller) -> None:
        reply = await self._post(session, caller, "call_start", caller={"from_e164": caller.phone})
        for _ in range(TURNS):
            reply = await self._turn(session, caller, reply)
            if reply is None:
                return
        caller.trouble = "the call never ended"

    async def _turn(self, session, caller: Caller, reply):
        state, last = reply["state"]["name"], reply["actions"][-1]
        said = " ".join(action["text"] for action in reply["actions"] if action["type"] == "say")
        if last["type"] == "continue":
            caller.told_held += "proposés à d'autres personnes" in said
            await asyncio.sleep(last["after_ms"] / 1000)
            return await self._post(session, caller, "continue")
        if last["type"] in ("hangup", "transfer"):
            caller.ended = state
            return None if last["type"] == "hangup" else await self._hang_up(session, caller)
        if state == "SLOTS_READOUT":
            return await self._hears_offers(session, caller, reply)
        if state == "REMINDER_OPTIN":
            caller.booked = True
            return await self._says(session, caller, "non merci")
        words = {"WELCOME_INTENT": "je voudrais prendre rendez-vous", "COLLECT_CONSTRAINTS": caller.wish}
        return await self._says(session, caller, words.get(state, "oui"))

    async def _hears_offers(self, session, caller, reply):
        slots = reply["context_delta"].get("slots")
        if slots:
            caller.offers.append([slot["start"] for slot in slots])
        await asyncio.sleep(self.listens)
        return await self._post(session, caller, "dtmf", dtmf={"digits": "1"})

    async def _says(self, session, caller, text):
        return await self._post(session, caller, "stt_final", stt={"text": text, "confidence": 0.95})

    async def _hang_up(self, session, caller):
        await self._post(session, caller, "hangup")
