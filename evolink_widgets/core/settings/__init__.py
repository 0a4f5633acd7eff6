"""What `configure` and the environment say: settings, keys, and who is calling."""
