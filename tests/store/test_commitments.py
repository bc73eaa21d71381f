"""Commitments and their history."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.store.conftest import NOW

from pupitre.dialogue.events import CommitOutcome
from pupitre.model import Appointment, CalendarRef, Intent, Slot, Source
from pupitre.ports import Commitment, CommitmentStatus, Due, HistoryLine, NotFound, Stale
from pupitre.store.commitments import StoredCommitments
from pupitre.store.due_work import StoredDueWork
from pupitre.store.reservations import StoredReservations

SLOT = Slot(NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=30), 45)
ASKED = HistoryLine(NOW, "asked")


@pytest.fixture
def commitments(database):
    return StoredCommitments(database, "demo")


def asked(call_id="c1", n=1, intent=Intent.BOOK, **fields):
    return Commitment(f"{call_id}:{intent}:{n}", call_id, intent, n, 12, NOW + timedelta(seconds=n), **fields)


async def test_every_field_is_read_back(commitments):
    full = asked(
        slot=SLOT,
        appointment_id="a-1",
        before=Appointment("a-1", 12, SLOT),
        reason="malade",
        source=Source.WEB,
        offsets=("P1D", "PT1H"),
        outcome=CommitOutcome.RECORDED,
        ref=CalendarRef("cal", "ev", '"1"'),
        error="conflict: moved",
        attempt=3,
        recorded_at=NOW,
        retried_at=NOW,
        closed_by="Anne",
        closed_at=NOW,
    )
    kept = await commitments.open(full, ASKED)

    assert kept == msgspec.structs.replace(full, version=1)
    assert kept == await commitments.read(full.id)


async def test_opened_twice_the_first_is_kept(commitments):
    await commitments.open(asked(reason="first"), ASKED)

    assert "first" == (await commitments.open(asked(reason="second"), HistoryLine(NOW, "again"))).reason
    assert [ASKED] == await commitments.history("c1:BOOK:1")


async def test_of_many_who_open_it_at_once_all_get_the_same(commitments):
    opened = await asyncio.gather(*(commitments.open(asked(reason=str(n)), ASKED) for n in range(20)))

    assert 1 == len({each.reason for each in opened})


async def test_a_save_replaces_what_was_read_and_adds_to_the_history(commitments):
    kept = await commitments.open(asked(), ASKED)
    changed = msgspec.structs.replace(kept, status=CommitmentStatus.WAITING, appointment_id=7)
    saved = await commitments.save(changed, [HistoryLine(NOW, "waiting", "503", by="Anne")])

    assert saved == await commitments.read(kept.id)
    assert 2 == saved.version
    assert [ASKED, HistoryLine(NOW, "waiting", "503", by="Anne")] == await commitments.history(kept.id)


async def test_a_save_over_a_newer_version_is_stale_and_leaves_no_line(commitments):
    kept = await commitments.open(asked(), ASKED)
    saved = await commitments.save(msgspec.structs.replace(kept, attempt=2))

    with pytest.raises(Stale):
        await commitments.save(msgspec.structs.replace(kept, attempt=9), [HistoryLine(NOW, "late")])

    assert saved == await commitments.read(kept.id)
    assert [ASKED] == await commitments.history(kept.id)


async def test_what_is_due_of_it_is_put_with_it_or_not_at_all(commitments, database):
    due = StoredDueWork(database)
    kept = await commitments.open(asked(), ASKED)
    row = Due("demo", kept.id, "commitment", kept.id, NOW)
    await commitments.save(kept, then=row)
    with pytest.raises(Stale):
        await commitments.save(kept, then=msgspec.structs.replace(row, key="late"))

    assert [row] == await due.due(NOW, 9, ["demo"], ["commitment"])


async def test_what_is_not_there_is_not_found(commitments):
    for asking in (
        commitments.read("c1:BOOK:1"),
        commitments.save(asked()),
        commitments.waited("c1:BOOK:1"),
    ):
        with pytest.raises(NotFound):
            await asking


async def test_history_is_told_in_order(commitments):
    kept = await commitments.open(asked(), ASKED)
    await commitments.save(kept, [HistoryLine(NOW, what) for what in ("create", "name")])

    assert ["asked", "create", "name"] == [line.what for line in await commitments.history(kept.id)]


async def test_find_matches_all_that_is_given_latest_first(commitments):
    for commitment in (
        asked("c1", 1, appointment_id=7),
        asked("c1", 2, appointment_id="7", status=CommitmentStatus.ERROR),
        asked("c2", 3, appointment_id=7, status=CommitmentStatus.ERROR),
    ):
        await commitments.open(commitment, ASKED)

    def ids(found):
        return [each.id for each in found]

    assert ["c2:BOOK:3", "c1:BOOK:2", "c1:BOOK:1"] == ids(await commitments.find())
    assert ["c1:BOOK:2", "c1:BOOK:1"] == ids(await commitments.find(call_id="c1"))
    assert ["c2:BOOK:3", "c1:BOOK:1"] == ids(await commitments.find(appointment_id=7))
    assert ["c1:BOOK:2"] == ids(await commitments.find(appointment_id="7"))
    assert ["c2:BOOK:3"] == ids(await commitments.find(appointment_id=7, status=CommitmentStatus.ERROR))
    assert ["c1:BOOK:2"] == ids(await commitments.find(call_id="c1", status=CommitmentStatus.ERROR))
    assert ["c2:BOOK:3"] == ids(await commitments.find(limit=1))


async def test_waiting_is_counted_in_real_time(commitments):
    kept = await commitments.open(asked(), ASKED)
    before = await commitments.waited(kept.id)
    await asyncio.sleep(0.2)

    assert 0 <= before < 5
    assert 0.19 < await commitments.waited(kept.id) - before < 5


async def test_what_runs_is_told_page_by_page_however_much_it_is(commitments):
    for n in range(250):
        await commitments.open(asked(f"c{n:03}"), ASKED)
    done = await commitments.read("c007:BOOK:1")
    await commitments.save(msgspec.structs.replace(done, status=CommitmentStatus.DONE))

    seen, last = [], ""
    while page := await commitments.running(0, last):
        assert len(page) <= 100
        seen += [one.id for one in page]
        last = seen[-1]

    assert [f"c{n:03}:BOOK:1" for n in range(250) if n != 7] == seen
    assert [] == await commitments.running(60)


async def test_what_a_commitment_had_reserved_is_free_in_the_write_that_says_so(commitments, database):
    reservations = StoredReservations(database, "demo")
    kept = await commitments.open(asked(slot=SLOT), ASKED)
    await reservations.reserve(kept.id, "c1", SLOT, NOW)
    with pytest.raises(Stale):
        await commitments.save(msgspec.structs.replace(kept, version=7), free=True)
    assert not await reservations.reserve("other", "c2", SLOT, NOW)

    await commitments.save(kept, free=True)

    assert 1 == await reservations.freed()
    assert await reservations.reserve("other", "c2", SLOT, NOW)


async def test_another_tenant_has_its_own(database, commitments):
    theirs = StoredCommitments(database, "demo2")
    kept = await commitments.open(asked(reason="ours"), ASKED)

    with pytest.raises(NotFound):
        await theirs.read(kept.id)
    with pytest.raises(NotFound):
        await theirs.save(kept)
    assert ([], []) == (await theirs.history(kept.id), await theirs.find())
    assert [] == [*await theirs.find(call_id="c1"), *await theirs.find(status=CommitmentStatus.RUNNING)]
    assert "theirs" == (await theirs.open(asked(reason="theirs"), ASKED)).reason
    assert "ours" == (await commitments.read(kept.id)).reason
