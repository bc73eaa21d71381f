"""The first schema.

Instants are timestamptz in PostgreSQL, UTC text of constant width in SQLite; JSON is text; ids of a backend are JSON
text; there are no booleans, only instants that are there or not. Every key holds the tenant.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from string import Template

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text()
INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


Kind = sa.Text | sa.BigInteger | sa.DateTime | sa.Date
Value = str | int | datetime | date


def needed(name: str, kind: Kind) -> sa.Column[Value]:
    return sa.Column(name, kind, nullable=False)


def maybe(name: str, kind: Kind) -> sa.Column[Value]:
    return sa.Column(name, kind, nullable=True)


def texts(*names: str) -> list[SchemaItem]:
    return [needed(name, TEXT) for name in names]


def identity() -> list[SchemaItem]:
    """A number given by the database, never given twice."""
    return [
        sa.Column("id", INTEGER, sa.Identity(), primary_key=True),
        needed("tenant", TEXT),
        sa.UniqueConstraint("tenant", "id"),
    ]


def table(name: str, *items: SchemaItem | Sequence[SchemaItem]) -> None:
    flat = [part for item in items for part in (item if isinstance(item, Sequence) else [item])]
    numbered = any(isinstance(item, sa.Column) and item.primary_key for item in flat)
    op.create_table(name, *flat, sqlite_strict=True, sqlite_autoincrement=numbered)


def index(name: str, on: str, *columns: str, where: str | None = None) -> None:
    clause = sa.text(where) if where else None
    op.create_index(name, on, list(columns), sqlite_where=clause, postgresql_where=clause)


def belongs_to(other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant", column], [f"{other}.tenant", f"{other}.id"], ondelete="CASCADE")


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public")
    calls()
    people()
    bookings()
    claims()
    work()
    keeping_in_step()
    rest()
    keep_apart("claims", "agent", "TRUE", "id")
    keep_apart("appointments", "agent_id", "status <> 'canceled'", "key")


def calls() -> None:
    table(
        "calls",
        texts("tenant", "call_id", "state", "call"),
        needed("version", INTEGER),
        needed("started_at", INSTANT),
        needed("last_event_at", INSTANT),
        maybe("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "call_id"),
    )
    index("calls_open", "calls", "tenant", "last_event_at", where="ended_at IS NULL")
    table(
        "turns",
        texts("tenant", "call_id", "event", "steps", "before", "after", "reply"),
        needed("seq", INTEGER),
        maybe("event_id", TEXT),
        needed("opening", INTEGER),
        maybe("trouble", TEXT),
        needed("at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "call_id", "seq"),
        sa.UniqueConstraint("tenant", "call_id", "event_id"),
    )
    table(
        "configs", texts("tenant", "hash", "config"), needed("at", INSTANT), sa.PrimaryKeyConstraint("tenant", "hash")
    )


def people() -> None:
    table("agents", identity(), texts("name"), maybe("calendar", TEXT), maybe("retired_at", INSTANT))
    table(
        "working_hours",
        texts("tenant", "agent", "opens", "closes"),
        needed("weekday", INTEGER),
        sa.PrimaryKeyConstraint("tenant", "agent", "weekday", "opens"),
    )
    table(
        "absences",
        identity(),
        texts("agent"),
        needed("starts", INSTANT),
        needed("ends", INSTANT),
        maybe("reason", TEXT),
        sa.CheckConstraint("starts < ends", name="absences_forward"),
    )
    index("absences_by_time", "absences", "tenant", "ends")
    table(
        "feeds",
        texts("tenant", "agent", "token_hash"),
        needed("created_at", INSTANT),
        maybe("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "token_hash"),
        sa.UniqueConstraint("token_hash"),
    )
    table(
        "patients",
        identity(),
        texts("key", "name"),
        maybe("birth_date", DAY),
        maybe("owner_id", INTEGER),
        sa.UniqueConstraint("tenant", "key"),
        sa.ForeignKeyConstraint(["tenant", "owner_id"], ["agents.tenant", "agents.id"]),
    )
    index("patients_by_birth_date", "patients", "tenant", "birth_date")
    table(
        "patient_phones",
        texts("tenant", "phone"),
        needed("patient_id", INTEGER),
        needed("rank", INTEGER),
        sa.PrimaryKeyConstraint("tenant", "phone", "patient_id"),
        belongs_to("patients", "patient_id"),
    )
    index("phones_by_patient", "patient_phones", "tenant", "patient_id", "rank")
    table(
        "patient_marks",
        texts("tenant", "mark"),
        needed("patient_id", INTEGER),
        sa.PrimaryKeyConstraint("tenant", "mark", "patient_id"),
        belongs_to("patients", "patient_id"),
    )
    index("marks_by_patient", "patient_marks", "tenant", "patient_id")
    table(
        "do_not_call",
        texts("tenant", "phone"),
        maybe("call_id", TEXT),
        needed("at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "phone"),
    )


def bookings() -> None:
    table(
        "appointments",
        identity(),
        texts("key", "status", "sync_state", "source"),
        needed("patient_id", INTEGER),
        needed("agent_id", INTEGER),
        needed("starts", INSTANT),
        needed("ends", INSTANT),
        *(maybe(name, TEXT) for name in ("sync_error", "external_uid", "call_id", "calendar_id", "event_id", "etag")),
        *(maybe(name, TEXT) for name in ("location", "cancel_reason", "outcome")),
        needed("sequence", INTEGER),
        needed("updated_at", INSTANT),
        sa.UniqueConstraint("tenant", "key"),
        sa.ForeignKeyConstraint(["tenant", "patient_id"], ["patients.tenant", "patients.id"]),
        sa.ForeignKeyConstraint(["tenant", "agent_id"], ["agents.tenant", "agents.id"]),
        sa.CheckConstraint("starts < ends", name="appointments_forward"),
    )
    index("appointments_by_patient", "appointments", "tenant", "patient_id", "ends")
    index("appointments_by_agent", "appointments", "tenant", "agent_id", "ends")
    index("appointments_by_time", "appointments", "tenant", "ends")


def claims() -> None:
    table(
        "claims",
        identity(),
        texts("agent", "kind", "call_id"),
        needed("starts", INSTANT),
        needed("ends", INSTANT),
        maybe("expires", INSTANT),
        maybe("commitment_id", TEXT),
        sa.CheckConstraint("starts < ends", name="claims_forward"),
        sa.CheckConstraint("(kind = 'hold') = (expires IS NOT NULL)", name="claims_holds_expire"),
        sa.CheckConstraint("(kind = 'reservation') = (commitment_id IS NOT NULL)", name="claims_reservations_are_owed"),
    )
    index("claims_by_agent", "claims", "tenant", "agent", "ends")
    index("claims_by_call", "claims", "tenant", "call_id")
    index("claims_by_commitment", "claims", "tenant", "commitment_id", where="commitment_id IS NOT NULL")
    index("claims_expiring", "claims", "tenant", "expires", where="expires IS NOT NULL")


def work() -> None:
    table(
        "commitments",
        texts("tenant", "id", "call_id", "status", "commitment"),
        needed("version", INTEGER),
        maybe("appointment_id", TEXT),
        needed("asked_at", INSTANT),
        sa.Column("opened_at", INSTANT, nullable=False, server_default=sa.text(real_time())),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    index("commitments_by_time", "commitments", "tenant", "asked_at")
    index("commitments_by_status", "commitments", "tenant", "status", "asked_at")
    index("commitments_by_call", "commitments", "tenant", "call_id")
    index("commitments_by_appointment", "commitments", "tenant", "appointment_id")
    table(
        "commitment_history",
        identity(),
        texts("commitment_id", "what", "detail"),
        needed("at", INSTANT),
        maybe("person", TEXT),
        belongs_to("commitments", "commitment_id"),
    )
    index("history_by_commitment", "commitment_history", "tenant", "commitment_id", "id")
    table(
        "tasks",
        identity(),
        texts("key", "kind", "reason", "status"),
        needed("due", INSTANT),
        *(maybe(name, TEXT) for name in ("patient_phone", "call_id", "appointment_id", "agent", "closed_by", "shown")),
        maybe("starts", INSTANT),
        maybe("ends", INSTANT),
        maybe("closed_at", INSTANT),
        sa.UniqueConstraint("tenant", "key"),
    )
    index("tasks_by_status", "tasks", "tenant", "status", "due")
    unshown = "(status = 'open' AND shown IS NULL) OR (status = 'closed' AND shown = 'open')"
    index("tasks_to_show", "tasks", "tenant", "id", where=unshown)
    table(
        "due_work",
        texts("tenant", "kind", "key", "subject"),
        needed("due", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "kind", "key"),
    )
    index("due_work_by_time", "due_work", "tenant", "due", "key")
    table(
        "reminders",
        texts("tenant", "id", "appointment_id", "patient_id", "ahead", "status"),
        needed("starts", INSTANT),
        needed("due", INSTANT),
        needed("dial_at", INSTANT),
        needed("dials", INTEGER),
        maybe("outcome", TEXT),
        sa.PrimaryKeyConstraint("tenant", "id"),
    )
    index("reminders_by_time", "reminders", "tenant", "dial_at")
    index("reminders_waiting", "reminders", "tenant", "dial_at", "starts", "id", where="status = 'scheduled'")
    index("reminders_by_appointment", "reminders", "tenant", "appointment_id")
    table(
        "outbound_calls",
        identity(),
        texts("reminder_id", "appointment_id", "phone"),
        needed("at", INSTANT),
        maybe("outcome", TEXT),
        maybe("picked_up_at", INSTANT),
        maybe("ended_at", INSTANT),
    )
    index("outbound_by_time", "outbound_calls", "tenant", "at")
    index("outbound_by_reminder", "outbound_calls", "tenant", "reminder_id")
    index("outbound_by_number", "outbound_calls", "tenant", "phone", "at")
    index("outbound_ringing", "outbound_calls", "tenant", "at", where="ended_at IS NULL")


def keeping_in_step() -> None:
    table(
        "followed",
        texts("tenant", "appointment_id", "followed"),
        needed("ends", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "appointment_id"),
    )
    index("followed_by_time", "followed", "tenant", "ends")
    table(
        "followed_calendars",
        texts("tenant", "agent", "calendar"),
        maybe("channel_id", TEXT),
        sa.PrimaryKeyConstraint("tenant", "agent"),
        sa.UniqueConstraint("channel_id"),
    )


def real_time() -> str:
    """The database's own clock, where the caller's patience is meant and not the desk's time."""
    on_sqlite = op.get_context().dialect.name == "sqlite"
    return "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))" if on_sqlite else "clock_timestamp()"


