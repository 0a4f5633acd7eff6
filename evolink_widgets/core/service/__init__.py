"""HTTP alone: the transport, the API's endpoints, downloads, limits and retries."""
