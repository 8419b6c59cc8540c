"""What is known about the world, as dated data with a source for every line.

Reads its own files and nothing else.
"""
