"""The SQLite file: connection, schema, migrations, and the errors of the disk."""
