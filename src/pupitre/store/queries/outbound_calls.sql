-- Calls that the desk had made for its reminders, and numbers that are not to be called.

-- name: begin
-- A call is asked for; it rings until its end is noted. Asked for again meanwhile, nothing happens.
INSERT INTO outbound_calls (tenant, reminder_id, appointment_id, phone, at)
SELECT :tenant, :reminder_id, :appointment_id, :phone, :at
WHERE NOT EXISTS (
    SELECT 1 FROM outbound_calls WHERE tenant = :tenant AND reminder_id = :reminder_id AND ended_at IS NULL
);

-- name: end
-- What the ringing call of a reminder brought.
UPDATE outbound_calls SET outcome = :outcome, ended_at = :at
WHERE tenant = :tenant AND reminder_id = :reminder_id AND ended_at IS NULL;

-- name: ringing
-- Calls that have not ended, oldest first.
SELECT reminder_id, appointment_id, phone, at, outcome, ended_at FROM outbound_calls
WHERE tenant = :tenant AND ended_at IS NULL ORDER BY at, id;

-- name: since
-- Calls begun since an instant, oldest first.
SELECT reminder_id, appointment_id, phone, at, outcome, ended_at FROM outbound_calls
WHERE tenant = :tenant AND at >= :since ORDER BY at, id LIMIT :limit;

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
