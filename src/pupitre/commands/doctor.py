"""`pupitre doctor`: look at everything a desk needs, and say what to do."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from pupitre.backing import Finding
from pupitre.commands.opening import config_option, opened
from pupitre.config import Config, load
from pupitre.ports import DeskError, LeftWork

_MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}
_OTHERS = 0o077


@click.command()
@config_option
@click.pass_context
def doctor(context: click.Context, config_file: Path) -> None:
    """Check every tenant and say what to do; exit status 1 when something keeps the desk from working."""
    if not asyncio.run(_examine(load(config_file))):
        context.exit(1)


async def _examine(config: Config) -> bool:
    well = True
    try:
        async with opened(config) as house:
            _say(
                "store",
                Finding("ok", f"{config.database_url.partition('://')[0]} answers, its schema is this version's"),
            )
            ids = [tenant.settings.id for tenant in config.tenants]
            for left in await house.due.left(house.clock.now(), ids, house.kinds):
                _say("store", _left(left))
            for tenant in config.tenants:
                id_ = tenant.settings.id
                _say(
                    id_,
                    Finding("ok", f"settings are in order: mode {tenant.settings.mode}, {tenant.settings.timezone}"),
                )
                for finding in _files(config):
                    _say(id_, finding)
                async for name, finding in house.check_up(id_):
                    _say(f"{id_}, {name}", finding)
                    well = well and finding.level != "error"
    except DeskError as error:
        _say("store", Finding("error", str(error)))
        return False
    return well


def _left(left: LeftWork) -> Finding:
    """Work that nobody does before its tenant is served again."""
    return Finding(
        "warning",
        f"{left.rows} of kind {left.kind} due since {left.since:%Y-%m-%d} for tenant {left.tenant}, "
        "which these settings do not name: kept until a desk serves it",
    )


def _files(config: Config) -> list[Finding]:
    """Secrets that others on this machine can read."""
    return [
        Finding("warning", f"{path} can be read by others: chmod 600 {path}")
        for path in sorted(config.file.parent.glob("*.token"))
        if path.stat().st_mode & _OTHERS
    ]


def _say(where: str, finding: Finding) -> None:
    click.echo(f"{_MARKS[finding.level]}  {where}: {finding.said}")
