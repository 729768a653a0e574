"""CDS Hooks 2.0: what labels say of the drugs that are ordered, as cards for an EHR."""
