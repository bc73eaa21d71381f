"""`pupitre replay`: decide a call's journal again."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from pupitre.commands.opening import config_option, tenant_option, wall, with_tenant
from pupitre.replay import replay as decide_again
from pupitre.tenant import Tenant
from pupitre.wiring import House


@click.command()
@click.argument("call_id")
@config_option
@tenant_option
@click.pass_context
def replay(context: click.Context, call_id: str, config_file: Path, tenant_id: str | None) -> None:
    """Decide the journalled events of CALL_ID again; exit status 1 at the first difference."""

    async def work(_house: House, tenant: Tenant) -> bool:
        known = await tenant.calls.load(call_id)
        if known is None:
            raise click.UsageError(f"There is no call {call_id!r}.")
        desk = tenant.desk
        script = (
            desk.script if known[0].config_id == desk.configuration else await desk.pinned_script(known[0].config_id)
        )
        same = True
        for number, replayed in enumerate(decide_again(known[0], await tenant.calls.journal(call_id), script), start=1):
            turn = replayed.turn
            event = type(turn.event).__name__
            said = getattr(turn.event, "text", None) or getattr(turn.event, "digits", None) or ""
            click.echo(f"{number:3} {wall(turn.event.at, tenant)}  {event} {said}".rstrip())
            click.echo(f"    {turn.before} -> {turn.after}")
            for action in turn.reply.actions:
                click.echo(f"    {msgspec.json.encode(action).decode()}")
            if replayed.differs:
                same = False
                click.echo(f"    DIFFERS: {replayed.differs}")
        return same

    if not with_tenant(config_file, tenant_id, work):
        context.exit(1)
