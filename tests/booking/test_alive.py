"""Signs of life of processes, and of the lack of them."""

import psycopg
import pytest
from tests.servers.postgres import postgres  # noqa: F401  a fixture

from pupitre.booking.alive import LockedFiles
from pupitre.booking.alive_postgresql import AdvisoryLocks


@pytest.fixture(params=["files", pytest.param("postgresql", marks=pytest.mark.real)])
def sign(request, tmp_path):
    """Makes the sign of life of a process of this name."""
    made = []

    def make(name):
        if request.param == "files":
            made.append(LockedFiles(tmp_path, name))
        else:
            made.append(AdvisoryLocks(request.getfixturevalue("postgres").create_database(), name))
            made[-1]._url = made[0]._url
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_whoever_holds_his_lock_is_alive_and_whoever_let_go_is_dead_to_one_at_a_time(sign):
    one, other, third = sign("one"), sign("other"), sign("third")
    for process in (one, other, third):
        process.hold()
    with other.dead("one") as dead:
        assert not dead
    one.close()

    with other.dead("one") as dead, third.dead("one") as also:
        assert (True, False) == (dead, also)


@pytest.mark.real
def test_the_server_soon_notices_a_machine_that_lost_power(postgres):  # noqa: F811 -- the fixture
    """It would have kept the dead one's lock, and his work from being taken over, for two hours."""
    address = postgres.create_database()
    alive = AdvisoryLocks(address, "one")
    alive.hold()
    assert alive._connection is not None
    found = {
        name: alive._connection.execute(f"SHOW {name}").fetchone()[0]
        for name in ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
    }
    alive.close()

    assert {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"} == found
    assert psycopg.conninfo.conninfo_to_dict(address)["host"] == "127.0.0.1", "else there is nothing to keep alive"
