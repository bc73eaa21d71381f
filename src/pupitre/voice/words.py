"""What the terminal prints beside what the desk says, from `terminal.fr.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

WORDS: Mapping[str, str] = tomllib.loads(files(__package__).joinpath("terminal.fr.toml").read_text(encoding="utf-8"))
