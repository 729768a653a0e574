"""Records: what is served, made from the tables and kept as documents."""
