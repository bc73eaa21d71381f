"""A tenant that is not served for a while: what falls due for it is kept, told of, and done when it is served again."""

import asyncio
import contextlib
import logging

import pytest
from tests.reminders.office import Office, at
from tests.servers.desk import JEAN, made, pupitre, serving

from pupitre.booking import dialling, due
from pupitre.ports import Due

BOTH, ALONE = '["demo.toml", "demo2.toml"]', '["demo.toml"]'


def serve_only(home, tenants):
    settings = home / "pupitre.toml"
    settings.write_text(settings.read_text().replace(BOTH, tenants).replace(ALONE, tenants))


def book(desk):
    """Jean has an appointment on Tuesday 6 January at 15:00, and wants both reminders."""
    desk.event("c1", "call_start", caller=JEAN)
    for words in ("je voudrais prendre rendez-vous", "oui", "mardi à 15 heures", "le premier", "oui"):
        answer = desk.says("c1", words)
    assert "END_CONFIRMATION" == answer.state


@contextlib.contextmanager
def serving_as(home, tenant):
    """The desk, asked with the tokens of this tenant."""
    with serving(home) as desk:
        desk.gateway = (home / f"{tenant}.gateway.token").read_text().strip()
        desk.admin = (home / f"{tenant}.admin.token").read_text().strip()
        yield desk


@pytest.mark.parametrize(
    ("back", "rung", "status"),
    [
        ("2026-01-05T17:00:00+01:00", ["2026-01-05T17:00:00+01:00", "2026-01-06T14:00:00+01:00"], "dialled"),
        ("2026-01-06T13:30:00+01:00", ["2026-01-06T14:00:00+01:00"], "dropped"),
    ],
    ids=["in time", "too late for the day before"],
)
def test_reminders_that_fell_due_meanwhile_are_dialled_or_reported_then(tmp_path, back, rung, status):
    home = made(tmp_path / "home", "--tenants", "2")
    with serving_as(home, "demo2") as desk:
        desk.load()
        book(desk)

    serve_only(home, ALONE)
    with serving(home) as desk:
        desk.clock(set=back)
    told = pupitre("doctor", "--config", home / "pupitre.toml").stdout
    assert "1 of kind reminder due since 2026-01-05 for tenant demo2, which these settings do not name" in told

    serve_only(home, BOTH)
    with serving_as(home, "demo2") as desk:
        desk.clock(advance="PT1M")
        assert {"P1D": status, "PT1H": "scheduled"} == {one["offset"]: one["status"] for one in desk.state["reminders"]}
        desk.clock(set="2026-01-06T15:00:00+01:00")
        assert rung == [call["at"] for call in desk.state["outbound_calls"]]
        reports = [task["kind"] for task in desk.state["tasks"]]
        assert (["reminder_failed"] if status == "dropped" else []) == reports
    assert "demo2, which" not in pupitre("doctor", "--config", home / "pupitre.toml").stdout


@pytest.fixture
async def office():
    """One appointment's reminder is due, and twice as many rows as are looked at at once are of somebody else."""
    made_ = Office(at("2026-01-02T09:00"))
    await made_.book(at("2026-01-06T15:00"), offsets=("P1D",))
    moment = at("2026-01-03T09:00")
    await made_.due.put([Due("gone", f"r{n}", "reminder", f"r{n}", moment) for n in range(200)])
    await made_.due.put([Due("demo", "x", "of a later version", "x", moment)])
    return made_


async def test_what_nobody_does_holds_up_nothing_and_stays(office, caplog):
    office.clock.instant = at("2026-01-05T15:00")
    caplog.set_level(logging.WARNING)
    works = [
        asyncio.create_task(work(office.due, office.worlds, dialling.KINDS, office.clock))
        for work in (due.work_off, due.tell_left)
    ]
    while not office.gateway.orders:  # noqa: ASYNC110 -- nothing tells when it is done
        await asyncio.sleep(0.02)
    for work in works:
        work.cancel()

    assert 201 == len(office.due.rows)
    assert "200 rows of due work of kind reminder wait since 2026-01-03" in caplog.text
    assert "tenant gone, which this desk does not serve" in caplog.text
    assert "1 rows of due work of kind of a later version" in caplog.text
