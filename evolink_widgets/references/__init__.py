"""Pictures to work from: read from whatever a person has, made ready for the service.

`read` takes paths, links, bytes, arrays, figures and pictures; `make_ready` gives the bytes that
are sent. Everything here blocks and keeps no state: run it on a worker.
"""
