"""Libraries: stores of others, only read, that answer beside the own one."""
