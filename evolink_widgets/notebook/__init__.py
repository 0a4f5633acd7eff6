"""Glue to IPython, imported when it is first needed: display, hosts, `run`."""
