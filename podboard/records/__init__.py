"""Pod records and the history of connections, in SQLite; their secrets sealed."""
