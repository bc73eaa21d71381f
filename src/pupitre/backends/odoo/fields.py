"""The fields the desk adds to Odoo (seed, §1.1 of its hybrid part), as data to install and to check.

Beyond the seed: `x_cancel_reason`, `x_reminder_outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from pupitre.dialogue.effects import ReminderOutcome

EVENT = "calendar.event"
USER = "res.users"


class Field(Struct, frozen=True):
    """One field. `type` is Odoo's `ttype`."""

    name: str
    type: str
    label: str
    values: tuple[str, ...] = ()
    relation: str | None = None
    index: bool = False

    def definition(self, model_id: int) -> dict[str, object]:
        """The values with which ir.model.fields makes it, on 14 as on 19."""
        made: dict[str, object] = {
            "model_id": model_id,
            "name": self.name,
            "field_description": self.label,
            "ttype": self.type,
            "state": "manual",
            "index": self.index,
            "copied": False,
        }
        if self.values:
            made["selection_ids"] = [
                [0, 0, {"value": value, "name": value.replace("_", " ").capitalize(), "sequence": place}]
                for place, value in enumerate(self.values, 1)
            ]
        if self.relation:
            made |= {"relation": self.relation, "on_delete": "restrict"}
        return made


FIELDS: Mapping[str, Sequence[Field]] = {
    EVENT: (
        Field("x_source", "selection", "Source", values=("ivr", "agent", "web")),
        Field(
            "x_status", "selection", "Appointment status", values=("pending", "confirmed", "canceled", "to_reschedule")
        ),
        Field("x_patient_partner_id", "many2one", "Patient", relation="res.partner", index=True),
        Field("x_call_id", "char", "Call", index=True),
        Field("x_gcal_calendar_id", "char", "Google calendar"),
        Field("x_gcal_event_id", "char", "Google event", index=True),
        Field("x_gcal_etag", "char", "Google etag"),
        Field("x_sync_state", "selection", "Synchronisation", values=("pending", "synced", "error")),
        Field("x_sync_error", "text", "Synchronisation error"),
        Field("x_sync_updated_at", "datetime", "Last synchronisation"),
        Field("x_external_uid", "char", "External uid", index=True),
        Field("x_cancel_reason", "text", "Cancellation reason"),
        Field("x_reminder_outcome", "selection", "Reminder call", values=tuple(ReminderOutcome)),
    ),
    USER: (Field("x_gcal_calendar_id", "char", "Google calendar"),),
}
