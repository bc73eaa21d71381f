-- What waits for a person.

-- name: leave
-- A new task; nothing happens when its key is known.
INSERT INTO tasks (tenant, key, kind, reason, due, status, patient_phone, call_id, appointment_id, agent, starts, ends)
VALUES (:tenant, :key, :kind, :reason, :due, 'open', :patient_phone, :call_id, :appointment_id, :agent, :starts, :ends)
ON CONFLICT DO NOTHING;

-- name: by_key
-- The task left under a key.
SELECT id, kind, reason, due, status, patient_phone, call_id, appointment_id, agent, starts, ends, closed_by, closed_at
FROM tasks WHERE tenant = :tenant AND key = :key;

-- name: read
-- One task.
SELECT id, kind, reason, due, status, patient_phone, call_id, appointment_id, agent, starts, ends, closed_by, closed_at
FROM tasks WHERE tenant = :tenant AND id = :id;

-- name: with_status
-- Tasks that stand so, most urgent first.
SELECT id, kind, reason, due, status, patient_phone, call_id, appointment_id, agent, starts, ends, closed_by, closed_at
FROM tasks WHERE tenant = :tenant AND status = :status ORDER BY due, id LIMIT :limit;

-- name: close
-- Done by somebody; one that is closed stays as it was closed.
UPDATE tasks SET status = 'closed', closed_by = :closed_by, closed_at = :now
WHERE tenant = :tenant AND id = :id AND status = 'open';

-- name: close_under
-- What is open under keys that begin so has been seen to, but for one.
UPDATE tasks SET status = 'closed', closed_by = :closed_by, closed_at = :now
WHERE tenant = :tenant AND status = 'open' AND substr(key, 1, length(CAST(:prefix AS TEXT))) = :prefix AND key <> :but;

-- name: to_show
-- Tasks that people who work in the record have not been shown as they stand, oldest first.
SELECT key, id, kind, reason, due, status, patient_phone, call_id, appointment_id, agent, starts, ends, closed_by, closed_at
FROM tasks WHERE tenant = :tenant AND ((status = 'open' AND shown IS NULL) OR (status = 'closed' AND shown = 'open'))
ORDER BY id LIMIT :limit;

-- name: showed
-- They have been shown it as it stood then.
UPDATE tasks SET shown = :status WHERE tenant = :tenant AND id = :id;
