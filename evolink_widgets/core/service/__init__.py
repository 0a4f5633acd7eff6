"""HTTP alone: the transport, the API's endpoints, downloads, and limits."""
