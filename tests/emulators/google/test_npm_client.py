"""Google's client for Node works on the emulator as it is published."""

import json
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent / "npm"


@pytest.fixture(scope="session")
def package():
    """The folder with the client installed: made once, in the user's cache."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "pupitre" / "npm-google"
    cache.mkdir(parents=True, exist_ok=True)
    wanted = HERE / "package.json"
    known = cache / "package.json"
    if not known.exists() or known.read_text() != wanted.read_text() or not (cache / "node_modules").exists():
        shutil.copy(wanted, known)
        install = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=cache, check=True, capture_output=True)
    return cache


@pytest.mark.real
def test_the_node_client_books_moves_and_cancels(emulators, package):
    script = shutil.copy(HERE / "visit.js", package)
    done = subprocess.run(
        ["node", script, f"{emulators.base}/", f"{emulators.google}/token"],
        cwd=package,
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "start": "2026-01-06T15:00:00+01:00",
        "end": "2026-01-06T16:00:00+01:00",
        "late": 412,
        "listed": 0,
        "busy": [{"start": "2026-01-06T14:00:00Z", "end": "2026-01-06T15:00:00Z"}],
        "deleted": 204,
    }
