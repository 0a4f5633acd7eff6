"""Credits: what is reserved, what was charged, and reports of both."""
