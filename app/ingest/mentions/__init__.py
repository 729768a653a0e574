"""Which drugs, and which classes of drugs, the text of a label names, and at which letters."""
