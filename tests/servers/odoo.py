"""Real Odoo servers for tests: `odoo19` and `odoo14`, and databases of their own made from a template in a second.

`scripts/odoo-up` brings a server up (in seconds, once its cache is warm) and leaves it to this process on a lease.
In every database: `admin`/`admin`, the technical user `ivr` and three agents `agent1@demo.test`…, each with the
password `<login>-secret`, all French; on 19 also hr_holidays and google_calendar. No mail leaves.
"""

import contextlib
import itertools
import os
import pathlib
import secrets
import subprocess

import psycopg
import pytest
import requests

SCRIPTS = pathlib.Path(__file__).parents[2] / "scripts"


class OdooFault(Exception):
    """What Odoo answered instead of a result."""

    def __init__(self, error):
        self.code, self.name, self.message = error["code"], error["data"]["name"], error["data"]["message"]
        super().__init__(f"{self.name}: {self.message}")


class Person:
    """Somebody logged in to a database through the web session, to arrange and to look at what a test needs."""

    def __init__(self, url, database, login, password):
        self.url, self.login, self.password = url, login, password
        self.http = requests.Session()
        self.ids = itertools.count(1)
        found = self.post("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.uid = found["uid"]

    def post(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params, "id": next(self.ids)}
        answer = self.http.post(self.url + path, json=body, timeout=60).json()
        if "error" in answer:
            raise OdooFault(answer["error"])
        return answer.get("result")

    def call(self, model, method, *args, **kwargs):
        return self.post(
            "/web/dataset/call_kw", {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        )

    def one(self, model, record, *fields):
        """The record's fields as a dict, archived or not."""
        return self.call(model, "read", [record], list(fields))[0]

    def api_key(self):
        """A key of this user's own that lasts a day (Odoo 19)."""
        wizard = self.call("res.users.apikeys.description", "create", {"name": "pupitre", "duration": "1"})
        asked = self.call("res.users.apikeys.description", "make_key", [wizard])
        with contextlib.suppress(OdooFault):
            self.call("res.users.identitycheck", "write", [asked["res_id"]], {"password": self.password})
        context = {"password": self.password}
        return self.call("res.users.identitycheck", "run_check", [asked["res_id"]], context=context)["context"][
            "default_key"
        ]


class OdooServer:
    """One running server; it serves every database whose name begins with `prefix`."""

    def __init__(self, version):
        self.version = version
        self.prefix = f"pupitre{version}_"
        lease = ["--lease", str(os.getpid())]
        up = subprocess.run([SCRIPTS / "odoo-up", str(version), *lease], check=True, stdout=subprocess.PIPE, text=True)
        told = dict(pair.split("=", 1) for pair in up.stdout.split())
        self.url, self.template, self.pg_port = told["URL"], told["TEMPLATE"], told["PG_PORT"]
        self.databases = []

    def sql(self, statement, database="postgres"):
        address = f"host=127.0.0.1 port={self.pg_port} user=odoo dbname={database}"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def new_database(self):
        name = self.prefix + secrets.token_hex(4)
        self.sql(f"create database {name} template {self.template}")
        self.databases.append(name)
        return OdooDatabase(self, name)

    def close(self):
        # A database that cannot be dropped, its server being gone, is nobody's: its name is never given again.
        with contextlib.suppress(psycopg.OperationalError):
            for name in self.databases:
                self.sql(f"drop database if exists {name} with (force)")
        subprocess.run([SCRIPTS / "odoo-down", str(self.version), "--lease", str(os.getpid())], check=True)


class OdooDatabase:
    def __init__(self, server, name):
        self.server, self.name, self.url, self.version = server, name, server.url, server.version

    def login(self, login="admin", password=None):
        return Person(self.url, self.name, login, password or ("admin" if login == "admin" else f"{login}-secret"))


def _server(version):
    server = OdooServer(version)
    yield server
    server.close()


@pytest.fixture(scope="session")
def odoo19():
    yield from _server(19)


@pytest.fixture(scope="session")
def odoo14():
    yield from _server(14)
