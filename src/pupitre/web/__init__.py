"""HTTP: the gateway's webhook, the three functions, health, the sandbox and the demo page."""
