"""Voice gateways: how events come in and replies go out. Only this room sees the desk, as a function."""
