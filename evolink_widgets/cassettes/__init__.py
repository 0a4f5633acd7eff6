"""Cassettes: the service's side of a session, recorded once and replayed anywhere, for nothing.

`tape` is the file and its folder of pictures, `scrub` what of a reply is kept, `recorder` and
`recording` write while real requests go by, `player` and `replies` answer in the service's place.
"""
