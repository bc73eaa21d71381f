-- Claims on agents' time: holds, which end, and reservations, which stand until they are freed.
-- That no two of one agent overlap is the schema's doing: what would overlap is not inserted.

-- name: reap
-- Holds past their end are no claims; they must not stand in the way of new ones.
DELETE FROM claims WHERE tenant = :tenant AND expires <= :now;

-- name: release
-- All that a call holds; its reservations stand.
DELETE FROM claims WHERE tenant = :tenant AND call_id = :call_id AND kind = 'hold';

-- name: release_overlapping
-- What a call holds of a time that it is about to reserve.
DELETE FROM claims
WHERE tenant = :tenant AND call_id = :call_id AND kind = 'hold' AND agent = :agent AND ends > :starts AND starts < :ends;

-- name: release_others
-- All that a call holds but one slot.
DELETE FROM claims
WHERE tenant = :tenant AND call_id = :call_id AND kind = 'hold'
    AND NOT (agent = :agent AND starts = :starts AND ends = :ends);

-- name: count_freed
-- One more time was freed that a planning may show from now on; nothing when the commitment has none.
INSERT INTO settings (tenant, name, value)
SELECT :tenant, 'reservations freed', '1'
WHERE EXISTS (SELECT 1 FROM claims WHERE tenant = :tenant AND commitment_id = :commitment_id)
ON CONFLICT (tenant, name) DO UPDATE SET value = CAST(CAST(settings.value AS BIGINT) + 1 AS TEXT);

-- name: freed
-- How often that was.
SELECT value FROM settings WHERE tenant = :tenant AND name = 'reservations freed';

-- name: free
-- What a commitment has reserved.
DELETE FROM claims WHERE tenant = :tenant AND commitment_id = :commitment_id;

-- name: hold
-- Nothing happens when somebody else claims an instant of it.
INSERT INTO claims (tenant, agent, starts, ends, kind, call_id, expires)
VALUES (:tenant, :agent, :starts, :ends, 'hold', :call_id, :until)
ON CONFLICT DO NOTHING;

-- name: reserve
-- Nothing happens when somebody else claims an instant of it.
INSERT INTO claims (tenant, agent, starts, ends, kind, call_id, commitment_id)
VALUES (:tenant, :agent, :starts, :ends, 'reservation', :call_id, :commitment_id)
ON CONFLICT DO NOTHING;

-- name: renew
-- Holds that still stand are kept longer.
UPDATE claims SET expires = :until
WHERE tenant = :tenant AND call_id = :call_id AND kind = 'hold' AND expires > :now;

-- name: held
-- What a call holds.
SELECT agent, starts, ends FROM claims
WHERE tenant = :tenant AND call_id = :call_id AND kind = 'hold' AND expires > :now
ORDER BY starts, agent;

-- name: claimed
-- All that is claimed in a window, in the order of time; and how often a commitment's time was freed.
SELECT agent, starts, ends, kind, call_id, commitment_id, expires,
    (SELECT value FROM settings WHERE tenant = :tenant AND name = 'reservations freed') AS freed
FROM claims
WHERE tenant = :tenant AND ends > :starts AND starts < :ends AND ends > :now AND (expires IS NULL OR expires > :now)
ORDER BY starts, agent;
