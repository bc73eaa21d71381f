-- Reminders agreed to, and the calls made for them.

-- name: put
-- A new reminder, or the present state of a known one.
INSERT INTO reminders (tenant, id, appointment_id, patient_id, ahead, starts, due, dial_at, status, dials, outcome)
VALUES (:tenant, :id, :appointment_id, :patient_id, :ahead, :starts, :due, :dial_at, :status, :dials, :outcome)
ON CONFLICT (tenant, id) DO UPDATE SET
    appointment_id = excluded.appointment_id, patient_id = excluded.patient_id, ahead = excluded.ahead,
    starts = excluded.starts, due = excluded.due, dial_at = excluded.dial_at, status = excluded.status, dials = excluded.dials, outcome = excluded.outcome;

-- name: read
-- One reminder.
SELECT id, appointment_id, patient_id, ahead, starts, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND id = :id;

-- name: of_appointment
-- All of one appointment.
SELECT id, appointment_id, patient_id, ahead, starts, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND appointment_id = :appointment_id ORDER BY dial_at, id;

-- name: between
-- Those dialled, or to be dialled, in a span of time.
SELECT id, appointment_id, patient_id, ahead, starts, due, dial_at, status, dials, outcome
FROM reminders WHERE tenant = :tenant AND dial_at >= :starts AND dial_at < :ends ORDER BY dial_at, id LIMIT :limit;

-- name: waiting
-- Those that should ring, and do not yet: the earliest appointments first.
SELECT id, appointment_id, patient_id, ahead, starts, due, dial_at, status, dials, outcome
FROM reminders
WHERE tenant = :tenant AND status = 'scheduled' AND dial_at >= :since AND dial_at <= :until
ORDER BY starts, id LIMIT :limit;

-- name: ahead
-- How many of them come before this one; no row when none does.
SELECT count(*) AS others FROM reminders
WHERE tenant = :tenant AND status = 'scheduled' AND dial_at >= :since AND dial_at <= :until
AND (starts, id) < (:starts, :id)
GROUP BY tenant;

-- name: dial
-- It is being dialled once more, unless somebody else was quicker. The || keeps it to the primary key: the index of those
-- that wait holds the id too, far behind, and a planner without statistics would walk a tenant's whole part of it.
UPDATE reminders SET status = 'dialled', dials = dials + 1
WHERE tenant = :tenant AND id = :id AND status || '' = 'scheduled' AND dials = :dials;
