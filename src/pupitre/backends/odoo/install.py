"""`pupitre odoo install`: makes the fields, and on request the database's guard. Idempotent; says what it did."""

from __future__ import annotations

from collections.abc import Iterable

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.fields import EVENT, FIELDS, Field
from pupitre.backends.odoo.guards import OVERLAP_GUARD, STATEMENT
from pupitre.ports import ConfigError, Refused


async def install(client: Client, *, guard: bool = False) -> list[str]:
    """Make what is missing, with an administrator's client; one sentence per thing done or found.

    Raises ConfigError when the user may not, or a field is there with another type; Unavailable.
    """
    said: list[str] = []
    client.forget_fields()
    for model, fields in FIELDS.items():
        there = await client.fields(model)
        for field in fields:
            if there.get(field.name, field.type) != field.type:
                raise ConfigError(
                    f"{model}.{field.name} is of type {there[field.name]}, not {field.type}: rename or delete it"
                )
        missing = [field for field in fields if field.name not in there]
        said += [f"{model}.{field.name}: already there" for field in fields if field.name in there]
        if missing:
            await _make(client, model, missing)
            said += [f"{model}.{field.name}: made" for field in missing]
    client.forget_fields()
    if guard:
        await _run(client, STATEMENT)
        said.append(f"{OVERLAP_GUARD}: installed")
    return said


async def _make(client: Client, model: str, fields: Iterable[Field]) -> None:
    try:
        models = await client.call("ir.model", "search", list[int], {"domain": [["model", "=", model]]})
        vals = [field.definition(models[0]) for field in fields]
        await client.call("ir.model.fields", "create", list[int], {"vals_list": vals})
    except Refused as refused:
        raise ConfigError(f"making fields in Odoo needs a user with Settings rights: {refused}") from refused


async def _run(client: Client, statement: str) -> None:
    """Run SQL through a server action that is taken away again."""
    models = await client.call("ir.model", "search", list[int], {"domain": [["model", "=", EVENT]]})
    action = {"name": "pupitre", "model_id": models[0], "state": "code", "code": f"env.cr.execute({statement!r})"}
    made = await client.call("ir.actions.server", "create", list[int], {"vals_list": [action]})
    try:
        await client.call("ir.actions.server", "run", object, {}, ids=made)
    except Refused as refused:
        raise ConfigError(
            f"the guard cannot be installed: {refused}. It needs a database that belongs to Odoo's database user, and "
            "no appointments that overlap already"
        ) from refused
    finally:
        await client.call("ir.actions.server", "unlink", object, {}, ids=made)
