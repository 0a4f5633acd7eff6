"""What many judgements come to: rankings from votes, agreement between reviewers."""
