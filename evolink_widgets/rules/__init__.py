"""The service's rules, as pure functions: no clock, no chance, no files, no network."""
