"""English: a small second language, which keeps the engine free of French."""
