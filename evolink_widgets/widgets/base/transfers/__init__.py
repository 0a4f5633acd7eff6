"""Files and pictures between the kernel and the browser."""
