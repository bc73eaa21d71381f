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
UPDATE due_work SET due = :now WHERE tenant = :tenant AND kind = :kind AND key = :key AND due > :now;

-- name: done
-- Take a row out unless it stands for another instant by now.
DELETE FROM due_work WHERE tenant = :tenant AND kind = :kind AND key = :key AND due = :due;

-- name: due
-- What is due; of every tenant, since one worker walks them all in the order of time.
SELECT tenant, kind, key, subject, due FROM due_work WHERE due <= :until ORDER BY due, key LIMIT :limit;

-- name: next
-- The earliest row.
SELECT tenant, kind, key, subject, due FROM due_work ORDER BY due, key LIMIT 1;
