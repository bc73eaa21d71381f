"""A PostgreSQL of our own for the tests: installed if missing, on a free loopback port, gone when the tests end.

`initdb` refuses root, so as root it runs as the server package's own user. Its data stands in the user's cache folder,
or in a temporary one where that user cannot reach it.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pupitre"
UNPRIVILEGED = "postgres"


@dataclass(frozen=True)
class Postgres:
    """A running server. `admin` is the address of its first database."""

    port: int
    pid: int

    @property
    def admin(self):
        return self.address("postgres")

    def address(self, name):
        return f"postgresql://pupitre@127.0.0.1:{self.port}/{name}"

    def create_database(self, template="template1"):
        """The address of a database that nobody else has; a copy of `template`."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address(name)

    def drop_database(self, address):
        name = address.rpartition("/")[2]
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def start(folder, port=None, *, durable=False):
    """A server on this data folder, made if missing; waits until it answers. `durable`: it waits for the disk."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    folder = Path(folder)
    if not (folder / "PG_VERSION").exists():
        run = [program("initdb"), "-D", folder, "-U", "pupitre", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(run, user=user, cwd="/", check=True, stdout=subprocess.DEVNULL)
    port = port or free_port()
    options = [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories="]
    options += [] if durable else ["-cfsync=off"]
    options += ["-cmax_connections=200", "-clog_min_messages=fatal", "-cshared_buffers=64MB"]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen([program("postgres"), "-D", folder, *options], user=user, cwd="/", stderr=log)
    running = Postgres(port, server.pid)
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL stopped: {(folder / 'log').read_text()}")
        try:
            psycopg.connect(running.admin, connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return running, server
    raise RuntimeError(f"PostgreSQL does not answer: {(folder / 'log').read_text()}")


def stop(server):
    """Fast shutdown: connections are cut, everything is written."""
    server.send_signal(signal.SIGINT)
    server.wait(30)


def data_folder():
    """An empty folder that the server's user may write to."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=CACHE))
    if os.geteuid() == 0:
        program("initdb")  # installs the package, and with it the user
        owner = pwd.getpwnam(UNPRIVILEGED)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        if subprocess.run(["test", "-w", folder], user=UNPRIVILEGED, cwd="/", check=False).returncode:
            folder.rmdir()
            folder = Path(tempfile.mkdtemp(prefix="pupitre-postgres-"))
            os.chown(folder, owner.pw_uid, owner.pw_gid)
    return folder


def program(name):
    """The path of one of the server's programs, newest version first; installs the package where there is none."""
    for _ in range(2):
        versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
        found = versions[-1] if versions else shutil.which(name)
        if found:
            return str(found)
        install()
    raise RuntimeError(f"{name} is missing: install the PostgreSQL server (Debian: apt-get install postgresql)")


def install():
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*become, "apt-get", "update"], env=environment, check=False, stdout=subprocess.DEVNULL)
    run = [*become, "apt-get", "install", "-y", "--no-install-recommends", "postgresql"]
    subprocess.run(run, env=environment, check=True, stdout=subprocess.DEVNULL)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def postgres():
    """A server for the whole run."""
    folder = data_folder()
    try:
        running, server = start(folder)
        try:
            yield running
        finally:
            stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
