-- What the database server itself says.

-- name: time
-- The present by its clock, which all who use it share.
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now;

-- name: time [postgresql]
SELECT clock_timestamp() AS now;
