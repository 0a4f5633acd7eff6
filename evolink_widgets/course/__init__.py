"""The course gateway: holds a class's key, gives each student a budget, and keeps the books."""
