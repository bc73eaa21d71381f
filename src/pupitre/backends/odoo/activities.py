"""What waits for a person, also as a to-do in Odoo: a mail.activity on the patient.

On the patient and not on the appointment, because a calendar.event bears no activities (14 to 19).
"""

from __future__ import annotations

from datetime import date

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import PARTNER
from pupitre.backends.odoo.once import create_once, find_once
from pupitre.backends.odoo.wire import as_html
from pupitre.dialogue.effects import TaskKind
from pupitre.model import BackendId
from pupitre.ports import NotFound

_ACTIVITY = "mail.activity"


class OdooActivities:
    """To-dos in Odoo, one per key."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._words = client.settings.words()

    async def leave(
        self, key: str, patient_id: BackendId, agent_id: BackendId, kind: TaskKind, note: str, due: date
    ) -> None:
        """See `ToDos.leave`."""
        columns = {
            "res_model_id/id": f"base.model_{PARTNER.replace('.', '_')}",
            "res_id": str(patient_id),
            "activity_type_id/id": "mail.mail_activity_data_todo",
            "summary": self._words[kind.value],
            "note": as_html(note),
            "date_deadline": due.isoformat(),
            "user_id/.id": str(agent_id),
        }
        await create_once(self._client, _ACTIVITY, key, columns, {"mail_activity_quick_update": True})

    async def done(self, key: str) -> None:
        """See `ToDos.done`."""
        activity = await find_once(self._client, _ACTIVITY, key)
        if activity is None:
            return
        try:
            await self._client.call(_ACTIVITY, "action_feedback", object, {}, ids=[activity])
        except NotFound:
            return
