"""Everything the page says, from `fr.toml`; templates, scripts and turns in words read the same file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def texts() -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath("fr.toml").read_text(encoding="utf-8"))
