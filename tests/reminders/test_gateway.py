"""The order a voice gateway gets (docs/reminders.md), and what its answers mean."""

import hashlib
import hmac
import json

import pytest
from aiohttp import web
from tests.reminders.office import Clock, at

from pupitre.ports import Order, Refused, Unavailable
from pupitre.voice.dialler import GatewayDialer

SECRET = "a secret of the two of us"
ORDER = Order("1-P1D-20260106T0800", 2, "+33612345678")


class Gateway:
    """A voice gateway that keeps what it is sent."""

    def __init__(self) -> None:
        self.status, self.requests = 202, []

    async def take(self, request):
        self.requests.append((request.headers, await request.read()))
        return web.Response(status=self.status, headers={"Location": "http://127.0.0.1:9/elsewhere"})


@pytest.fixture
async def gateway():
    made = Gateway()
    app = web.Application()
    app.router.add_post("/calls", made.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/calls"
    yield made
    await runner.cleanup()


@pytest.fixture
async def dialer(gateway):
    clock = Clock(at("2026-01-05T09:00"))
    made = GatewayDialer(gateway.url, SECRET, tenant="demo", caller_id="+33123456789", clock=clock)
    yield made
    await made.close()


async def test_the_order_says_whom_to_call_and_is_signed(gateway, dialer):
    await dialer.dial(ORDER)

    [(headers, body)] = gateway.requests
    assert {
        "tenant": "demo",
        "call": "1-P1D-20260106T0800:2",
        "reminder_id": "1-P1D-20260106T0800",
        "to": "+33612345678",
        "caller_id": "+33123456789",
        "direction": "outbound",
    } == json.loads(body)
    seconds = int(at("2026-01-05T09:00").timestamp())
    signed = hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert f"t={seconds},v1={signed}" == headers["Pupitre-Signature"]
    assert "1-P1D-20260106T0800:2" == headers["Idempotency-Key"]


async def test_the_same_call_asked_for_twice_has_one_name(gateway, dialer):
    await dialer.dial(ORDER)
    gateway.status = 409
    await dialer.dial(ORDER)

    assert 1 == len({headers["Idempotency-Key"] for headers, _ in gateway.requests})


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Refused), (401, Refused), (302, Refused), (429, Unavailable), (500, Unavailable), (503, Unavailable)],
)
async def test_a_no_is_final_and_a_not_now_is_not(gateway, dialer, status, error):
    gateway.status = status

    with pytest.raises(error) as refusal:
        await dialer.dial(ORDER)
    assert "612345678" not in str(refusal.value)
    assert 1 == len(gateway.requests)


async def test_a_gateway_that_is_not_there_is_unavailable():
    clock = Clock(at("2026-01-05T09:00"))
    nobody = GatewayDialer("http://127.0.0.1:9/calls", SECRET, tenant="demo", caller_id="+33123456789", clock=clock)
    with pytest.raises(Unavailable):
        await nobody.dial(ORDER)
    await nobody.close()
