"""A batch on an engine: workers on other machines send and fetch, this process keeps the books."""
