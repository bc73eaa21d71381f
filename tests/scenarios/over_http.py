"""The driver that plays scenarios through `POST /ivr` of a running desk in local mode."""

import contextlib
import itertools

from tests.servers.desk import made, serving

CALLS = itertools.count()
"""Scenarios name their calls alike; a desk keeps them all."""
CONVERSATION = {"after_transfer", "allow_new_patients", "ask_birth_date", "intent_confidence_threshold", "verify"}
DAYS = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        strict=True,
    )
)


class HttpDriver:
    def __init__(self, desk):
        self.desk = desk

    def reset(self, scenario):
        self.prefix = f"s{next(CALLS)}-"
        answer = self.desk.post("/_sandbox/reset", scenario.world)
        assert answer.status == 200, answer.body

    def set_clock(self, at):
        self.desk.clock(set=at)

    def post(self, event):
        event = event | {"call_id": self.prefix + event["call_id"]}
        answer = self.desk.post("/ivr", event, token=self.desk.gateway)
        # A desk that has just started says a filler while its engine wakes up; the scenarios expect none.
        if event["event"] != "continue":
            answer = self.desk.patiently(event["call_id"], answer)
        return answer.json

    def state(self):
        """Calls under the names the scenario gave them."""
        state = self.desk.state
        for rows in state.values():
            for row in rows if isinstance(rows, list) else ():
                if str(row.get("call_id")).startswith(self.prefix):
                    row["call_id"] = row["call_id"].removeprefix(self.prefix)
        return state


@contextlib.contextmanager
def configured(home, settings):
    """A desk whose tenant has these settings of the conversation (names of `DialogueSettings`)."""
    made(home)
    tenant = home / "demo.toml"
    text = tenant.read_text().replace('name = "Pupitre"', 'name = "Le cabinet"')
    for name, value in settings.items():
        text = _set(text, name, value)
    tenant.write_text(text)
    with serving(home) as desk:
        yield HttpDriver(desk)


def _set(text, name, value):
    if name in CONVERSATION:
        written = f'"{value}"' if isinstance(value, str) else str(value).lower()
        table = "[conversation]\n"
        text = text if table in text else text + table
        return text.replace(table, f"{table}{name} = {written}\n")
    if name == "machine_message":
        return text.replace("[reminders]\n", f"[reminders]\nmachine_message = {str(value).lower()}\n")
    assert name == "queue_hours", name
    lines = [f'{DAYS[day]} = ["{span["start"][:5]}-{span["end"][:5]}"]\n' for span in value for day in span["days"]]
    return text + "[queues.hours]\n" + "".join(lines)
