"""The order a voice gateway gets (docs/reminders.md), and what its answers mean."""

import asyncio
import hashlib
import hmac
import json
import subprocess
from collections import Counter

import pytest
from aiohttp import web
from tests.reminders.office import Clock, Office, at

from pupitre.booking import reminder_calls
from pupitre.dialogue.effects import ReminderOutcome
from pupitre.ports import Order, Refused, Unavailable, Unsure
from pupitre.voice.dialler import GatewayDialer

SECRET = "a secret of the two of us"
ORDER = Order("1-P1D-20260106T0800", 2, "+33612345678")


class Gateway:
    """A voice gateway that keeps what it is sent."""

    def __init__(self) -> None:
        self.status, self.requests = 202, []
        self.delay, self.breaks_off = 0.0, False
        self.calls, self.rung = set(), Counter()

    async def take(self, request):
        body = await request.read()
        self.requests.append((request.headers, body))
        if request.headers["Idempotency-Key"] not in self.calls:
            self.calls.add(request.headers["Idempotency-Key"])
            self.rung[json.loads(body)["to"]] += 1
        if self.breaks_off:
            request.transport.close()
        await asyncio.sleep(self.delay)
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
async def office():
    """With an appointment on Tuesday afternoon."""
    made = Office(at("2026-01-02T09:00"))
    await made.book(at("2026-01-06T15:00"))
    return made


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


async def test_the_signature_is_what_another_program_computes(gateway, dialer):
    await dialer.dial(ORDER)

    [(headers, body)] = gateway.requests
    stamp, _, told = headers["Pupitre-Signature"].partition(",v1=")
    signed = stamp.removeprefix("t=").encode() + b"." + body
    made = await asyncio.create_subprocess_exec(
        *("openssl", "dgst", "-sha256", "-hmac", SECRET), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    printed, _ = await made.communicate(signed)
    assert printed.decode().split()[-1] == told


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, Refused),
        (302, Refused),
        (429, Unavailable),
        (500, Unsure),
        (503, Unavailable),
        (504, Unsure),
    ],
)
async def test_a_no_is_final_and_a_not_now_is_not(gateway, dialer, status, error):
    gateway.status = status

    with pytest.raises(error) as refusal:
        await dialer.dial(ORDER)
    assert error is refusal.type
    assert "612345678" not in str(refusal.value)
    assert 1 == len(gateway.requests)


async def test_a_gateway_that_is_not_there_is_unavailable():
    clock = Clock(at("2026-01-05T09:00"))
    nobody = GatewayDialer("http://127.0.0.1:9/calls", SECRET, tenant="demo", caller_id="+33123456789", clock=clock)
    with pytest.raises(Unavailable) as trouble:
        await nobody.dial(ORDER)
    assert Unavailable is trouble.type, "nobody has taken the order"
    await nobody.close()


@pytest.mark.parametrize("how", ["late", "broken off"])
async def test_a_gateway_that_does_not_answer_in_time_may_have_taken_the_order_and_rings_once(gateway, how):
    """It rings at once, and answers too late, or never: the same call is asked for again, under the same name."""
    clock = Clock(at("2026-01-05T09:00"))
    gateway.delay, gateway.breaks_off = (1.0, False) if how == "late" else (0.0, True)
    impatient = GatewayDialer(
        gateway.url, SECRET, tenant="demo", caller_id="+33123456789", clock=clock, timeout_seconds=0.2
    )
    with pytest.raises(Unsure):
        await impatient.dial(ORDER)
    gateway.delay, gateway.breaks_off = 0.0, False
    await impatient.dial(ORDER)
    await impatient.close()

    assert 2 == len(gateway.requests)
    assert {"+33612345678": 1} == gateway.rung
    assert 1 == len({body for _, body in gateway.requests})


async def test_a_gateway_that_is_slow_does_not_ring_twice_and_its_patient_is_heard(office):
    """The whole way: the order is taken, nothing is heard of it, and it is repeated until it is."""
    office.gateway.trouble = Unsure("a time-out")
    await office.walk(at("2026-01-05T15:00"))
    assert "dialled" == office.statuses["P1D"]

    office.gateway.trouble = None
    await office.walk(at("2026-01-05T15:01"))
    assert [("+33600000007", 1)] == [(order.to, order.dial) for order in office.gateway.orders]
    await office.answered(ReminderOutcome.CONFIRMED)
    await office.walk(at("2026-01-05T22:00"))
    assert ["01-05 15:00"] == office.rung
    assert ["confirmed"] == [call.outcome for call in office.calls.made]


async def test_who_picked_up_is_not_called_again_though_the_gateway_never_answered_its_order(office):
    office.gateway.trouble = Unsure("a time-out")
    await office.walk(at("2026-01-05T15:00"))
    await reminder_calls.read(office.world, office.calls.made[0].reminder_id)
    await office.walk(at("2026-01-05T15:10"))

    assert [None] == [call.outcome for call in office.calls.made]


async def test_a_gateway_that_never_answers_has_failed_after_two_minutes(office):
    office.gateway.trouble = Unsure("a time-out")
    await office.walk(at("2026-01-05T15:03"))

    assert ["failed"] == [call.outcome for call in office.calls.made]
    assert ["scheduled", "scheduled"] == list(office.statuses.values())
