"""The durable engine by itself: what it keeps, and for how long."""

import asyncio
import contextlib
from datetime import timedelta

import sqlalchemy as sa
from tests.booking.conftest import engine_url

from pupitre.booking.dbos_engine import DbosEngine
from pupitre.booking.engine import Job, JobState
from pupitre.ports import NotFound

JOBS = 230


async def work(do, job):
    """Two steps; every tenth job ends by a bug."""

    async def step():
        return int(job.subject)

    await do.step(int, "one", step)
    if int(job.subject) % 10 == 0:
        raise NotFound(job.subject)
    await do.step(int, "two", step)


def rows(url):
    """How many rows each table of the engine has, of those that have any."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg") if "postgres" in url else url)
    schema = "dbos" if "postgres" in url else None
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names(schema)
        tables = [sa.table(name, schema=schema) for name in names]
        counts = {one.name: connection.scalar(sa.select(sa.func.count()).select_from(one)) for one in tables}
    engine.dispose()
    return {name: count for name, count in counts.items() if count}


async def all_run(engine):
    jobs = [Job(f"j{n}", "work", "demo", str(n)) for n in range(JOBS)]
    for start in range(0, JOBS, 20):
        assert all(await asyncio.gather(*(engine.run(job, 20) for job in jobs[start : start + 20])))
    return jobs


@contextlib.asynccontextmanager
async def running(url, **how):
    engine = DbosEngine(engine_url(url), {"work": work}, **how)
    engine.launch()
    await engine.ready()
    yield engine
    await engine.stop()


async def test_nothing_is_left_of_jobs_that_ended_long_ago(url):
    async with running(url, keep_ended=timedelta(seconds=2)) as engine:
        before = rows(engine_url(url))
        jobs = await all_run(engine)
        async with asyncio.timeout(20):
            while rows(engine_url(url)) != before:  # noqa: ASYNC110 -- another thread deletes
                await asyncio.sleep(0.1)
        assert JobState.UNKNOWN is await engine.state(jobs[-1])


async def test_what_has_just_ended_is_kept(url):
    async with running(url) as engine:
        jobs = await all_run(engine)
        await asyncio.sleep(1.5)

        assert {JobState.ENDED} == {await engine.state(job) for job in jobs}
        assert JOBS == rows(engine_url(url))["workflow_status"]
