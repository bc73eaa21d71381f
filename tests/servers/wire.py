"""A wire between a desk and its backends: everything goes through as it is, is noted, and may be cut at any place.

The desk is told the wire's address in its settings and knows nothing of it; so a desk can be killed, or an agent act,
at the very moment at which a request leaves it, or its answer comes back.
"""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOPS = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}
"""Headers that concern one connection only (RFC 9110 §7.6.1), and those that are written anew."""


@dataclass
class Exchange:
    """One request, and the answer once there is one."""

    method: str
    path: str
    body: bytes
    status: int = 0
    answer: bytes = b""
    headers: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`calendar.event.load` of Odoo, `POST events` of Google."""
        rpc = _odoo(self.path, self.body)
        return rpc or f"{self.method} {_google(urlsplit(self.path).path)}"

    @property
    def json(self):
        return json.loads(self.body)


def _odoo(path, body):
    if path.endswith("/call_kw") or "/dataset/call_kw" in path:
        params = json.loads(body)["params"]
        return f"{params['model']}.{params['method']}"
    found = re.search(r"/json/2/([^/]+)/([^/?]+)", path)
    return f"{found[1]}.{found[2]}" if found else None


def _google(path):
    parts = path.rpartition("/calendar/v3/")[2].split("/")
    if parts[0] != "calendars" or len(parts) < 3:
        return parts[-1]
    kind, more = parts[2], parts[4:]
    return " ".join(["event" if kind == "events" and len(parts) > 3 and parts[3] != "watch" else kind, *more])


Hook = Callable[[Exchange, str], None]
"""Called `before` an exchange and `after` it, in the thread that waits for it."""


class Wire:
    """Listens on `url` and passes everything on to `target`."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.exchanges: list[Exchange] = []
        self.hook: Hook = lambda _exchange, _edge: None
        self.under_way = 0
        self._server = _Server(("127.0.0.1", 0), _Passing)
        self._server.wire = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def clear(self):
        self.exchanges.clear()
        self.hook = lambda _exchange, _edge: None

    def settle(self, seconds=10):
        """Wait until nothing is on its way, be it that nobody waits for the answer any more."""
        end = time.monotonic() + seconds
        while self.under_way and time.monotonic() < end:
            time.sleep(0.05)
        assert not self.under_way

    @property
    def names(self):
        return [one.name for one in self.exchanges]

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    wire: Wire

    def handle_error(self, request, client_address):
        """A desk that dies leaves broken connections: that is what the wire is for."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    onward = None

    def setup(self):
        super().setup()
        target = self.server.wire.target
        self.onward = http.client.HTTPConnection(target.hostname, target.port, timeout=60)

    def finish(self):
        self.onward.close()
        super().finish()

    def _pass(self):
        wire = self.server.wire
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(self.command, self.path, body, headers=dict(self.headers))
        wire.exchanges.append(exchange)
        wire.under_way += 1
        try:
            self._carry(wire, exchange)
        finally:
            wire.under_way -= 1

    def _carry(self, wire, exchange):
        wire.hook(exchange, "before")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOPS}
        headers["Accept-Encoding"] = "identity"
        try:
            self.onward.request(self.command, wire.target.path + self.path, exchange.body, headers)
            answer = self.onward.getresponse()
            exchange.answer = answer.read()
        except (OSError, http.client.HTTPException):
            self.onward.close()
            self.close_connection = True  # as the backend cut it
            return
        exchange.status = answer.status
        wire.hook(exchange, "after")
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOPS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(exchange.answer)))
        self.end_headers()
        self.wfile.write(exchange.answer)

    def __getattr__(self, name):
        """Every method goes the same way: the base class looks for `do_GET` and its like."""
        if name.startswith("do_"):
            return self._pass
        raise AttributeError(name)
