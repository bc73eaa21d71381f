"""The world behind the ports: one folder per vendor, blind to one another."""
