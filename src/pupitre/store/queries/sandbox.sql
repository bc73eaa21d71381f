-- The sandbox: its mark, its clock, and emptying one tenant.

-- name: mark
-- This database was made for a sandbox.
INSERT INTO sandbox (id, created_at, now) VALUES (1, :now, :now) ON CONFLICT DO NOTHING;

-- name: clock
-- The time that stands still.
SELECT now FROM sandbox WHERE id = 1;

-- name: set_clock
-- Another time.
UPDATE sandbox SET now = :now WHERE id = 1;

-- name: any_call
-- Whether a call was ever handled here.
SELECT call_id FROM calls LIMIT 1;

-- name: setting
-- A word kept under a name.
SELECT value FROM settings WHERE tenant = :tenant AND name = :name;

-- name: put_setting
-- Keep a word under a name.
INSERT INTO settings (tenant, name, value) VALUES (:tenant, :name, :value)
ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value;

-- Emptying a tenant, those first that point at others. Pinned configurations stay: they are not the world's.

-- name: empty_turns
-- Nothing left of the tenant's turns.
DELETE FROM turns WHERE tenant = :tenant;

-- name: empty_calls
-- Nothing left of the tenant's calls.
DELETE FROM calls WHERE tenant = :tenant;

-- name: empty_claims
-- Nothing left of the tenant's claims.
DELETE FROM claims WHERE tenant = :tenant;

-- name: empty_commitment_history
-- Nothing left of the tenant's commitment history.
DELETE FROM commitment_history WHERE tenant = :tenant;

-- name: empty_commitments
-- Nothing left of the tenant's commitments.
DELETE FROM commitments WHERE tenant = :tenant;

-- name: empty_tasks
-- Nothing left of the tenant's tasks.
DELETE FROM tasks WHERE tenant = :tenant;

-- name: empty_due_work
-- Nothing left of the tenant's due work.
DELETE FROM due_work WHERE tenant = :tenant;

-- name: empty_followed
-- Nothing left of what of the tenant's was kept in step.
DELETE FROM followed WHERE tenant = :tenant;

-- name: empty_followed_calendars
-- Nothing left of where the reading of the tenant's calendars had come to.
DELETE FROM followed_calendars WHERE tenant = :tenant;

-- name: empty_outbound_calls
-- Nothing left of the tenant's outbound calls.
DELETE FROM outbound_calls WHERE tenant = :tenant;

-- name: empty_reminders
-- Nothing left of the tenant's reminders.
DELETE FROM reminders WHERE tenant = :tenant;

-- name: empty_do_not_call
-- Nothing left of the tenant's do not call.
DELETE FROM do_not_call WHERE tenant = :tenant;

-- name: empty_appointments
-- Nothing left of the tenant's appointments.
DELETE FROM appointments WHERE tenant = :tenant;

-- name: empty_absences
-- Nothing left of the tenant's absences.
DELETE FROM absences WHERE tenant = :tenant;

-- name: empty_working_hours
-- Nothing left of the tenant's working hours.
DELETE FROM working_hours WHERE tenant = :tenant;

-- name: empty_feeds
-- Nothing left of the tenant's feeds.
DELETE FROM feeds WHERE tenant = :tenant;

-- name: empty_patient_phones
-- Nothing left of the tenant's patient phones.
DELETE FROM patient_phones WHERE tenant = :tenant;

-- name: empty_patient_marks
-- Nothing left of the tenant's patient marks.
DELETE FROM patient_marks WHERE tenant = :tenant;

-- name: empty_patients
-- Nothing left of the tenant's patients.
DELETE FROM patients WHERE tenant = :tenant;

-- name: empty_agents
-- Nothing left of the tenant's agents.
DELETE FROM agents WHERE tenant = :tenant;

-- name: empty_idempotency_keys
-- Nothing left of the tenant's idempotency keys.
DELETE FROM idempotency_keys WHERE tenant = :tenant;

-- name: empty_settings
-- Nothing left of the tenant's settings.
DELETE FROM settings WHERE tenant = :tenant;
