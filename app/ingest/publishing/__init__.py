"""Facts, documents and the release: one transaction."""
