"""The page's colours are readable by day and by night (WCAG 2.2 AA: 4.5 for text, 3 for what is not text)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pupitre.web.demo

CSS = (Path(pupitre.web.demo.__file__).parent / "static/css/base.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"(--[\w-]+): light-dark\((#\w{6}, #\w{6})\)", CSS))
TEXT = [
    ("ink", "ground"), ("ink-2", "ground"), ("ink", "panel"), ("ink-2", "panel"), ("ink", "inset"), ("ink-2", "inset"),
    ("on-pine", "pine"), ("pine-ink", "panel"), ("pine-ink", "pine-soft"), ("ink", "pine-soft"), ("ink-2", "pine-soft"),
    ("amber-ink", "amber-soft"), ("ink", "amber-soft"), ("ink-2", "amber-soft"), ("red", "red-soft"), ("red", "panel"),
    ("on-red", "red"), ("ink", "red-soft"), ("ink-2", "red-soft"),
]  # fmt: skip
SHAPES = [("line-strong", "panel"), ("pine", "panel"), ("amber-ink", "amber-soft")]


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str, theme: int) -> float:
    lights = sorted(_luminance(PAIRS[f"--{name}"].split(", ")[theme]) for name in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_can_be_read(ink: str, paper: str, theme: int):
    assert _contrast(ink, paper, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "paper"), SHAPES)
def test_shapes_can_be_seen(shape: str, paper: str, theme: int):
    assert _contrast(shape, paper, theme) >= 3
