"""What all widgets share: view, messages, pictures out, files in, static assets."""
