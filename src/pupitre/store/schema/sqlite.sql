CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE calls (
    tenant TEXT NOT NULL,
    call_id TEXT NOT NULL,
    state TEXT NOT NULL,
    call TEXT NOT NULL,
    version INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    last_event_at TEXT NOT NULL,
    ended_at TEXT,
    PRIMARY KEY (tenant, call_id)
)
 STRICT;
CREATE INDEX calls_open ON calls (tenant, last_event_at) WHERE ended_at IS NULL;
CREATE TABLE turns (
    tenant TEXT NOT NULL,
    call_id TEXT NOT NULL,
    event TEXT NOT NULL,
    steps TEXT NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    reply TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event_id TEXT,
    opening INTEGER NOT NULL,
    trouble TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant, call_id, seq),
    UNIQUE (tenant, call_id, event_id)
)
 STRICT;
CREATE TABLE configs (
    tenant TEXT NOT NULL,
    hash TEXT NOT NULL,
    config TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant, hash)
)
 STRICT;
CREATE TABLE agents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    calendar TEXT,
    retired_at TEXT,
    UNIQUE (tenant, id)
)
 STRICT;
CREATE TABLE working_hours (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL,
    weekday INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, weekday, opens)
)
 STRICT;
CREATE TABLE absences (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    reason TEXT,
    UNIQUE (tenant, id),
    CONSTRAINT absences_forward CHECK (starts < ends)
)
 STRICT;
CREATE INDEX absences_by_time ON absences (tenant, ends);
CREATE TABLE feeds (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (tenant, token_hash),
    UNIQUE (token_hash)
)
 STRICT;
CREATE TABLE patients (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT NOT NULL,
    birth_date TEXT,
    owner_id INTEGER,
    UNIQUE (tenant, id),
    UNIQUE (tenant, "key"),
    FOREIGN KEY(tenant, owner_id) REFERENCES agents (tenant, id)
)
 STRICT;
CREATE INDEX patients_by_birth_date ON patients (tenant, birth_date);
CREATE TABLE patient_phones (
    tenant TEXT NOT NULL,
    phone TEXT NOT NULL,
    patient_id INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    PRIMARY KEY (tenant, phone, patient_id),
    FOREIGN KEY(tenant, patient_id) REFERENCES patients (tenant, id) ON DELETE CASCADE
)
 STRICT;
CREATE INDEX phones_by_patient ON patient_phones (tenant, patient_id, rank);
CREATE TABLE patient_marks (
    tenant TEXT NOT NULL,
    mark TEXT NOT NULL,
    patient_id INTEGER NOT NULL,
    PRIMARY KEY (tenant, mark, patient_id),
    FOREIGN KEY(tenant, patient_id) REFERENCES patients (tenant, id) ON DELETE CASCADE
)
 STRICT;
CREATE INDEX marks_by_patient ON patient_marks (tenant, patient_id);
CREATE TABLE do_not_call (
    tenant TEXT NOT NULL,
    phone TEXT NOT NULL,
    call_id TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant, phone)
)
 STRICT;
CREATE TABLE appointments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    status TEXT NOT NULL,
    sync_state TEXT NOT NULL,
    source TEXT NOT NULL,
    patient_id INTEGER NOT NULL,
    agent_id INTEGER NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    sync_error TEXT,
    external_uid TEXT,
    call_id TEXT,
    calendar_id TEXT,
    event_id TEXT,
    etag TEXT,
    location TEXT,
    cancel_reason TEXT,
    outcome TEXT,
    sequence INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (tenant, id),
    UNIQUE (tenant, "key"),
    FOREIGN KEY(tenant, patient_id) REFERENCES patients (tenant, id),
    FOREIGN KEY(tenant, agent_id) REFERENCES agents (tenant, id),
    CONSTRAINT appointments_forward CHECK (starts < ends)
)
 STRICT;
CREATE INDEX appointments_by_patient ON appointments (tenant, patient_id, ends);
CREATE INDEX appointments_by_agent ON appointments (tenant, agent_id, ends);
CREATE INDEX appointments_by_time ON appointments (tenant, ends);
CREATE TABLE claims (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    kind TEXT NOT NULL,
    call_id TEXT NOT NULL,
    starts TEXT NOT NULL,
    ends TEXT NOT NULL,
    expires TEXT,
    commitment_id TEXT,
    UNIQUE (tenant, id),
    CONSTRAINT claims_forward CHECK (starts < ends),
    CONSTRAINT claims_holds_expire CHECK ((kind = 'hold') = (expires IS NOT NULL)),
    CONSTRAINT claims_reservations_are_owed CHECK ((kind = 'reservation') = (commitment_id IS NOT NULL))
)
 STRICT;
CREATE INDEX claims_by_agent ON claims (tenant, agent, ends);
CREATE INDEX claims_by_call ON claims (tenant, call_id);
CREATE INDEX claims_by_commitment ON claims (tenant, commitment_id) WHERE commitment_id IS NOT NULL;
CREATE INDEX claims_expiring ON claims (tenant, expires) WHERE expires IS NOT NULL;
CREATE TABLE commitments (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    call_id TEXT NOT NULL,
    status TEXT NOT NULL,
    commitment TEXT NOT NULL,
    version INTEGER NOT NULL,
    appointment_id TEXT,
    asked_at TEXT NOT NULL,
    opened_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) NOT NULL,
    PRIMARY KEY (tenant, id)
)
 STRICT;
