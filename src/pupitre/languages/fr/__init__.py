"""French: data, and how things are said."""
