"""Our own store in memory, each operation atomic, with faults around it like those of the backends."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace
from tests.booking.backends import Backend, Fault, no_fault

from pupitre.model import Slot
from pupitre.ports import Claims, CommitmentStatus, LeftWork, NotFound, Reminder, Stale, Task


class MemoryReservations(Backend):
    def __init__(self, fault: Fault = no_fault, *, guarded: bool = True) -> None:
        super().__init__(fault)
        self.holds: dict[tuple[str, Slot], object] = {}
        self.reserved: dict[str, Slot] = {}
        self.times_freed = 0
        self.guarded = guarded
        """Without its guard two callers may have one slot: the tests must notice."""

    def _reap(self, now):
        self.holds = {key: until for key, until in self.holds.items() if until > now}

    def _taken(self, slot, *, call_id=None, commitment_id=None):
        others = [s for (call, s) in self.holds if call != call_id]
        others += [s for key, s in self.reserved.items() if key != commitment_id]
        return self.guarded and any(s.agent_id == slot.agent_id and s.interval.overlaps(slot.interval) for s in others)

    async def claimed(self, window, now, *, call_id=None, commitment_id=None):
        await self.before("store.claimed")
        self._reap(now)
        held, reserved = {}, {}
        for call, slot in self.holds:
            if call != call_id and slot.interval.overlaps(window):
                held.setdefault(slot.agent_id, []).append(slot.interval)
        for key, slot in self.reserved.items():
            if key != commitment_id and slot.interval.overlaps(window) and slot.end > now:
                reserved.setdefault(slot.agent_id, []).append(slot.interval)
        return Claims(held, reserved, any(call == call_id for call, _ in self.holds), self.times_freed)

    async def hold(self, call_id, slots, now, until):
        await self.before("store.hold")
        self._reap(now)
        self.holds = {key: end for key, end in self.holds.items() if key[0] != call_id}
        got = []
        for slot in slots:
            if not self._taken(slot, call_id=call_id):
                self.holds[(call_id, slot)] = until
                got.append(slot)
        await self.after("store.hold")
        return got

    async def held(self, call_id, now):
        self._reap(now)
        return [slot for call, slot in self.holds if call == call_id]

    async def renew(self, call_id, now, until):
        self._reap(now)
        self.holds = {key: until if key[0] == call_id else end for key, end in self.holds.items()}

    async def keep(self, call_id, slot):
        self.holds = {key: end for key, end in self.holds.items() if key[0] != call_id or key[1] == slot}

    async def release(self, call_id):
        self.holds = {key: end for key, end in self.holds.items() if key[0] != call_id}

    async def reserve(self, commitment_id, call_id, slot, now):
        await self.before("store.reserve")
        self._reap(now)
        if self._taken(slot, call_id=call_id, commitment_id=commitment_id):
            return False
        self.holds = {
            key: end
            for key, end in self.holds.items()
            if not (key[0] == call_id and key[1].agent_id == slot.agent_id and key[1].interval.overlaps(slot.interval))
        }
        self.reserved[commitment_id] = slot
        await self.after("store.reserve")
        return True

    async def free(self, commitment_id):
        await self.before("store.free")
        self.let_go(commitment_id)
        await self.after("store.free")

    def let_go(self, commitment_id):
        self.times_freed += self.reserved.pop(commitment_id, None) is not None

    async def freed(self):
        await self.before("store.freed")
        return self.times_freed


class MemoryCommitments(Backend):
    def __init__(self, real_seconds, due: MemoryDue, reservations: MemoryReservations, fault: Fault = no_fault) -> None:
        super().__init__(fault)
        self.rows, self.lines, self.opened = {}, {}, {}
        self.real_seconds, self.due, self.reservations = real_seconds, due, reservations

    async def open(self, commitment, line):
        await self.before("store.open")
        if commitment.id not in self.rows:
            self.rows[commitment.id] = replace(commitment, version=1)
            self.lines[commitment.id] = [line]
            self.opened[commitment.id] = self.real_seconds()
        await self.after("store.open")
        return self.rows[commitment.id]

    async def read(self, commitment_id):
        if commitment_id not in self.rows:
            raise NotFound(commitment_id)
        return self.rows[commitment_id]

    async def save(self, commitment, lines=(), *, then=None, free=False):
        await self.before("store.save")
        if commitment.id not in self.rows:
            raise NotFound(commitment.id)
        if self.rows[commitment.id].version != commitment.version:
            raise Stale(commitment.id)
        saved = self.rows[commitment.id] = replace(commitment, version=commitment.version + 1)
        self.lines[commitment.id] += lines
        if then is not None:
            self.due.add([then])
        if free:
            self.reservations.let_go(commitment.id)
        await self.after("store.save")
        return saved

    async def history(self, commitment_id):
        return self.lines[commitment_id]

    async def find(self, *, call_id=None, appointment_id=None, status: CommitmentStatus | None = None, limit=100):
        return [
            row
            for row in self.rows.values()
            if (call_id is None or row.call_id == call_id)
            and (appointment_id is None or row.appointment_id == appointment_id)
            and (status is None or row.status is status)
        ]

    async def running(self, seconds, after="", limit=100):
        found = [row for row in self.rows.values() if row.status is CommitmentStatus.RUNNING and row.id > after]
        long = [row for row in found if await self.waited(row.id) >= seconds]
        return sorted(long, key=lambda row: row.id)[:limit]

    async def waited(self, commitment_id):
        return self.real_seconds() - self.opened[commitment_id]


class MemoryDue(Backend):
    def __init__(self, fault: Fault = no_fault) -> None:
        super().__init__(fault)
        self.rows = {}

    async def put(self, rows):
        await self.before("store.put")
        self.add(rows)
        await self.after("store.put")

    def add(self, rows):
        self.rows |= {(row.tenant, row.kind, row.key): row for row in rows}

    async def drop(self, tenant, kind, keys):
        for key in keys:
            self.rows.pop((tenant, kind, key), None)

    async def hasten(self, tenant, kind, keys, now):
        soon = now + timedelta(seconds=1)
        waiting = [row for key in keys if (row := self.rows.get((tenant, kind, key))) and row.due > soon]
        await self.put([replace(row, due=now) for row in waiting])

    async def due(self, until, limit, tenants, kinds):
        served = [r for r in self.rows.values() if r.due <= until and r.tenant in tenants and r.kind in kinds]
        return sorted(served, key=lambda r: (r.due, r.key))[:limit]

    async def left(self, until, tenants, kinds):
        rows = [r for r in self.rows.values() if r.due <= until and not (r.tenant in tenants and r.kind in kinds)]
        groups = {(r.tenant, r.kind): [s.due for s in rows if (s.tenant, s.kind) == (r.tenant, r.kind)] for r in rows}
        return [LeftWork(*whose, len(dues), min(dues)) for whose, dues in sorted(groups.items())]

    async def done(self, row):
        kept = self.rows.get((row.tenant, row.kind, row.key))
        if kept is not None and kept.due <= row.due:
            del self.rows[(row.tenant, row.kind, row.key)]


class MemoryReminders:
    def __init__(self) -> None:
        self.rows: dict[str, Reminder] = {}

    async def of(self, appointment_id):
        return sorted((r for r in self.rows.values() if r.appointment_id == appointment_id), key=lambda r: r.dial_at)

    async def read(self, reminder_id):
        return self.rows[reminder_id]

    async def put(self, reminders):
        self.rows |= {reminder.id: reminder for reminder in reminders}

    async def waiting(self, since, until, limit):
        found = [r for r in self.rows.values() if r.status == "scheduled" and since <= r.dial_at <= until]
        return sorted(found, key=lambda r: (r.starts, r.id))[:limit]

    async def ahead(self, reminder, since, until):
        waiting = await self.waiting(since, until, len(self.rows))
        return sum((r.starts, r.id) < (reminder.starts, reminder.id) for r in waiting)


class MemoryTasks:
    def __init__(self) -> None:
        self.rows: dict[str, Task] = {}

    async def leave(self, key, kind, reason, due, **about):
        about.pop("patient_phone", None)
        return self.rows.setdefault(key, Task(len(self.rows) + 1, kind, reason, due, **about))

    async def close_under(self, prefix, by, now, *, but=None):
        for key, task in self.rows.items():
            if task.status == "open" and key.startswith(prefix) and key != but:
                self.rows[key] = replace(task, status="closed", closed_by=by, closed_at=now)

    @property
    def open(self):
        return [task for task in self.rows.values() if task.status == "open"]
