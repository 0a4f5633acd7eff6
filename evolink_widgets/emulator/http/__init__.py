"""The emulator over HTTP: an ASGI application, its routes, and the server on a port."""
