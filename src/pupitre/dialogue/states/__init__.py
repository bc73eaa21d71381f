"""One short function per state: what it makes of what the caller says and of what the world answers."""
