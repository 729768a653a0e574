"""What fills the tables: one file a source. It never sees `api`; the tables are their contract."""
