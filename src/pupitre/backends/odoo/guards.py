"""What only the database can promise, on servers of one's own: no overlap, and one record per external uid.

Installed through a server action, which runs once and is taken away; needs Settings rights and a database that
belongs to Odoo's database user. They concern the desk's own events only.
"""

from __future__ import annotations

OVERLAP_GUARD = "pupitre_no_overlap"
UID_GUARD = "pupitre_external_uid"

STATEMENTS = {
    UID_GUARD: (
        f"CREATE UNIQUE INDEX IF NOT EXISTS {UID_GUARD} ON calendar_event (x_external_uid) "
        "WHERE x_external_uid IS NOT NULL"
    ),
    OVERLAP_GUARD: (
        "CREATE EXTENSION IF NOT EXISTS btree_gist; "
        f"ALTER TABLE calendar_event DROP CONSTRAINT IF EXISTS {OVERLAP_GUARD}; "
        f"ALTER TABLE calendar_event ADD CONSTRAINT {OVERLAP_GUARD} EXCLUDE USING gist "
        "(user_id WITH =, tsrange(start, stop) WITH &&) "
        "WHERE (active AND show_as = 'busy' AND x_external_uid IS NOT NULL)"
    ),
}
