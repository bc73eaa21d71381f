"""The cases under `cases/`: how they are read and played.

A case has a `title` (the behaviour in one sentence), a `source` with its `confidence`, steps that are `given`, a call
`when`, what `then` is answered, and calls `after` it. Paths are relative to `calendar/v3/` unless they begin with a
slash, and written decoded; `{{e.id}}` is a field of an answer that was saved as `e`. Who calls (`as`) is a principal of
the emulator's world, agent1 if nothing is said.
"""

import concurrent.futures
import pathlib
import re
import time
import urllib.parse

import google.auth.crypt
import google.auth.jwt
import requests
import yaml
from tests.emulators.google.batches import encode_batch, parse_batch
from tests.emulators.google.matching import MISSING, differences

HERE = pathlib.Path(__file__).parent
BODIES = yaml.safe_load((HERE / "bodies.yaml").read_text())
CASES = [case for path in sorted((HERE / "cases").glob("*.yaml")) for case in yaml.safe_load(path.read_text())]


class Player:
    """Plays one case against an emulator."""

    def __init__(self, emulators):
        self.emulators = emulators
        self.saved = {}

    def play(self, case):
        """Sentences about everything that went otherwise than the case says."""
        for step in case.get("given", ()):
            if "control" in step:
                self.emulators.control(step["control"], self.filled(step["body"]))
                continue
            answer = self.send(step)
            if answer.status_code != step["status"]:
                return [f"given {step['call']}: {answer.status_code} {answer.text[:300]}"]
            if "save" in step:
                self.saved[step["save"]] = answer.json()
        if "parallel" in case["when"]:
            return self.play_parallel(case)
        found = self.compare(case["then"], self.send(case["when"]))
        for step in case.get("after", ()):
            found += [f"after: {d}" for d in self.compare(step["then"], self.send(step))]
        return found

    def play_parallel(self, case):
        count = case["when"]["parallel"]
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            statuses = sorted(a.status_code for a in pool.map(lambda _: self.send(case["when"]), range(count)))
        return [] if statuses == sorted(case["then"]["statuses"]) else [f"statuses {statuses}"]

    def filled(self, value):
        """With `use` and `{{…}}` replaced."""
        if isinstance(value, str):
            whole = re.fullmatch(r"\{\{([\w.]+)\}\}", value)
            if whole:
                return self.look(whole[1])
            return re.sub(r"\{\{([\w.]+)\}\}", lambda found: str(self.look(found[1])), value)
        if isinstance(value, list):
            return [self.filled(v) for v in value]
        if not isinstance(value, dict):
            return value
        names = value.get("use", [])
        whole = {}
        for name in [names] if isinstance(names, str) else names:
            whole |= BODIES[name]
        return whole | {k: self.filled(v) for k, v in value.items() if k != "use"}

    def look(self, path):
        found = self.saved
        for name in path.split("."):
            found = found[int(name) if name.isdecimal() else name]
        return found

    def request(self, step):
        """Method, address, headers and body of a step."""
        method, _, path = step["call"].partition(" ")
        filled = "/".join(urllib.parse.quote(self.filled(part), safe="") for part in path.split("/"))
        address = filled if path.startswith("/") else f"/calendar/v3/{filled}"
        pairs = [
            (name, one)
            for name, value in self.filled(step.get("query", {})).items()
            for one in (value if isinstance(value, list) else [value])
        ]
        if pairs:
            address += "?" + urllib.parse.urlencode(pairs)
        headers = self.filled(step.get("headers", {}))
        if step.get("as", "agent1") is not None:
            headers["Authorization"] = f"Bearer ya29.emu-{step.get('as', 'agent1')}"
        return method, address, headers, self.filled(step.get("body"))

    def send(self, step):
        method, address, headers, body = self.request(step)
        content = {"json": body} if body is not None else {}
        if "raw" in step:
            content = {"data": step["raw"].encode()}
            headers.setdefault("Content-Type", "application/json")
        if "form" in step:
            content = {"data": step["form"]}
        if "jwt" in step:
            grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
            content = {"data": {"grant_type": grant, "assertion": self.assertion(step["jwt"])}}
        if "batch" in step:
            data, kind = encode_batch([self.request({"as": None, **part}) for part in step["batch"]])
            content, headers["Content-Type"] = {"data": data}, kind
        return requests.request(
            method, self.emulators.google + address, headers=headers, timeout=20, allow_redirects=False, **content
        )

    def assertion(self, wanted):
        claims = dict(wanted)
        info = requests.get(f"{self.emulators.google}/_emu/service_account.json", timeout=10).json()
        issued = int(time.time()) + claims.pop("iat_offset_s", 0)
        expires = int(time.time()) + claims.pop("exp_offset_s", 3600)
        signer = google.auth.crypt.RSASigner.from_service_account_info(info)
        payload = {"aud": info["token_uri"], "iat": issued, "exp": expires, **claims}
        return google.auth.jwt.encode(signer, payload).decode()

    def compare(self, then, answer):
        if answer.status_code != then["status"]:
            return [f"status {answer.status_code}, not {then['status']}: {answer.text[:300]}"]
        found = []
        for name, value in self.filled(then.get("headers", {})).items():
            found += differences(value, answer.headers.get(name, MISSING), f"header {name}")
        if then.get("body_empty") and answer.content:
            found.append(f"the body is not empty: {answer.text[:100]}")
        if "body" in then:
            found += differences(self.filled(then["body"]), answer.json())
        if "parts" in then:
            found += differences(self.filled(then["parts"]), parse_batch(answer))
        if "pushed" in then:
            found += self.compare_pushed(then["pushed"])
        return found

    def compare_pushed(self, pushed):
        expected = pushed["messages"]
        got = self.deliveries(pushed["channel"], len(expected))
        messages = [{**d, "headers": {k.lower(): v for k, v in d["headers"].items()}} for d in got]
        lower = [
            {**e, **({"headers": {k.lower(): v for k, v in e["headers"].items()}} if "headers" in e else {})}
            for e in self.filled(expected)
        ]
        return differences(lower, messages, "pushed")

    def deliveries(self, channel, count):
        """What the sink got for the channel, once it has `count` messages and a moment for one too many."""
        deadline = time.monotonic() + 5
        while True:
            got = requests.get(
                f"{self.emulators.google}/_emu/deliveries", params={"channel": channel}, timeout=10
            ).json()
            if len(got) > count or time.monotonic() > deadline:
                return got
            if len(got) == count:
                deadline = min(deadline, time.monotonic() + 0.2)
            time.sleep(0.02)
