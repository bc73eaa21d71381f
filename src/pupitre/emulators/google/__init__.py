"""Google Calendar API v3, as its discovery document and the reports of its users describe it."""
