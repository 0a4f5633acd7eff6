"""What people say of pictures: verdicts of reviews, votes of rankings."""
