"""The server extension: the stores under the server's root, for the side panel."""
