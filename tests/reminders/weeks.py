"""Six weeks of a company in hybrid mode: patients call, agents work in Odoo and Google, backends fail, the desk dies.

What must ring is computed by `oracle.py` from what Odoo's own rows say after each change.
"""

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from http.client import HTTPException

import requests
from tests.reminders.oracle import HOLIDAYS, PARIS, expected, rings
from tests.sync.calling import Talk
from tests.sync.conftest import Company

DAYS = 42
AGENTS = ("a45", "a46", "a47", "a48")
CLOCKS = [clock_time(hour, minute) for hour in (*range(9, 12), *range(14, 17)) for minute in (0, 15, 30, 45)]
AT_NOON = [clock_time(12, 30), clock_time(13, 0), clock_time(13, 30)]
"""When no caller is offered anything: where agents move appointments to, in Odoo."""
UNSEEN = timedelta(minutes=65)
"""After so long at most the desk has heard of what agents do: it compares hourly here."""
RETRIED = timedelta(minutes=2)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = {3: "mars", 4: "avril", 5: "mai", 10: "octobre", 11: "novembre", 12: "décembre"}


class Caller(Talk):
    """Agrees to both reminders."""

    def _answer(self, state, wish):
        if state == "REMINDER_OPTIN":
            return self.post("stt_final", stt={"text": "oui", "confidence": 0.95})
        return super()._answer(state, wish)


@dataclass
class Standing:
    """An appointment as it stands: in Odoo since `since`."""

    id: int
    start: datetime
    since: datetime


