-- Keys under which something was asked for over HTTP, so that it is done once.

-- name: keep
-- A key with the hash of what was asked; a known one stays as it was.
INSERT INTO idempotency_keys (tenant, key, body_hash, at) VALUES (:tenant, :key, :body_hash, :at)
ON CONFLICT DO NOTHING;

-- name: kept
-- What was first asked under a key.
SELECT body_hash FROM idempotency_keys WHERE tenant = :tenant AND key = :key;
