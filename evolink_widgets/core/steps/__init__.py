"""One module for each act of a task: allocate, buy, send, find, watch, collect; and the runner."""
