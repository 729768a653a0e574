"""Files, addresses and zips as streams of records."""
