"""What only the database can promise, on servers of one's own: an agent's appointments do not overlap.

Installed through a server action, which runs once and is taken away; needs Settings rights and a database that
belongs to Odoo's database user. It concerns the desk's own events only: an agent's meetings may overlap as ever.
"""

from __future__ import annotations

OVERLAP_GUARD = "pupitre_no_overlap"

STATEMENT = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist; "
    f"ALTER TABLE calendar_event DROP CONSTRAINT IF EXISTS {OVERLAP_GUARD}; "
    f"ALTER TABLE calendar_event ADD CONSTRAINT {OVERLAP_GUARD} EXCLUDE USING gist "
    "(user_id WITH =, tsrange(start, stop) WITH &&) "
    "WHERE (active AND show_as = 'busy' AND x_external_uid IS NOT NULL)"
)
