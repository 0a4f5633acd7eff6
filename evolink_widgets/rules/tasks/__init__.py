"""What the service says of a task: replies, outcomes, when to look, and proof of ownership."""
