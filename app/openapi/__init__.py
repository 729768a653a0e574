"""The OpenAPI document, the offline docs page, well-known files."""
