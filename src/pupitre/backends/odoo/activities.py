"""What waits for a person, also as a to-do in Odoo: a mail.activity on the patient.

On the patient and not on the appointment, because a calendar.event bears no activities (14 to 19).
"""

from __future__ import annotations

from datetime import date

from pupitre.backends.odoo.client import Client
from pupitre.backends.odoo.directory import PARTNER
from pupitre.backends.odoo.once import create_once, find_once
from pupitre.backends.odoo.wire import as_html
from pupitre.model import BackendId
from pupitre.ports import NotFound

_ACTIVITY = "mail.activity"


class OdooActivities:
    """To-dos in Odoo, one per key."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def leave(
        self, key: str, patient_id: BackendId, user_id: BackendId, summary: str, note: str, due: date
    ) -> None:
        """A to-do of this user on this patient, once per key. Raises Refused, Unavailable."""
        columns = {
            "res_model_id/id": f"base.model_{PARTNER.replace('.', '_')}",
            "res_id": str(patient_id),
            "activity_type_id/id": "mail.mail_activity_data_todo",
            "summary": summary,
            "note": as_html(note),
            "date_deadline": due.isoformat(),
            "user_id/.id": str(user_id),
        }
        await create_once(self._client, _ACTIVITY, key, columns, {"mail_activity_quick_update": True})

    async def done(self, key: str) -> None:
        """The to-do is done; one that is not there, or no longer, is no error. Raises Unavailable."""
        activity = await find_once(self._client, _ACTIVITY, key)
        if activity is None:
            return
        try:
            await self._client.call(_ACTIVITY, "action_feedback", object, {}, ids=[activity])
        except NotFound:
            return
