"""Pictures and recordings as evidence: their marks, and what is written in the picture.

`study` is the way in. Decoding runs in a child process that can open nothing.
"""
