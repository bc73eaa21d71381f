"""Creating a record exactly once per key, however often and in parallel it is asked.

`load` with an external id is an upsert that the database keeps single. `mode=update` with `noupdate` makes it leave a
record that is there alone, so that a request which lands late writes over nothing. Losers of a race are told inside a
success, in the database's own words, and ask again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import Mapping

from msgspec import Struct

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.guards import OVERLAP_GUARD
from pupitre.ports import Refused, SlotTaken

_TRIES = 6
_PAUSE_S = 0.05


class _Message(Struct):
    message: str = ""
    field: str | bool | None = None


class _Loaded(Struct):
    ids: list[int] | bool
    messages: list[_Message] = []


async def create_once(
    client: Client, model: str, key: str, columns: Mapping[str, str], context: Mapping[str, object]
) -> int:
    """The id of the one record made under this key; `columns` are as `load` takes them ("user_id/.id": "45").

    Datetimes are read in the context's zone: give `"tz": "UTC"`. Raises SlotTaken, Refused, Unavailable.
    """
    named = {
        "fields": ["id", *columns],
        "data": [[external_id(client, key), *columns.values()]],
        "context": {**context, "mode": "update", "noupdate": True},
    }
    told: list[_Message] = []
    for attempt in range(_TRIES):
        loaded = await client.call(model, "load", _Loaded, named)
        if isinstance(loaded.ids, list) and loaded.ids:
            return loaded.ids[0]
        told = loaded.messages
        if any(OVERLAP_GUARD in message.message for message in told):
            raise SlotTaken("Odoo's own constraint says that the agent has another appointment then")
        if any(message.field for message in told):
            break  # a value that cannot be: no race
        await asyncio.sleep(_PAUSE_S * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter, not a secret
    said = "; ".join(message.message for message in told)
    raise Refused(f"Odoo would not make the {model}: {said}")


def external_id(client: Client, key: str) -> str:
    """`pupitre_<tenant>.<hash>`: Odoo allows no dot and little punctuation in either half."""
    tenant = re.sub(r"\W", "_", client.settings.tenant)
    return f"pupitre_{tenant}.{hashlib.sha256(key.encode()).hexdigest()[:40]}"


async def find_once(client: Client, model: str, key: str) -> int | None:
    """The id of the record made under this key, archived or not; None when there is none."""
    module, _, name = external_id(client, key).partition(".")
    named = {"module": module, "xml_id": name, "context": {"active_test": False}}
    try:
        found = await client.call("ir.model.data", "check_object_reference", list[str | int | bool], named)
    except Refused:
        return None  # a ValueError is how Odoo says that it knows no such id
    return int(found[1]) if found[0] == model and found[1] else None
