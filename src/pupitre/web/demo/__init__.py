"""The demo page: a call in the browser, what the desk understood, and the agents' week, side by side."""
