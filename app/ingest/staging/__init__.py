"""Records as their sources give them, upserted."""
