-- What is kept in step: appointments that are followed, and how far each agent's calendar has been read.

-- name: followed
-- All that are not over.
SELECT followed FROM followed WHERE tenant = :tenant AND ends > :now ORDER BY ends, appointment_id;

-- name: follow
-- An appointment, as it was last seen.
INSERT INTO followed (tenant, appointment_id, followed, ends) VALUES (:tenant, :appointment_id, :followed, :ends)
ON CONFLICT (tenant, appointment_id) DO UPDATE SET followed = excluded.followed, ends = excluded.ends;

-- name: leave
-- No longer followed.
DELETE FROM followed WHERE tenant = :tenant AND appointment_id = :appointment_id;

-- name: forget
-- What is over is followed no more.
DELETE FROM followed WHERE tenant = :tenant AND ends <= :now;

-- name: calendars
-- Every agent's calendar.
SELECT calendar FROM followed_calendars WHERE tenant = :tenant ORDER BY agent;

-- name: put_calendar
-- How far an agent's calendar has been read, and the channel that announces its changes.
INSERT INTO followed_calendars (tenant, agent, calendar, channel_id) VALUES (:tenant, :agent, :calendar, :channel_id)
ON CONFLICT (tenant, agent) DO UPDATE SET calendar = excluded.calendar, channel_id = excluded.channel_id;

-- name: drop_calendar
-- Nobody's any more.
DELETE FROM followed_calendars WHERE tenant = :tenant AND agent = :agent;

-- name: channel
-- Whose channel this is, of any tenant.
SELECT tenant, calendar FROM followed_calendars WHERE channel_id = :channel_id;

-- name: word
-- A word kept under a name.
SELECT value FROM settings WHERE tenant = :tenant AND name = :name;

-- name: put_word
-- Keep a word under a name.
INSERT INTO settings (tenant, name, value) VALUES (:tenant, :name, :value)
ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value;

-- name: close_tasks
-- What waited for a person about this appointment has been seen to.
UPDATE tasks SET status = 'closed', closed_by = :closed_by, closed_at = :now
WHERE tenant = :tenant AND appointment_id = :appointment_id AND status = 'open' AND kind IN ('conflict', 'sync_error');

-- name: close_task
-- What waited for a person under this key has been seen to.
UPDATE tasks SET status = 'closed', closed_by = :closed_by, closed_at = :now
WHERE tenant = :tenant AND key = :key AND status = 'open';
