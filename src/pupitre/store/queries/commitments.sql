-- Commitments, each as one JSON value beside the columns it is found by, and their history.

-- name: open
-- A new commitment; nothing happens when its id is known.
INSERT INTO commitments (tenant, id, version, call_id, appointment_id, status, asked_at, commitment)
VALUES (:tenant, :id, 1, :call_id, :appointment_id, :status, :asked_at, :commitment)
ON CONFLICT DO NOTHING;

-- name: read
-- One commitment.
SELECT commitment, version FROM commitments WHERE tenant = :tenant AND id = :id;

-- name: save
-- A newer version of it, if nobody else has saved one since.
UPDATE commitments
SET version = version + 1, appointment_id = :appointment_id, status = :status, commitment = :commitment
WHERE tenant = :tenant AND id = :id AND version = :expected;

-- name: add_line
-- One line of its history.
INSERT INTO commitment_history (tenant, commitment_id, at, what, detail, person)
VALUES (:tenant, :id, :at, :what, :detail, :person);

-- name: history
-- All that happened to it, in order.
SELECT at, what, detail, person FROM commitment_history WHERE tenant = :tenant AND commitment_id = :id ORDER BY id;

-- name: latest
-- The latest ones.
SELECT commitment, version FROM commitments WHERE tenant = :tenant ORDER BY asked_at DESC, id LIMIT :limit;

-- name: with_status
-- The latest ones that stand so.
SELECT commitment, version FROM commitments
WHERE tenant = :tenant AND status = :status ORDER BY asked_at DESC, id LIMIT :limit;

-- name: of_call
-- What was asked in one call.
SELECT commitment, version FROM commitments
WHERE tenant = :tenant AND call_id = :call_id ORDER BY asked_at DESC, id LIMIT :limit;

-- name: of_appointment
-- What was asked of one appointment.
SELECT commitment, version FROM commitments
WHERE tenant = :tenant AND appointment_id = :appointment_id ORDER BY asked_at DESC, id LIMIT :limit;

-- name: running
-- Those at work for a while, in the order of their ids.
SELECT commitment, version FROM commitments
WHERE tenant = :tenant AND status = 'running' AND id > :after
    AND (julianday('now') - julianday(opened_at)) * 86400.0 >= :seconds
ORDER BY id LIMIT :limit;

-- name: running [postgresql]
-- The same by this server's clock.
SELECT commitment, version FROM commitments
WHERE tenant = :tenant AND status = 'running' AND id > :after
    AND opened_at <= clock_timestamp() - make_interval(secs => :seconds)
ORDER BY id LIMIT :limit;

-- name: waited
-- Seconds of real time since it was opened.
SELECT (julianday('now') - julianday(opened_at)) * 86400.0 AS seconds FROM commitments
WHERE tenant = :tenant AND id = :id;

-- name: waited [postgresql]
-- The same by this server's clock.
SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp() - opened_at) AS double precision) AS seconds FROM commitments
WHERE tenant = :tenant AND id = :id;
