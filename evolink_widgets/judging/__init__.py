"""What follows from what people say of pictures."""
