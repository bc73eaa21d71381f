-- The business record of appointments, where our own store is the system of record.
-- That no two active ones of an agent overlap is the schema's doing.

-- name: create
-- A new appointment; nothing happens when its key is known.
INSERT INTO appointments (tenant, key, patient_id, agent_id, starts, ends, status, sync_state, source, call_id, location,
    sequence, updated_at)
VALUES (:tenant, :key, :patient_id, :agent_id, :starts, :ends, :status, 'pending', :source, :call_id, :location, 0, :now)
ON CONFLICT (tenant, key) DO NOTHING;

-- name: made
-- What was made under a key.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND appointments.key = :key;

-- name: read
-- One appointment.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND appointments.id = :id;

-- name: upcoming
-- The active ones of a patient that are not over.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND patient_id = :patient_id AND ends > :since AND status <> 'canceled' ORDER BY starts, appointments.id;

-- name: between
-- All that touch a span of time, cancelled ones too.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND ends > :starts AND starts < :ends ORDER BY starts, appointments.id;

-- name: changed
-- Those changed at an instant or later, in the order of their changes.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND updated_at >= :since ORDER BY updated_at, appointments.id;

-- name: of_agent
-- All of an agent that end after an instant, cancelled ones too.
SELECT appointments.*, patients.name AS patient_name
FROM appointments JOIN patients ON patients.tenant = appointments.tenant AND patients.id = patient_id
WHERE appointments.tenant = :tenant AND agent_id = :agent_id AND ends > :since ORDER BY starts, appointments.id;

-- name: busy
-- When agents have active appointments.
SELECT agent_id, starts, ends FROM appointments
WHERE tenant = :tenant AND ends > :starts AND starts < :ends AND status <> 'canceled' ORDER BY starts;

-- name: name_event
-- The stable key shown to the planning.
UPDATE appointments SET external_uid = :external_uid WHERE tenant = :tenant AND id = :id;

-- name: move
-- Another time, perhaps another agent; the planning is to follow.
UPDATE appointments
SET agent_id = :agent_id, starts = :starts, ends = :ends, status = :status, cancel_reason = NULL,
    sync_state = 'pending', sync_error = NULL, sequence = sequence + 1, updated_at = :now
WHERE tenant = :tenant AND id = :id;

-- name: cancel
-- Its time is free; the planning is to follow. One that is cancelled stays as it is.
UPDATE appointments
SET status = 'canceled', cancel_reason = :reason, sync_state = 'pending', sync_error = NULL,
    sequence = sequence + 1, updated_at = :now
WHERE tenant = :tenant AND id = :id AND status <> 'canceled';

-- name: note_sync
-- How the planning stands to it.
UPDATE appointments SET sync_state = :state, sync_error = :error WHERE tenant = :tenant AND id = :id;

-- name: note_event
-- The same, and where the planning keeps its event.
UPDATE appointments
SET sync_state = :state, sync_error = :error, calendar_id = :calendar_id, event_id = :event_id, etag = :etag
WHERE tenant = :tenant AND id = :id;

-- name: note_outcome
-- What its last reminder call brought.
UPDATE appointments SET outcome = :outcome, updated_at = :now WHERE tenant = :tenant AND id = :id;
