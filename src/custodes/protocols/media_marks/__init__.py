"""Marks in pictures and recordings: what a file says of whoever wrote it. Bytes in, marks out.

A mark is a text or a structure found at its place in a container or a stream (an encoder's name, a
maker's frame header, EXIF). Who is meant by it is knowledge, not told here. Nothing is decoded.
"""

from custodes.protocols.media_marks.kinds import recognise
from custodes.protocols.media_marks.marks import Mark
from custodes.protocols.media_marks.reader import MediaMarks

__all__ = ["Mark", "MediaMarks", "recognise"]
