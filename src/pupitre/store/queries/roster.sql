-- Whose time is booked: agents, their hours and absences, and the addresses of their feeds.

-- name: add_agent
-- A new agent.
INSERT INTO agents (tenant, name, calendar) VALUES (:tenant, :name, :calendar) RETURNING id, name, calendar;

-- name: agents
-- Those whose time may be booked.
SELECT id, name, calendar FROM agents WHERE tenant = :tenant AND retired_at IS NULL ORDER BY id;

-- name: retire_agent
-- Nothing more is booked with this agent; what is booked stands.
UPDATE agents SET retired_at = :now WHERE tenant = :tenant AND id = :id AND retired_at IS NULL;

-- name: close_hours
-- The agent's own hours are forgotten.
DELETE FROM working_hours WHERE tenant = :tenant AND agent = :agent;

-- name: open_hours
-- One span of one weekday, as wall-clock time.
INSERT INTO working_hours (tenant, agent, weekday, opens, closes) VALUES (:tenant, :agent, :weekday, :opens, :closes);

-- name: hours
-- The hours of all agents that have their own.
SELECT agent, weekday, opens, closes FROM working_hours WHERE tenant = :tenant ORDER BY agent, weekday, opens;

-- name: add_absence
-- A time at which an agent is away.
INSERT INTO absences (tenant, agent, starts, ends, reason) VALUES (:tenant, :agent, :starts, :ends, :reason)
RETURNING id, agent, starts, ends, reason;

-- name: absences
-- Absences that touch a span of time.
SELECT id, agent, starts, ends, reason FROM absences
WHERE tenant = :tenant AND ends > :starts AND starts < :ends ORDER BY starts, id;

-- name: remove_absence
-- The agent will be there after all.
DELETE FROM absences WHERE tenant = :tenant AND id = :id;

-- name: add_feed
-- The address of an agent's feed, as the hash of its secret.
INSERT INTO feeds (tenant, agent, token_hash, created_at) VALUES (:tenant, :agent, :token_hash, :now);

-- name: revoke_feeds
-- No address of this agent's feed answers any more.
UPDATE feeds SET revoked_at = :now WHERE tenant = :tenant AND agent = :agent AND revoked_at IS NULL;

-- name: feed
-- Whose feed an address is; the secret itself names the tenant.
SELECT tenant, agent FROM feeds WHERE token_hash = :token_hash AND revoked_at IS NULL;
