"""The course's books: students, asks and charges in one database."""
