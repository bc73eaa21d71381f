"""Tables on a terminal: columns as wide as what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

import click


def show(heads: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print the rows under their heads, or one sentence when there are none."""
    if not rows:
        click.echo(empty)
        return
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *texts, strict=True)]
    for line in (heads, *texts):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