CREATE INDEX commitments_by_time ON commitments (tenant, asked_at);
CREATE INDEX commitments_by_status ON commitments (tenant, status, asked_at);
CREATE INDEX commitments_by_call ON commitments (tenant, call_id);
CREATE INDEX commitments_by_appointment ON commitments (tenant, appointment_id);
CREATE TABLE commitment_history (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    commitment_id TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TEXT NOT NULL,
    person TEXT,
    UNIQUE (tenant, id),
    FOREIGN KEY(tenant, commitment_id) REFERENCES commitments (tenant, id) ON DELETE CASCADE
)
 STRICT;
CREATE INDEX history_by_commitment ON commitment_history (tenant, commitment_id, id);
CREATE TABLE tasks (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    due TEXT NOT NULL,
    patient_phone TEXT,
    call_id TEXT,
    appointment_id TEXT,
    agent TEXT,
    closed_by TEXT,
    shown TEXT,
    starts TEXT,
    ends TEXT,
    closed_at TEXT,
    UNIQUE (tenant, id),
    UNIQUE (tenant, "key")
)
 STRICT;
CREATE INDEX tasks_by_status ON tasks (tenant, status, due);
CREATE INDEX tasks_to_show ON tasks (tenant, id) WHERE (status = 'open' AND shown IS NULL) OR (status = 'closed' AND shown = 'open');
CREATE TABLE due_work (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    subject TEXT NOT NULL,
    due TEXT NOT NULL,
    PRIMARY KEY (tenant, kind, "key")
)
 STRICT;
CREATE INDEX due_work_by_time ON due_work (tenant, due, "key");
CREATE TABLE reminders (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    ahead TEXT NOT NULL,
    status TEXT NOT NULL,
    starts TEXT NOT NULL,
    due TEXT NOT NULL,
    dial_at TEXT NOT NULL,
    dials INTEGER NOT NULL,
    outcome TEXT,
    PRIMARY KEY (tenant, id)
)
 STRICT;
CREATE INDEX reminders_by_time ON reminders (tenant, dial_at);
CREATE INDEX reminders_waiting ON reminders (tenant, dial_at, starts, id) WHERE status = 'scheduled';
CREATE INDEX reminders_by_appointment ON reminders (tenant, appointment_id);
CREATE TABLE outbound_calls (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    reminder_id TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    at TEXT NOT NULL,
    outcome TEXT,
    picked_up_at TEXT,
    ended_at TEXT,
    UNIQUE (tenant, id)
)
 STRICT;
CREATE INDEX outbound_by_time ON outbound_calls (tenant, at);
CREATE INDEX outbound_by_reminder ON outbound_calls (tenant, reminder_id);
CREATE INDEX outbound_by_number ON outbound_calls (tenant, phone, at);
CREATE INDEX outbound_ringing ON outbound_calls (tenant, at) WHERE ended_at IS NULL;
CREATE TABLE followed (
    tenant TEXT NOT NULL,
    appointment_id TEXT NOT NULL,
    followed TEXT NOT NULL,
    ends TEXT NOT NULL,
    PRIMARY KEY (tenant, appointment_id)
)
 STRICT;
CREATE INDEX followed_by_time ON followed (tenant, ends);
CREATE TABLE followed_calendars (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    calendar TEXT NOT NULL,
    channel_id TEXT,
    PRIMARY KEY (tenant, agent),
    UNIQUE (channel_id)
)
 STRICT;
CREATE TABLE settings (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
)
 STRICT;
CREATE TABLE idempotency_keys (
    tenant TEXT NOT NULL,
    "key" TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (tenant, "key")
)
 STRICT;
CREATE TABLE sandbox (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    created_at TEXT NOT NULL,
    now TEXT
)
 STRICT;
CREATE TRIGGER claims_apart_insert BEFORE INSERT ON claims WHEN TRUE
BEGIN
    SELECT RAISE(IGNORE) WHERE EXISTS (
        SELECT 1 FROM claims
        WHERE tenant = new.tenant AND agent = new.agent AND ends > new.starts AND starts < new.ends
        AND id IS NOT new.id AND TRUE
    );
END;
CREATE TRIGGER claims_apart_update BEFORE UPDATE OF starts, ends, agent ON claims WHEN TRUE
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM claims
        WHERE tenant = new.tenant AND agent = new.agent AND ends > new.starts AND starts < new.ends
        AND id IS NOT new.id AND TRUE
    );
END;
CREATE TRIGGER appointments_apart_insert BEFORE INSERT ON appointments WHEN new.status <> 'canceled'
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE tenant = new.tenant AND agent_id = new.agent_id AND ends > new.starts AND starts < new.ends
        AND key IS NOT new.key AND status <> 'canceled'
    );
END;
CREATE TRIGGER appointments_apart_update BEFORE UPDATE OF starts, ends, agent_id, status ON appointments WHEN new.status <> 'canceled'
BEGIN
    SELECT RAISE(ABORT, 'slot taken') WHERE EXISTS (
        SELECT 1 FROM appointments
        WHERE tenant = new.tenant AND agent_id = new.agent_id AND ends > new.starts AND starts < new.ends
        AND key IS NOT new.key AND status <> 'canceled'
    );
END;
INSERT INTO alembic_version (version_num) VALUES ('0001') RETURNING version_num;
