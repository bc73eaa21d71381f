"""What the desk shows over HTTP."""
