"""The emulated service without HTTP: tasks, credits, rate limits, callbacks and faults."""
