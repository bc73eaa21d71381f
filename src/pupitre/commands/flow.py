"""`pupitre flow`: the conversation as drawn from its table."""

from __future__ import annotations

import click

from pupitre.dialogue.drawing import draw


@click.command()
@click.option("--mermaid", is_flag=True, help="As a Mermaid state diagram.")
def flow(*, mermaid: bool) -> None:
    """Draw the conversation from its flow table."""
    click.echo(draw(mermaid=mermaid))
