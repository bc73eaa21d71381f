"""Pupitre: a voice appointment desk for French callers, one JSON webhook in front of Odoo and Google Calendar."""

__version__ = "0.1.0"
