-- Calls that the desk had made for its reminders, and numbers that are not to be called.

-- name: one_at_a_time
-- Whoever takes a line waits here until the one before has written his batch: the row is locked so long.
INSERT INTO settings (tenant, name, value) VALUES (:tenant, 'dialling', '')
ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value;

-- name: begin
-- A call is asked for, where a line is free and few enough were begun; it rings until its end is noted.
INSERT INTO outbound_calls (tenant, reminder_id, appointment_id, phone, at)
SELECT :tenant, :reminder_id, :appointment_id, :phone, :at
WHERE (SELECT count(*) FROM outbound_calls WHERE tenant = :tenant AND ended_at IS NULL) < :lines
AND (SELECT count(*) FROM outbound_calls WHERE tenant = :tenant AND at > :since) < :starts_per_minute;

-- name: pick_up
-- Somebody took the ringing call of a reminder.
UPDATE outbound_calls SET picked_up_at = :at
WHERE tenant = :tenant AND reminder_id = :reminder_id AND ended_at IS NULL;

-- name: end
-- What the ringing call of a reminder brought.
UPDATE outbound_calls SET outcome = :outcome, ended_at = :at
WHERE tenant = :tenant AND reminder_id = :reminder_id AND ended_at IS NULL;

-- name: of_reminder
-- The call that rings for a reminder.
SELECT reminder_id, appointment_id, phone, at, outcome, picked_up_at, ended_at FROM outbound_calls
WHERE tenant = :tenant AND reminder_id = :reminder_id AND ended_at IS NULL;

-- name: lines
-- How many lines are taken; no row when none is.
SELECT count(*) AS taken FROM outbound_calls WHERE tenant = :tenant AND ended_at IS NULL GROUP BY tenant;

-- name: starts
-- How many calls were begun since an instant; no row when none was.
SELECT count(*) AS calls FROM outbound_calls WHERE tenant = :tenant AND at > :since GROUP BY tenant;

-- name: begun
-- When the latest calls since an instant were begun, latest first.
SELECT at FROM outbound_calls WHERE tenant = :tenant AND at > :since ORDER BY at DESC LIMIT :limit;

-- name: since
-- Calls begun since an instant, oldest first.
SELECT reminder_id, appointment_id, phone, at, outcome, picked_up_at, ended_at FROM outbound_calls
WHERE tenant = :tenant AND at >= :since ORDER BY at, id LIMIT :limit;

-- name: lately
-- What the latest calls since an instant brought, latest first.
SELECT outcome FROM outbound_calls WHERE tenant = :tenant AND at >= :since ORDER BY at DESC, id DESC LIMIT :limit;

-- name: to_number
-- Calls to one number since an instant; no row when there was none.
SELECT count(*) AS calls FROM outbound_calls WHERE tenant = :tenant AND at >= :since AND phone = :phone GROUP BY phone;

-- name: forbid
-- A number that asked not to be called; the first time counts.
INSERT INTO do_not_call (tenant, phone, call_id, at) VALUES (:tenant, :phone, :call_id, :at) ON CONFLICT DO NOTHING;

-- name: allow
-- It may be called again.
DELETE FROM do_not_call WHERE tenant = :tenant AND phone = :phone;

-- name: forbidden
-- Whether it may not be called.
SELECT phone FROM do_not_call WHERE tenant = :tenant AND phone = :phone;
