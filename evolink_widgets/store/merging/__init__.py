"""Taking in another store's folder: each picture, task and credit once."""
