"""What `configure` and the environment say: settings and keys."""
