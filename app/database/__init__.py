"""Engines, reading, migrating."""
