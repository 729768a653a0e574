"""Medfacts: a read-only REST API for medication facts."""

__version__ = "0.1.0"
