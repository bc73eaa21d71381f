"""Runs the tutorial: its ```sh blocks, in order and in one shell; a ```text block below one is what it prints."""

import os
import pathlib
import re
import socket
import subprocess
import sys

import pupitre

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "--- end of block ---"


def steps(page):
    """Each command block with the output that is shown below it, "" where none is."""
    blocks = BLOCK.findall(page)
    after = [*blocks[1:], ("", "")]
    return [
        (text, shown if kind == "text" else "")
        for (language, text), (kind, shown) in zip(blocks, after, strict=True)
        if language == "sh"
    ]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def play(page, folder):
    """What each command block printed, beside what the page shows; raises when a command fails.

    The page's ports become free ones.
    """
    desk, emulators = free_port(), free_port()
    page = page.replace("8080", desk).replace("8090", emulators)
    # A person reads on while the desk wakes up; a script has to wait, or hears fillers the page does not show.
    ready = f"curl -sf http://127.0.0.1:{desk}/readyz > /dev/null"
    awake = f"for _ in $(seq 40); do if {ready}; then break; fi; sleep 0.2; done\n"
    (folder / "bin").mkdir()
    command = folder / "bin" / "pupitre"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m pupitre "$@"\n')
    command.chmod(0o755)
    blocks = steps(page)
    script = "set -eu -o pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nPATH=$PWD/bin:$PATH\n"
    for commands, _ in blocks:
        script += f"{commands}\n{awake if 'pupitre serve' in commands else ''}echo '{MARK}'\n"
    ended = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(pathlib.Path(pupitre.__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    printed = ended.stdout.split(f"{MARK}\n")
    return [(shown, output) for (_, shown), output in zip(blocks, printed, strict=False) if shown]


def as_shown(shown, printed):
    """Whether this was printed, `…` standing for anything."""
    pattern = ".*?".join(re.escape(part.strip(" ")) for part in shown.strip().split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
