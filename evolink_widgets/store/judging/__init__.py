"""What people say of pictures: who judges, and what each has said."""
