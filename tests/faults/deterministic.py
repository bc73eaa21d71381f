"""A deterministic engine behind the engine's one door, and the scheduler that decides what happens next.

Nothing here waits for anything: every await of the code under test ends in `pause`, which hands its place in the code
to the scheduler. Who goes on, what its call then brings, and which process dies, is decided from outside.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import coroutine
from typing import Any

import msgspec

from pupitre.booking.engine import Job, JobState, Steps, here

Place = tuple[str, str]


@coroutine
def pause(place: Place) -> Generator[Place, object, object]:
    """Stop here until the scheduler goes on with us; what it sends, if an error, is raised."""
    sent = yield place
    if isinstance(sent, BaseException):
        raise sent
    return sent


class Task:
    """Something that runs in one process, standing at a place of the code until it is stepped."""

    def __init__(self, process: Process, name: str, work: Coroutine[Any, Any, Any]) -> None:
        self.process, self.name, self.work = process, name, work
        self.place: Place | None = None
        self.done = False
        self.result: object = None
        self.error: Exception | None = None
        self.step(None)

    def step(self, send: object) -> None:
        try:
            self.place = self.work.send(send)
        except StopIteration as ended:
            self.done, self.result = True, ended.value
        except Exception as error:  # noqa: BLE001 - whoever looks at the task decides what it means
            self.done, self.error = True, error


class Process:
    """A server process: what runs in it dies with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.tasks: list[Task] = []

    def spawn(self, name: str, work: Coroutine[Any, Any, Any]) -> Task:
        task = Task(self, name, work)
        self.tasks.append(task)
        return task

    def kill(self) -> None:
        """kill -9: nothing of it runs any further, no `finally` included that would await."""
        dead, self.tasks = self.tasks, []
        for task in dead:
            task.done = True
            task.work.close()


class Kept:
    """What the engine's database knows of one job."""

    def __init__(self, job: Job, process: Process) -> None:
        self.job, self.process = job, process
        self.steps: dict[str, str] = {}
        self.ended = False
        self.bug: Exception | None = None


class DeterministicEngine:
    """One process's door to the engine; `jobs` is the database that all processes share."""

    def __init__(
        self, process: Process, jobs: dict[str, Kept], works: dict[str, Callable[..., Awaitable[None]]]
    ) -> None:
        self.process, self.jobs, self.works = process, jobs, works

    async def run(self, job: Job, seconds: float = 0) -> bool:
        if job.id not in self.jobs:
            self.jobs[job.id] = Kept(job, self.process)
            self.resume(self.jobs[job.id])
        if seconds > 0:
            while not self.jobs[job.id].ended:
                if await pause(("wait", job.id)) == "time is up":
                    return False
        return self.jobs[job.id].ended

    async def state(self, job: Job) -> JobState:
        kept = self.jobs.get(job.id)
        return JobState.UNKNOWN if kept is None else JobState.ENDED if kept.ended else JobState.ACTIVE

    def resume(self, kept: Kept) -> None:
        """Run the job here from its first line; what is kept is found again."""
        kept.process = self.process
        self.process.spawn(kept.job.id, self._run(kept))

    async def _run(self, kept: Kept) -> None:
        async def keep(name, run):
            if name not in kept.steps:
                outcome = await run()
                await pause(("checkpoint", "before"))
                kept.steps[name] = json.dumps(msgspec.to_builtins(outcome))
                await pause(("checkpoint", "after"))
            return json.loads(kept.steps[name])

        async def sleep(seconds):
            await pause(("sleep", f"{seconds:.1f}"))

        try:
            await self.works[kept.job.kind](Steps(keep, here, sleep), kept.job)
        except Exception as bug:  # noqa: BLE001 - the engine ends a job that raises; the watch begins it again
            kept.bug = bug
        kept.ended = True