def rest() -> None:
    table("settings", texts("tenant", "name", "value"), sa.PrimaryKeyConstraint("tenant", "name"))
    table(
        "idempotency_keys",
        texts("tenant", "key", "body_hash"),
        needed("at", INSTANT),
        sa.PrimaryKeyConstraint("tenant", "key"),
    )
    table(
        "sandbox",
        sa.Column("id", INTEGER, primary_key=True, autoincrement=False),
        needed("created_at", INSTANT),
        maybe("now", INSTANT),
    )


EXCLUSION = Template("""
ALTER TABLE $table ADD CONSTRAINT ${table}_apart
EXCLUDE USING gist (tenant WITH =, $agent WITH =, tstzrange(starts, ends) WITH &&) WHERE ($active)
""")
TRIGGER = Template("""
CREATE TRIGGER ${table}_apart_$verb BEFORE $event ON $table WHEN $mine
BEGIN
    SELECT $refuse WHERE EXISTS (
        SELECT 1 FROM $table
        WHERE tenant = new.tenant AND $agent = new.$agent AND ends > new.starts AND starts < new.ends
        AND $identity IS NOT new.$identity AND $active
    );
END
""")


def keep_apart(name: str, agent: str, active: str, identity: str) -> None:
    """No two active rows of one agent may overlap: an exclusion constraint, or the same said by triggers.

    `identity` is the column by which a trigger knows a row from itself.
    """
    words = {"table": name, "agent": agent, "active": active, "mine": active.replace("status", "new.status")}
    words["identity"] = identity
    if op.get_context().dialect.name == "postgresql":
        op.execute(EXCLUSION.substitute(words))
        return
    refuse = "RAISE(ABORT, 'slot taken')"
    # A new claim that clashes is left out, as ON CONFLICT DO NOTHING does in PostgreSQL.
    leave_out = "RAISE(IGNORE)" if name == "claims" else refuse
    changes = f"UPDATE OF starts, ends, {agent}" + (", status" if "status" in active else "")
    op.execute(TRIGGER.substitute(words, verb="insert", event="INSERT", refuse=leave_out))
    op.execute(TRIGGER.substitute(words, verb="update", event=changes, refuse=refuse))
