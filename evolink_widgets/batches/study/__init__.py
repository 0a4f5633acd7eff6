"""Named axes as a batch: designs that fit a budget, a grid of their cells, a figure for a paper."""
