"""The conversation, pure: (call, event) -> Turn. One table, `flow.py`, declares every transition."""
