"""The command line. Each command is imported only when it is called, so that small ones start at once.

Exit status: 0 done, 1 a check failed or the desk could not do it, 2 wrong usage or configuration; the last two with one
sentence of advice on stderr, never a traceback.
"""

from __future__ import annotations

import importlib
import sys
from typing import ClassVar

import click

from pupitre import __version__


class Commands(click.Group):
    """Finds commands by name in `pupitre.commands`."""

    modules: ClassVar[dict[str, str]] = {
        "absences": "planning",
        "agents": "planning",
        "appointments": "planning",
        "backup": "backup",
        "commitments": "commitments",
        "demo": "demo",
        "doctor": "doctor",
        "emulate": "emulate",
        "flow": "flow",
        "init": "init",
        "odoo": "odoo",
        "patients": "patients",
        "reminders": "reminders",
        "replay": "replay",
        "serve": "serve",
        "sync": "sync",
        "talk": "talk",
        "tasks": "tasks",
        "understand": "understand",
        "worker": "serve",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return sorted(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's
        module = self.modules.get(cmd_name)
        if module is None:
            return None
        command: click.Command = getattr(importlib.import_module(f"pupitre.commands.{module}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        from pupitre.ports.errors import ConfigError, DeskError  # noqa: PLC0415 -- `--help` needs none of it

        try:
            return super().invoke(ctx)
        except ConfigError as error:
            click.echo(f"pupitre: {error}", err=True)
            ctx.exit(2)
        except DeskError as error:
            click.echo(f"pupitre: {error}", err=True)
            ctx.exit(1)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pupitre")
def main() -> None:
    """A voice appointment desk: callers book, move or cancel an appointment, or reach a person."""


if __name__ == "__main__":
    sys.exit(main())
