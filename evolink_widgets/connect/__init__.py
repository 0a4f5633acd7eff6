"""The composition root, and the only room that knows the core, the store and the emulator."""
