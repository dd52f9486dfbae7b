"""How the store works: SQLite and PostgreSQL, reading, writing, migrating, backing up."""
