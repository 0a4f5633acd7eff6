"""A run of a batch: what it buys, what came of each recipe, and how it stands."""
