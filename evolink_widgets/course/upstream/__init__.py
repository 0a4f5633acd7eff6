"""The service behind the gateway, and fair turns at it."""
