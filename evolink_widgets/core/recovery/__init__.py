"""Tasks of dead kernels: leases, what is outstanding, and taking it up."""
