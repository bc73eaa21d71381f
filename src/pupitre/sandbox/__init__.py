"""The sandbox: worlds loaded and emptied, a clock set by hand, and what came of it (contract §4)."""
