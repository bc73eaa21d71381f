-- What is to be done at an instant, of all tenants: rows, found through an index.

-- name: put
-- Add a row, or give it another instant and subject.
INSERT INTO due_work (tenant, kind, key, subject, due) VALUES (:tenant, :kind, :key, :subject, :due)
ON CONFLICT (tenant, kind, key) DO UPDATE SET subject = excluded.subject, due = excluded.due;

-- name: ensure
-- Add a row unless it is there.
INSERT INTO due_work (tenant, kind, key, subject, due) VALUES (:tenant, :kind, :key, :subject, :due)
ON CONFLICT (tenant, kind, key) DO NOTHING;

-- name: drop
-- Take a row out.
DELETE FROM due_work WHERE tenant = :tenant AND kind = :kind AND key = :key;

-- name: hasten
-- A row that waits for later falls due.
UPDATE due_work SET due = :now WHERE tenant = :tenant AND kind = :kind AND key = :key AND due > :soon;

-- name: done
-- Take a row out unless it stands for a later instant by now.
DELETE FROM due_work WHERE tenant = :tenant AND kind = :kind AND key = :key AND due <= :due;

-- name: due [sqlite]
-- What is due of these tenants and kinds, which are JSON lists; the order of time is one for all tenants.
SELECT tenant, kind, key, subject, due
FROM (SELECT value AS name FROM json_each(:tenants)) AS served JOIN due_work ON due_work.rowid IN (
    SELECT rowid FROM due_work AS its
    WHERE its.tenant = served.name AND its.due <= :until AND its.kind IN (SELECT value FROM json_each(:kinds))
    ORDER BY its.due, its.key LIMIT :limit
)
ORDER BY due, key LIMIT :limit;

-- name: due [postgresql]
SELECT its.tenant, its.kind, its.key, its.subject, its.due
FROM json_array_elements_text(:tenants::json) AS served (tenant) CROSS JOIN LATERAL (
    SELECT tenant, kind, key, subject, due FROM due_work
    WHERE tenant = served.tenant AND due <= :until AND kind IN (SELECT json_array_elements_text(:kinds::json))
    ORDER BY due, key LIMIT :limit
) AS its
ORDER BY due, key LIMIT :limit;

-- name: left [sqlite]
-- How much is due of other tenants and kinds than these, and since when; tenant by tenant, along the index.
WITH RECURSIVE known (name) AS (
    SELECT min(tenant) FROM due_work
    UNION ALL SELECT (SELECT min(tenant) FROM due_work WHERE tenant > known.name) FROM known WHERE known.name IS NOT NULL
)
SELECT tenant, kind, count(*) AS rows, min(due) AS since
FROM known JOIN due_work ON tenant = known.name AND due <= :until
WHERE NOT (
    tenant IN (SELECT value FROM json_each(:tenants)) AND kind IN (SELECT value FROM json_each(:kinds))
)
GROUP BY tenant, kind ORDER BY tenant, kind;

-- name: left [postgresql]
WITH RECURSIVE known (name) AS (
    SELECT min(tenant) FROM due_work
    UNION ALL SELECT (SELECT min(tenant) FROM due_work WHERE tenant > known.name) FROM known WHERE known.name IS NOT NULL
)
SELECT tenant, kind, count(*) AS rows, min(due) AS since
FROM known JOIN due_work ON tenant = known.name AND due <= :until
WHERE NOT (
    tenant IN (SELECT json_array_elements_text(:tenants::json)) AND kind IN (SELECT json_array_elements_text(:kinds::json))
)
GROUP BY tenant, kind ORDER BY tenant, kind;
