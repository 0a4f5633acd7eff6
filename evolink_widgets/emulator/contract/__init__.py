"""The contract as the emulator reads it: what may be asked, what a task tells, refuses, costs."""
