-- Reminders agreed to, and the calls made for them.

-- name: put
-- A new reminder, or the present state of a known one.
INSERT INTO reminders (tenant, id, appointment_id, patient_id, ahead, due, dial_at, status, dials, outcome)
VALUES (:tenant, :id, :appointment_id, :patient_id, :ahead, :due, :dial_at, :status, :dials, :outcome)
ON CONFLICT (tenant, id) DO UPDATE SET
    appointment_id = excluded.appointment_id, patient_id = excluded.patient_id, ahead = excluded.ahead,
    due = excluded.due, dial_at = excluded.dial_at, status = excluded.status, dials = excluded.dials,
    outcome = excluded.outcome;

-- name: read
-- One reminder.
SELECT id, appointment_id, patient_id, ahead, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND id = :id;

-- name: of_appointment
-- All of one appointment.
SELECT id, appointment_id, patient_id, ahead, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND appointment_id = :appointment_id ORDER BY dial_at, id;

-- name: between
-- Those dialled, or to be dialled, in a span of time.
SELECT id, appointment_id, patient_id, ahead, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND dial_at >= :starts AND dial_at < :ends ORDER BY dial_at, id LIMIT :limit;

-- name: waiting
-- Those that should ring, and do not yet.
SELECT id, appointment_id, patient_id, ahead, due, dial_at, status, dials, outcome
FROM reminders
WHERE tenant = :tenant AND status = 'scheduled' AND dial_at >= :starts AND dial_at <= :ends ORDER BY dial_at, id;
