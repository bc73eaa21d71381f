-- Calls and their journal.

-- name: load
-- The call as of its last turn.
SELECT call, version FROM calls WHERE tenant = :tenant AND call_id = :call_id;

-- name: begin
-- The first turn of a call; touches nothing when the call is known.
INSERT INTO calls (tenant, call_id, version, state, call, started_at, last_event_at, ended_at)
VALUES (:tenant, :call_id, :version, :state, :call, :at, :at, :ended_at)
ON CONFLICT DO NOTHING;

-- name: update
-- A later turn, if nobody else has written one since.
UPDATE calls
SET version = :version, state = :state, call = :call, last_event_at = :at, ended_at = COALESCE(ended_at, :ended_at)
WHERE tenant = :tenant AND call_id = :call_id AND version = :expected;

-- name: add_turn
-- One line of the journal; touches nothing when this event has been answered already.
INSERT INTO turns (tenant, call_id, seq, event_id, at, event, steps, before, after, reply, opening, trouble)
VALUES (:tenant, :call_id, :seq, :event_id, :at, :event, :steps, :before, :after, :reply, :opening, :trouble)
ON CONFLICT DO NOTHING;

-- name: reply_to
-- What was answered to this event.
SELECT reply FROM turns WHERE tenant = :tenant AND call_id = :call_id AND event_id = :event_id;

-- name: first_reply
-- What was answered when the call began.
SELECT reply FROM turns WHERE tenant = :tenant AND call_id = :call_id AND seq = 1;

-- name: journal
-- Every turn of a call, in order.
SELECT event_id, event, steps, before, after, reply, opening, trouble
FROM turns WHERE tenant = :tenant AND call_id = :call_id ORDER BY seq;

-- name: silent
-- Calls that have not ended and of which nothing was heard since an instant.
SELECT call_id FROM calls
WHERE tenant = :tenant AND ended_at IS NULL AND last_event_at < :since ORDER BY last_event_at LIMIT :limit;

-- name: pin
-- Keep a configuration under its hash; the same one again touches nothing.
INSERT INTO configs (tenant, hash, config, at) VALUES (:tenant, :hash, :config, :at) ON CONFLICT DO NOTHING;

-- name: pinned
-- A configuration by its hash.
SELECT config FROM configs WHERE tenant = :tenant AND hash = :hash;
