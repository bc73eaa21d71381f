"""The desk on its own: who is who, the record and the planning are rows of our own store."""
