"""Medfacts: a read-only REST API for medication facts."""

from datetime import date

__version__ = "0.1.0"

RELEASED = date(2026, 11, 28)
"""When this version was made: no answer of it was modified before."""
