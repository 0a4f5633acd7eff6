"""The emulator's state: tasks, uploads, credits, rate limits and faults; no HTTP."""