@dataclass
class Weeks:
    """`desk()` is the running desk, started again when it has died."""

    desk: object
    emulators: object
    first: date
    count: int
    chance: object
    standing: dict = field(default_factory=dict)
    must: list = field(default_factory=list)
    """(offset, wall-clock time, appointment), as it would ring were nothing ever down."""
    outages: list = field(default_factory=list)
    did: Counter = field(default_factory=Counter)
    at_noon: set = field(default_factory=set)
    took: Counter = field(default_factory=Counter)
    """Real seconds, by what went on."""
    doom: threading.Timer | None = None
    """Kills the desk, soon."""

    def __post_init__(self):
        self.now = datetime.combine(self.first, clock_time(6), PARIS)
        self.last = self.now + timedelta(days=DAYS)
        self.company = Company(self.desk(), self.emulators)

    def play(self):
        """All of it; answers what rang, as (offset, wall-clock time, appointment)."""
        agents = [{"id": one, "name": f"Agent {one}", "calendar": f"{one}@demo.test"} for one in AGENTS]
        patients = [{"name": f"Camille Martin{n}", "phone": self.phone(n)} for n in range(self.count)]
        self.company.load(now=self.now.isoformat(), agents=agents, patients=patients, appointments=[])
        deeds = [(self._moment(self.now, self.last - timedelta(days=3)), n, "book") for n in range(self.count)]
        while deeds:
            deeds.sort()
            moment, number, deed = deeds.pop(0)
            self.walk(moment)
            if deed == "book":
                self.call(number, "BOOK")
            elif number in self.standing:
                self.change(number)
            one = self.standing.get(number)
            if one is not None and self.chance.random() < 0.5 and one.start - self.now > timedelta(hours=3):
                deeds.append((self._moment(self.now, min(one.start, self.last)), number, "change"))
        self.walk(self.last)
        for number in [*self.standing]:
            self.gone(number)
        return self.rung()

    def rung(self):
        state = self.settled().state
        offsets = {one["id"]: one["offset"] for one in state["reminders"]}
        return [
            (
                offsets[call["reminder_id"]],
                datetime.fromisoformat(call["at"]).astimezone(PARIS).replace(tzinfo=None),
                call["appointment_id"],
            )
            for call in state["outbound_calls"]
        ]

    def expected(self):
        """What must have rung: in an outage, two minutes later, again and again until the record is back."""
        late = []
        for offset, at, appointment in self.must:
            for begin, end in self.outages:
                while begin < at.replace(tzinfo=PARIS) <= end:
                    at += RETRIED  # noqa: PLW2901  the same ring, later
            if at.replace(tzinfo=PARIS) < self.last:
                late.append((offset, at, appointment))
        return late

    # ---- what people do ----------------------------------------------------------------------------------------------

    def call(self, number, intent):
        """The patient calls; what Odoo says afterwards is true from now on."""
        if self.chance.random() < 0.05:
            self.die_soon()
        wish = self._day(self.now)
        said = f"{WEEKDAYS[wish.weekday()]} {wish.day} {MONTHS[wish.month]} à {wish.hour} heures {wish.minute or ''}"
        call_id = f"{intent}-{number}-{self.now:%m%d%H%M%S}"
        caller = {"from_e164": self.phone(number), "channel": "pstn"}
        with self.timed("calls"):
            talk = Caller(self._alive, intent, call_id, caller=caller).play(wish=said)
            self.settled()
        assert talk.told, (talk.states, talk.heard)
        self.did[f"{intent.lower()} by a call"] += 1
        known = self.standing.get(number)
        where = [["id", "=", known.id] if known else ["x_call_id", "=", call_id], ["x_status", "=", "confirmed"]]
        self.gone(number)
        if intent != "CANCEL":
            [found] = self.company.odoo("search_read", where, ["start"])
            self.stands(number, found["id"], datetime.fromisoformat(found["start"]).replace(tzinfo=UTC))

    def change(self, number):
        """Somebody moves or cancels it, on some side."""
        one = self.standing[number]
        deed = self.chance.choice(["call move", "call cancel", "odoo move", "odoo cancel", "google cancel"])
        if deed.startswith("call"):
            self.call(number, "RESCHEDULE" if deed == "call move" else "CANCEL")
            return
        if self._soon(one.start):
            return
        if deed == "odoo move":
            start = self._noon()
            naive = start.astimezone(UTC).replace(tzinfo=None)
            stop = naive + timedelta(minutes=30)
            self.company.odoo("write", [one.id], {"start": f"{naive}", "stop": f"{stop}"})
            self.gone(number)
            self.stands(number, one.id, start)
        elif deed == "odoo cancel":
            self.company.odoo("write", [one.id], {"x_status": "canceled"})
            self.gone(number)
        else:
            row = self.company.row(one.id)
            requests.delete(
                f"{self.emulators.google}/calendar/v3/calendars/{row['x_gcal_calendar_id']}/events/{row['x_gcal_event_id']}",
                headers={"Authorization": "Bearer ya29.emu-svc"},
                timeout=10,
            ).raise_for_status()
            self.gone(number)
        self.did[deed.replace(" ", ": ")] += 1

    def stands(self, number, id_, start):
        self.standing[number] = Standing(id_, start, self.now)

    def gone(self, number):
        """It does not stand so any longer: what it had to ring until now is settled."""
        if one := self.standing.pop(number, None):
            self.must += [
                (offset, at, one.id) for offset, at in expected(one.start, one.since, min(self.now, self.last))
            ]

    # ---- time, and what goes wrong -----------------------------------------------------------------------------------

    def walk(self, until):
        """Day by day; things go wrong on the way, and in the evening some of those who were called answer."""
        while self.now < until:
            evening = datetime.combine(self.now.date(), clock_time(21, 30), PARIS)
            if evening <= self.now:
                evening = datetime.combine(self.now.date() + timedelta(days=1), clock_time(21, 30), PARIS)
            stop = min(until, evening)
            outage = self._outage(stop)
            if outage:
                self.company.fail("odoo", times=1_000_000)
                self.outages.append((self.now, outage))
                self.did["outages"] += 1
                self.set(outage)
                self.company.heal()
                continue
            if self.chance.random() < 0.1:
                self.die_soon()
            with self.timed("walking the clock"):
                self.set(stop)
            if stop == evening:
                with self.timed("evenings"):
                    self.answer()

    def set(self, until):
        """Asked again whenever the desk has died of it."""
        while True:
            try:
                answer = self._alive().post("/_sandbox/clock", {"set": until.isoformat()})
            except (OSError, HTTPException):
                time.sleep(0.05)
                continue
            assert answer.status == 200, answer.body
            self.now = until
            return

    def _outage(self, stop):
        """Now and then, from a minute before something rings: until when, or None."""
        if self.chance.random() > 0.04:
            return None
        due = sorted(at.replace(tzinfo=PARIS) for one in self.standing.values() for at in rings(one.start).values())
        due = [at for at in due if self.now + timedelta(minutes=2) < at < stop - timedelta(minutes=20)]
        if not due:
            return None
        self.set(due[0] - timedelta(minutes=1))
        return due[0] + timedelta(minutes=self.chance.choice([2, 5]))

    def die_soon(self):
        """kill -9, somewhere on the way."""
        victim = self.settled()
        self.doom = threading.Timer(self.chance.random() * 0.4, victim.kill)
        self.doom.start()
        self.did["kill -9"] += 1

    def settled(self):
        """The desk, once whatever was to kill it has: who only looks at it is no gateway that would ask again."""
        if self.doom is not None:
            self.doom.join()
            self.doom = None
        return self._alive()

    def answer(self):
        """Of those who were called today, some confirm, some are said not to have answered; the others ring on."""
        for call in self.settled().state["outbound_calls"]:
            if call["outcome"] is None and datetime.fromisoformat(call["at"]).date() == self.now.date():
                match self.chance.choice(["confirm", "no_answer", "ring on"]):
                    case "confirm":
                        talk = Talk(self._alive, "BOOK", f"out-{call['reminder_id']}")
                        talk.post("call_start", direction="outbound", reminder_id=call["reminder_id"])
                        for words in ("oui", "oui je confirme"):
                            talk.post("stt_final", stt={"text": words, "confidence": 0.95})
                    case "no_answer":
                        body = {"reminder_id": call["reminder_id"], "outcome": "no_answer"}
                        self._alive().post("/_sandbox/dialer", body)

    def _alive(self):
        began = time.monotonic()
        self.company.desk = self.desk()
        self.took["starting the desk again"] += time.monotonic() - began
        return self.company.desk

    @contextlib.contextmanager
    def timed(self, what):
        began, down = time.monotonic(), self.took["starting the desk again"]
        yield
        self.took[what] += time.monotonic() - began - (self.took["starting the desk again"] - down)

    # ---- chance ------------------------------------------------------------------------------------------------------

    def phone(self, number):
        return f"+3363998{number:04}"

    def _moment(self, after, before):
        """An odd minute, when no phone rings."""
        minutes = max(1, int((before - after).total_seconds() // 60) - 60)
        moment = (after + timedelta(minutes=self.chance.randint(1, minutes))).astimezone(PARIS)
        return max(moment.replace(minute=7, second=self.chance.randint(0, 59)), after + timedelta(seconds=1))

    def _day(self, after):
        while True:
            day = after.astimezone(PARIS).date() + timedelta(days=self.chance.randint(1, 13))
            if day.weekday() < 5 and day not in HOLIDAYS:
                return datetime.combine(day, self.chance.choice(CLOCKS), PARIS)

    def _noon(self):
        while True:
            at = datetime.combine(self._day(self.now).date(), self.chance.choice(AT_NOON), PARIS)
            if at not in self.at_noon and not self._soon(at):
                self.at_noon.add(at)
                return at

    def _soon(self, start):
        """Whether something may ring before the desk has heard of a change."""
        return any(self.now < at.replace(tzinfo=PARIS) <= self.now + UNSEEN for at in rings(start).values())
