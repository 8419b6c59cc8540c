"""Wire formats: bytes in, events out.

Nothing here opens a socket, reads a file or knows the time.
"""
