"""`Gallery`: search, filter and tidy the pictures of a store."""
