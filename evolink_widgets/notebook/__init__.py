"""What connects to IPython, imported on first use: task display, notices, `run`."""
