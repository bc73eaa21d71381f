"""The emulators as a process of their own, as `pupitre emulate` starts them."""

import signal
import subprocess
import sys

import requests


class Emulators:
    """Running `pupitre emulate`; `base` is its address, `google` the Google backend's."""

    def __init__(self, data=None):
        command = [sys.executable, "-m", "pupitre.cli", "emulate", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, *(["--data", str(data)] if data else [])], stdout=subprocess.PIPE, text=True
        )
        line = self.process.stdout.readline()
        if not line.startswith("ready "):
            self.stop()
            raise RuntimeError(f"the emulators did not start: {line!r}")
        self.base = line.split()[1]
        self.google = f"{self.base}/google"

    def control(self, order, body):
        """Give an order to the Google backend's control plane and return what it says."""
        answer = requests.post(f"{self.google}/_emu/{order}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stop(self):
        """Ask it to end; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def kill(self):
        """As a power cut would end it."""
        self.process.kill()
        self._ended()

    def _ended(self):
        status = self.process.wait(timeout=10)
        self.process.stdout.close()
        return status
