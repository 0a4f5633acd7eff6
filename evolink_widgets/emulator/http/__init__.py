"""The emulator's HTTP face: an ASGI application, its routes, and the server on a port."""
