"""Two pictures blind, a vote by a key, and the ranking that the votes come to."""
