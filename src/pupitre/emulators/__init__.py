"""Servers that stand in for the real backends, on the wire. They import nothing else of pupitre."""
